"""`manage.py similar`."""

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from recommender.search import terminal
from recommender.search.answering import answer
from recommender.search.errors import SearchError
from runs.arguments import some_text
from runs.commands import RunCommand


class Command(RunCommand):
    help = (
        "Shows the products that look most like a product, or like a picture of your own. "
        "What is the item_id of a product is taken as that; else it is a file's name or an address."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("query", type=some_text, metavar="ITEM_ID|PICTURE_FILE|ADDRESS")
        terminal.add_options(parser)
        parser.add_argument("--json", action="store_true", help="as the API gives it")

    def handle(self, **options: Any) -> None:
        form = terminal.form_of(options)
        if not form.is_valid():
            raise CommandError(form.sentence(), returncode=2)
        try:
            answered = answer(terminal.query_of(options["query"], form))
        except IsADirectoryError as error:
            raise CommandError(f"{error.filename} is a folder; name one picture in it.") from error
        except SearchError as error:
            raise CommandError(error.for_owner) from error
        if options["json"]:
            self.stdout.write(json.dumps(answered.as_dict(), indent=2, ensure_ascii=False))
            return
        for line in terminal.lines(answered):
            self.stdout.write(line)
