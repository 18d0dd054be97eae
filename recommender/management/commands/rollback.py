"""`manage.py rollback`."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from recommender import configured, publishing
from recommender.embedders.registry import EMBEDDERS
from runs.commands import RunCommand


class Command(RunCommand):
    help = (
        "Makes the index before the live one live again, at once and without a restart. "
        "Run it a second time to undo it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--embedder", choices=EMBEDDERS, help="default: the one being served")

    def handle(self, **options: Any) -> None:
        embedder = options["embedder"] or configured.name_served()
        try:
            with publishing.exclusive(embedder):
                manifest = publishing.rollback(embedder)
        except publishing.PublishError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Live: {manifest.count} products, built at {manifest.built_at}.")
