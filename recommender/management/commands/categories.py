"""`manage.py categories`."""

from itertools import chain
from typing import Any

from django.core.management.base import CommandParser

from recommender.search import filing_doubts
from recommender.search.answering import live_index
from recommender.search.errors import SearchError
from runs.arguments import file_to_write
from runs.commands import RunCommand
from runs.outcomes import printable
from runs.progress import pluralise, progress_bar


class Command(RunCommand):
    recorded = True
    expected = (SearchError,)
    help = (
        "Finds products whose look-alikes are of another category, for staff to look through at "
        "/categories/, the most suspicious first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        without = "list products without a category, too, with the one they look to be of"
        parser.add_argument("--suggest", action="store_true", help=without)
        parser.add_argument("--csv", type=file_to_write, metavar="FILE", help="one row per product")

    def handle(self, **options: Any) -> None:
        with progress_bar("Categories", unit="product") as progress:
            found = filing_doubts.look_through(live_index(), progress)
        told = list(chain(found.wrong, found.nowhere if options["suggest"] else ()))
        if options["csv"]:
            filing_doubts.write_csv(told, options["csv"])
            self.stdout.write(f"Written: {options['csv']}")
        else:
            for line in filing_doubts.lines(told):
                self.stdout.write(printable(line))
        self.stdout.write(
            f"{pluralise(found.looked_at, 'product')}: {len(found.wrong)} may be filed wrongly; "
            f"{len(found.nowhere)} without a category look to be of one. Staff: /categories/"
        )
