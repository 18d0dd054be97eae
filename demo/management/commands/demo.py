"""`manage.py demo`."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser

from demo import steps as demo
from demo.shop.server import DemoShop
from demo.shop.specs import COUNT, make_specs
from recommender.live import selection
from runs.arguments import at_least_one, between
from runs.commands import RunCommand
from runs.progress import report


class Command(RunCommand):
    expected = (demo.DemoError,)
    help = (
        "Shows the whole program at work: opens a shop of drawn T-shirts on this machine, scrapes "
        "it, indexes it, and serves the site until Ctrl-C. Run again, it does only what is new. "
        "Its data are kept apart, in VAR_DIR/demo."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--port", type=between(1, 65535), default=8000, help="the site's port; default 8000"
        )
        parser.add_argument("--count", type=at_least_one, default=COUNT, help="how many shirts")
        parser.add_argument("--no-serve", action="store_true", help="prepare everything, then exit")

    def handle(self, **options: Any) -> None:
        demo.keep_apart()
        demo.stop_on_terminate()
        try:
            self._run(options["port"], options["count"], serve=not options["no_serve"])
        except KeyboardInterrupt:
            self.stdout.write("\nClosed.")

    def _run(self, port: int, count: int, serve: bool) -> None:
        demo.require_free_port(port if serve else 0)
        call_command("migrate", verbosity=0)
        embedder = selection.name_to_build()
        with demo.open_shop(make_specs(count=count), settings.VAR_DIR / "shirts") as shop:
            self._fill(shop, embedder)
            if serve:
                with demo.site(port, embedder, shop) as site:
                    self.stdout.write(f"\nOpen http://127.0.0.1:{port} – Ctrl-C ends it.")
                    site.wait()

    def _fill(self, shop: DemoShop, embedder: str) -> None:
        self.stdout.write(f"A shop of {len(shop.specs)} T-shirts at {shop.catalogue_url}")
        with demo.compiling():
            demo.draw(shop)
            self.stdout.write("Scraping it …")
            counts = report(self, demo.visit(shop), total=len(shop.specs))
        if not counts.kept:
            raise demo.DemoError(counts.complaint())
        self.stdout.write(f"Indexing with {embedder} …")
        demo.build(embedder)
