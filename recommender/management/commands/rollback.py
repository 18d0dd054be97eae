"""`manage.py rollback`."""

from typing import Any

from django.core.management.base import CommandParser

from recommender.embedders.registry import EMBEDDERS
from recommender.errors import PublishError
from recommender.live import selection
from recommender.live.engine import engine
from runs.commands import RunCommand
from runs.progress import pluralise


class Command(RunCommand):
    expected = (PublishError,)
    help = (
        "Makes the index before the live one live again, at once and without a restart. "
        "Run it a second time to undo it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--embedder", choices=EMBEDDERS, help="default: the one being served")

    def handle(self, **options: Any) -> None:
        embedder = options["embedder"] or selection.name_served()
        with engine().exclusive(embedder):
            manifest = engine().rollback(embedder)
        self.stdout.write(
            f"Live: {pluralise(manifest.count, 'product')}, built at {manifest.built_at}."
        )
