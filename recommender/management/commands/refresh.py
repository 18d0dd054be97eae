"""`manage.py refresh`."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from catalog import scraping
from recommender.building.report import build_failures
from recommender.embedders.registry import EMBEDDERS
from recommender.live.paths import refresh_lock
from runs.arguments import some_text
from runs.commands import RunCommand
from runs.files import Locked, locked

RUNS_ALREADY = 3


class Command(RunCommand):
    recorded = True
    help = (
        "Scrapes one or more shops and builds the index in one go, for cron. Exit code 0: all went "
        "well; 1: something failed, the rest is done and kept; 3: another refresh is running."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "urls", type=some_text, nargs="+", metavar="URL", help="addresses, or paths"
        )
        parser.add_argument("--embedder", choices=EMBEDDERS, help="default: the EMBEDDER setting")
        scraping.add_options(parser)
        scraping.add_mark_gone(parser)
        parser.add_argument(
            "--publish-anyway",
            action="store_true",
            help="make the index live even if it has lost most of its products",
        )
        parser.add_argument("--force", action="store_true", help="both of the above")

    def handle(self, **options: Any) -> None:
        try:
            with locked(refresh_lock()):
                failures = self._refresh(options)
        except Locked as error:
            raise CommandError(
                "Another refresh is running; this one did nothing.", returncode=RUNS_ALREADY
            ) from error
        if failures:
            raise CommandError("\n".join(failures))

    def _refresh(self, options: dict[str, Any]) -> list[str]:
        options["mark_gone"] |= options["force"]
        failures = [scraping.failures(self, url, options) for url in options["urls"]]
        force = options["force"] or options["publish_anyway"]
        built = build_failures(
            self, options["embedder"] or "", force=force, verbosity=options["verbosity"]
        )
        return [sentence for sentences in (*failures, built) for sentence in sentences]
