"""`manage.py rollback`."""

from typing import Any

from django.core.management.base import CommandParser

from recommender.embedders.registry import EMBEDDERS
from recommender.live import publishing, selection
from runs.commands import RunCommand
from runs.progress import pluralise


class Command(RunCommand):
    expected = (publishing.PublishError,)
    help = (
        "Makes the index before the live one live again, at once and without a restart. "
        "Run it a second time to undo it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--embedder", choices=EMBEDDERS, help="default: the one being served")

    def handle(self, **options: Any) -> None:
        embedder = options["embedder"] or selection.name_served()
        with publishing.exclusive(embedder):
            manifest = publishing.rollback(embedder)
        self.stdout.write(
            f"Live: {pluralise(manifest.count, 'product')}, built at {manifest.built_at}."
        )
