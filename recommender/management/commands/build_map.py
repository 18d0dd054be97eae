"""`manage.py build_map`."""

from typing import Any

from django.core.management.base import CommandParser

from recommender.embedders.registry import EMBEDDERS
from recommender.errors import SimilarityError
from recommender.live import selection
from recommender.mapping.report import draw
from runs.commands import RunCommand


class Command(RunCommand):
    recorded = True
    expected = (SimilarityError,)
    help = (
        "Draws the map of the live index: every product's thumbnail on a plane, similar ones side "
        "by side. Only what is new is placed and drawn. `build_index` does it, too."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--embedder", choices=EMBEDDERS, help="default: the one being served")
        parser.add_argument("--full", action="store_true", help="lay out all products anew")

    def handle(self, **options: Any) -> None:
        draw(self, options["embedder"] or selection.name_served(), full=options["full"])
