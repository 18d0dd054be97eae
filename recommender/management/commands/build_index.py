"""`manage.py build_index`."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from recommender import configured, publishing
from recommender.building import build as building
from recommender.embedders.contract import EmbedderError
from recommender.embedders.registry import EMBEDDERS
from recommender.errors import SimilarityError
from runs.arguments import at_least_one
from runs.commands import RunCommand
from runs.outcomes import Status
from runs.progress import counted, progress_bar, report


class Command(RunCommand):
    recorded = True
    expected = (EmbedderError, SimilarityError)
    help = (
        "Turns every product's picture into a vector, finds each product's nearest neighbours "
        "and makes the result live. Only new and changed pictures are embedded. It may be "
        "stopped at any moment: the next run goes on, and the live index is never half-written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--embedder", choices=EMBEDDERS, help="default: the EMBEDDER setting")
        parser.add_argument("--limit", type=at_least_one, metavar="N", help="embed at most N now")
        parser.add_argument("--full", action="store_true", help="embed every picture anew")
        parser.add_argument(
            "--force", action="store_true", help="publish even what has lost most of its pictures"
        )

    def handle(self, **options: Any) -> None:
        source = configured.embedder_to_build(options["embedder"] or "")
        with publishing.exclusive(source.spec.name):
            plan = building.plan(source, full=options["full"], limit=options["limit"])
            if not plan.pictures:
                raise CommandError("No products yet. Run: manage.py scrape, or import_folder")
            self.stdout.write(f"{source.spec.description}: {plan.summary()}.")
            counts = report(
                self,
                building.embed(plan),
                total=len(plan.to_read),
                unit="picture",
                verbosity=options["verbosity"],
            )
            with progress_bar("Neighbours", unit="product") as progress:
                manifest = building.finish(plan, progress, force=options["force"])
        self.stdout.write(
            f"Live: {counted(manifest.count, 'product')}." if manifest else "Nothing has changed."
        )
        if counts[Status.FAILED]:
            failed = counted(counts[Status.FAILED], "picture")
            raise CommandError(f"{failed} could not be embedded.")
