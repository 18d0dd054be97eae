"""`manage.py demo_shop`."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from demo import steps
from demo.shop.server import DemoShop, contact_sheet
from demo.shop.specs import COUNT, SEED, make_specs
from runs.arguments import at_least_one, between, path
from runs.commands import RunCommand
from runs.progress import pluralise


class Command(RunCommand):
    help = (
        "Serves a small shop of drawn T-shirts on this machine, to try `scrape` on, until Ctrl-C; "
        "or, with --contact-sheet, writes a picture of all its shirts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=between(0, 65535), default=8001, help="0: a free one")
        parser.add_argument("--seed", type=int, default=SEED, help="another seed, other shirts")
        parser.add_argument("--count", type=at_least_one, default=COUNT, metavar="N")
        parser.add_argument("--contact-sheet", type=path, metavar="FILE")

    def handle(self, **options: Any) -> None:
        specs = make_specs(options["seed"], options["count"])
        if sheet := options["contact_sheet"]:
            if sheet.suffix.lower() not in (".jpg", ".jpeg", ".png", ".webp"):
                raise CommandError(f"{sheet}: name a file that ends in .png, .jpg or .webp.")
            contact_sheet(specs).save(sheet)
            self.stdout.write(f"{sheet}: {pluralise(len(specs), 'shirt')}.")
            return
        try:
            shop = DemoShop(specs, settings.VAR_DIR / "demo" / "shirts", options["port"])
        except OSError as error:
            raise CommandError(steps.port_sentence(options["port"], error)) from error
        with shop:
            self.stdout.write(f"{shop.catalogue_url} – Ctrl-C ends it.")
            try:
                shop.join()
            except KeyboardInterrupt:
                self.stdout.write("Closed.")
