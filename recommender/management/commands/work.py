"""`manage.py work`."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from recommender.building.arriving import ArrivingProducts, work
from recommender.live.paths import worker_lock
from runs.commands import RunCommand
from runs.files import Locked, locked


class Command(RunCommand):
    help = (
        "Takes in what the shop says of single products, by the API or by webhooks: fetches their "
        "pictures, embeds them and puts them into the live index. It runs beside the site until "
        "it is stopped; what waits then is taken in by the next."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--until-empty", action="store_true", help="take in what waits now, and end"
        )

    def handle(self, **options: Any) -> None:
        try:
            with locked(worker_lock()):
                self._work(options["until_empty"])
        except Locked as error:
            raise CommandError("Another worker is running; this one did nothing.") from error

    def _work(self, until_empty: bool) -> None:
        arriving = ArrivingProducts()
        if until_empty:
            while arriving.one_round():
                pass
            return
        if lacking := arriving.warm_up():
            self.stderr.write(lacking)
        self.stdout.write("Waiting for products – Ctrl-C ends it.")
        self.stdout.flush()
        work(arriving)
