"""`manage.py import_joblib`."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from catalog.registry import import_folder
from recommender.building import from_tutorial
from recommender.building.safeguards import Refused
from recommender.embedders.registry import EMBEDDERS
from recommender.errors import SimilarityError
from recommender.live.engine import engine
from runs.arguments import path
from runs.commands import RunCommand
from runs.outcomes import Status
from runs.progress import pluralise, progress_bar, report


class Command(RunCommand):
    recorded = True
    expected = (SimilarityError,)
    help = (
        "Makes a live index from the tutorial's joblib file, the tuple "
        "(extid_to_intid_dict, intid_to_extid_dict, out), and imports its pictures, named "
        "<ItemID>.jpg. No code in the file is run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=path, metavar="FILE")
        parser.add_argument("--images", type=path, required=True, metavar="DIR")
        parser.add_argument(
            "--embedder",
            choices=EMBEDDERS,
            help="what made the vectors; export_joblib records it beside its files",
        )
        parser.add_argument(
            "--force", action="store_true", help="even if most pictures are missing"
        )

    def handle(self, **options: Any) -> None:
        found = from_tutorial.read(options["file"], options["embedder"])
        embedder = found.origin.manifest.embedder
        with engine().exclusive(embedder):
            pictures = report(self, import_folder(options["images"]), unit="picture")
            if not pictures.kept:
                raise CommandError(pictures.complaint() or "No picture was taken.")
            with progress_bar("Neighbours", unit="product") as progress:
                note = f"imported from {options['file'].name}"
                try:
                    imported = from_tutorial.index_of(
                        found, note=note, force=options["force"], progress=progress
                    )
                except Refused as refused:
                    raise refused.insisting("the same command with --force") from None
            engine().publish(imported.index)
        self.stdout.write(f"Live: {pluralise(len(imported.index), 'product')} of {embedder}.")
        if imported.missing:
            raise CommandError(imported.complaint())
        if pictures[Status.FAILED]:
            raise CommandError(f"{pluralise(pictures[Status.FAILED], 'picture')} failed.")
