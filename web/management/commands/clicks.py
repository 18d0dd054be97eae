"""`manage.py clicks`."""

from typing import Any

from django.core.management.base import CommandParser

from recommender.search import click_rates, clicks
from runs.arguments import file_to_write
from runs.commands import RunCommand
from runs.outcomes import printable

NOTHING = "Nothing has been counted. COUNT_CLICKS=True in .env lets the site count."


class Command(RunCommand):
    help = (
        "Tells how often look-alikes were seen and clicked, by place, metric, embedder and "
        "position, and which of two ways is preferred. Days older than CLICKS_DAYS go first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--csv", type=file_to_write, metavar="FILE", help="one row per sum")

    def handle(self, **options: Any) -> None:
        clicks.remove_old()
        if options["csv"]:
            with options["csv"].open("w", newline="", encoding="utf-8") as file:
                click_rates.write_csv(file)
            self.stdout.write(f"Written: {options['csv']}")
            return
        told = [printable(line) for line in click_rates.lines()]
        self.stdout.write("\n".join(told) or NOTHING)
