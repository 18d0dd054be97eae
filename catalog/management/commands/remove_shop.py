"""`manage.py remove_shop`."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from catalog import shops
from runs.arguments import agreed
from runs.commands import RunCommand
from runs.outcomes import Status, storable
from runs.progress import pluralise, report


class Command(RunCommand):
    recorded = True
    expected = (shops.UnknownShop,)
    help = (
        "Removes a shop from the catalogue: its products and their pictures. A shop is named by "
        "its host, an import by its --shop (local if none was given). Without a name, or with an "
        "unknown one, it lists the shops. Run build_index afterwards."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("shop", type=storable, metavar="NAME", nargs="?", default="")
        parser.add_argument(
            "--source", type=storable, default="", metavar="SOURCE", help="only this import of it"
        )
        parser.add_argument(
            "--yes", "--noinput", "--no-input", action="store_true", help="do not ask"
        )

    def handle(self, **options: Any) -> None:
        shop, source = options["shop"], options["source"]
        if not shop:
            raise CommandError(f"Name a shop. {shops.listed()}", returncode=2)
        number = pluralise(shops.products_of(shop, source), "product")
        if not options["yes"] and not agreed(f"Remove {number} of {shop}? [y/N] "):
            raise CommandError("Nothing was removed; add --yes to skip the question.")
        counts = report(self, shops.remove(shop, source), verbosity=options["verbosity"])
        if counts[Status.FAILED]:
            raise CommandError(f"{counts[Status.FAILED]} could not be removed; run it again.")
        self.stdout.write("Run build_index to take them out of the index, too.")
