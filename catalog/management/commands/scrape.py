"""`manage.py scrape`."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from catalog import scraping
from runs.arguments import at_least_one, some_text
from runs.commands import RunCommand


class Command(RunCommand):
    recorded = True
    expected = scraping.EXPECTED
    help = (
        "Imports a shop's products: finds out how to read the shop (a category page, its sitemap, "
        "Shopify, WooCommerce, a merchant feed, a table, a zip of pictures), records each product, "
        "and fetches its picture. Run it again at any time: only what is new or changed is "
        "fetched, and products that have left the shop are marked as gone. Then run build_index."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "url", type=some_text, metavar="URL", help="an address of the shop, or a path"
        )
        parser.add_argument("--limit", type=at_least_one, metavar="N", help="stop after N products")
        parser.add_argument(
            "--dry-run", action="store_true", help="print what would be fetched; store nothing"
        )
        scraping.add_options(parser)
        scraping.add_mark_gone(parser, "--force")

    def handle(self, **options: Any) -> None:
        counts = scraping.scrape(self, options["url"], options)
        if complaint := counts.complaint():
            raise CommandError(complaint)
