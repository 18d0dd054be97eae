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
        "Shows the products that look most like a product, a picture of your own, or words. "
        "A product's item_id means that product; anything else is a file's name or an address."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        name = "ITEM_ID|PICTURE_FILE|ADDRESS"
        parser.add_argument("query", type=some_text, nargs="?", metavar=name)
        terminal.add_options(parser)
        parser.add_argument("--json", action="store_true", help="print what the API would answer")

    def handle(self, **options: Any) -> None:
        form = terminal.form_of(options)
        if not form.is_valid():
            raise CommandError(form.sentence(), returncode=2)
        try:
            answered = answer(terminal.query_of(options["query"] or "", form))
        except IsADirectoryError as error:
            raise CommandError(f"{error.filename} is a folder; name one picture in it.") from error
        except SearchError as error:
            raise CommandError(error.for_owner) from error
        if options["json"]:
            self.stdout.write(json.dumps(answered.as_dict(), indent=2, ensure_ascii=False))
            return
        for line in terminal.lines(answered):
            self.stdout.write(line)
