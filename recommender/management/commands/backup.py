"""`manage.py backup`."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from recommender.backups import contents, making, places
from recommender.errors import SimilarityError
from runs.arguments import at_least_one, path
from runs.commands import RunCommand
from runs.progress import report


class Command(RunCommand):
    expected = (SimilarityError,)
    help = (
        "Copies database, pictures, indexes, maps and added weights into a new folder in DIR, as "
        "one consistent set, while the site runs. What an earlier backup in DIR already has is not "
        "copied again. `restore DIR` puts it all back. Back up .env yourself."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=path, metavar="DIR", help="a folder for backups")
        parser.add_argument(
            "--keep", type=at_least_one, metavar="N", help="remove all but the newest N afterwards"
        )

    def handle(self, **options: Any) -> None:
        where: Path = options["folder"]
        outcomes = making.make(where, keep=options["keep"])
        report(self, outcomes, unit="file", verbosity=options["verbosity"])
        self.stdout.write(f"Backed up: {contents.finished(where)[-1]}")
        for sentence in places.left_out():
            self.stdout.write(sentence)
