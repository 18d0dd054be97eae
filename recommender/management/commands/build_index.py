"""`manage.py build_index`."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from recommender.building.report import build
from recommender.embedders.contract import EmbedderError
from recommender.embedders.registry import EMBEDDERS
from recommender.errors import SimilarityError
from runs.arguments import at_least_one
from runs.commands import RunCommand
from runs.outcomes import Status
from runs.progress import pluralise


class Command(RunCommand):
    recorded = True
    expected = (EmbedderError, SimilarityError)
    help = (
        "Turns every product's picture into a vector, finds each product's nearest neighbours "
        "and makes the result live. Only new and changed pictures are embedded. It can be "
        "stopped at any moment: the next run resumes, and the live index is never half-written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--embedder", choices=EMBEDDERS, help="default: the EMBEDDER setting")
        parser.add_argument("--limit", type=at_least_one, metavar="N", help="embed at most N now")
        parser.add_argument("--full", action="store_true", help="embed every picture anew")
        parser.add_argument(
            "--refit", action="store_true", help="fit the projection again, to today's pictures"
        )
        parser.add_argument("--no-map", action="store_true", help="leave the map as it is")
        parser.add_argument(
            "--force",
            "--publish-anyway",
            action="store_true",
            help="make the index live even if it has lost most of its products",
        )

    def handle(self, **options: Any) -> None:
        counts = build(
            self,
            options["embedder"] or "",
            full=options["full"],
            limit=options["limit"],
            force=options["force"],
            refit=options["refit"],
            with_map=not options["no_map"],
            verbosity=options["verbosity"],
        )
        if counts[Status.FAILED]:
            failed = pluralise(counts[Status.FAILED], "picture")
            raise CommandError(f"{failed} could not be embedded.")
