"""`manage.py scrape`."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from catalog.visiting.fetching import Fetcher
from catalog.ways_in import scrape
from runs.arguments import at_least_one
from runs.commands import RunCommand
from runs.outcomes import Status
from runs.progress import report


class Command(RunCommand):
    recorded = True
    help = (
        "Brings in a shop's products: walks a category page and the pages after it, notes each "
        "product, and fetches its picture. Run it again at any time: only what is new or changed "
        "is fetched, and what has left the shop is marked gone. Then run build_index."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", metavar="URL", help="the first page of a category")
        parser.add_argument("--limit", type=at_least_one, metavar="N", help="stop after N products")
        parser.add_argument("--category", default="", metavar="NAME", help="for all of them")

    def handle(self, **options: Any) -> None:
        fetcher = Fetcher(
            settings.SCRAPE_USER_AGENT,
            settings.SCRAPE_PAUSE_SECONDS,
            allow_loopback=settings.SCRAPE_ALLOW_LOOPBACK,
        )
        outcomes = scrape(
            options["url"], fetcher, category=options["category"], limit=options["limit"]
        )
        counts = report(self, outcomes, verbosity=options["verbosity"])
        if counts[Status.FAILED]:
            raise CommandError(f"{counts[Status.FAILED]} failed; the others are kept.")
