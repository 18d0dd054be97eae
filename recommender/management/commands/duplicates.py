"""`manage.py duplicates`."""

from typing import Any

from django.core.management.base import CommandParser

from recommender.search import duplicate_groups
from recommender.search.answering import live_index
from recommender.search.errors import SearchError
from runs.arguments import path
from runs.commands import RunCommand
from runs.outcomes import printable
from runs.progress import pluralise


class Command(RunCommand):
    expected = (SearchError,)
    help = "Lists the products that show the same picture: in the terminal, as CSV or as a page."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--similar", action="store_true", help="list nearly equal ones, too")
        parser.add_argument("--csv", type=path, metavar="FILE", help="one row per product")
        parser.add_argument("--html", type=path, metavar="FILE", help="a page with the pictures")

    def handle(self, **options: Any) -> None:
        index = live_index()
        found = duplicate_groups.find(index, similar=options["similar"])
        if options["csv"]:
            duplicate_groups.write_csv(found, options["csv"])
            self.stdout.write(f"Written: {options['csv']}")
        if options["html"]:
            pictures = duplicate_groups.write_html(found, options["html"])
            self.stdout.write(f"Written: {options['html']}, and its pictures in {pictures}")
        if not (options["csv"] or options["html"]):
            for line in duplicate_groups.lines(found):
                self.stdout.write(printable(line))
        products = sum(len(group.products) for group in found)
        limit = (
            index.manifest.similar_threshold
            if options["similar"]
            else index.manifest.same_threshold
        )
        self.stdout.write(
            f"{pluralise(len(found), 'group')} of {pluralise(products, 'product')}, within a "
            f"cosine distance of {limit:.4f}."
        )
