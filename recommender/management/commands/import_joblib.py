"""`manage.py import_joblib`."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from catalog.ways_in import import_folder
from recommender import publishing
from recommender.building.from_tutorial import ImportRefused, index_of
from recommender.embedders.registry import EMBEDDERS
from recommender.index.tutorial_file import TutorialFileError, read_tutorial_file
from runs.commands import RunCommand
from runs.outcomes import Status
from runs.progress import counted, progress_bar, report


class Command(RunCommand):
    recorded = True
    help = (
        "Makes a live index of the tutorial's joblib file, the tuple "
        "(extid_to_intid_dict, intid_to_extid_dict, out), and imports its pictures, named "
        "<ItemID>.jpg. No code in the file is run."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--images", type=Path, required=True, metavar="DIR")
        parser.add_argument("--embedder", choices=EMBEDDERS, default="vgg16")

    def handle(self, **options: Any) -> None:
        try:
            item_ids, vectors = read_tutorial_file(options["file"])
            with publishing.exclusive(options["embedder"]):
                pictures = report(self, import_folder(options["images"]), unit="picture")
                with progress_bar("Neighbours", unit="product") as progress:
                    imported = index_of(
                        item_ids, vectors, options["embedder"], options["file"].name, progress
                    )
                    publishing.publish(imported.index)
        except (
            TutorialFileError,
            ImportRefused,
            publishing.PublishError,
            OSError,
        ) as error:
            raise CommandError(str(error)) from error
        products = counted(len(imported.index), "product")
        self.stdout.write(f"Live: {products} of {options['embedder']}.")
        if imported.missing:
            raise CommandError(imported.complaint())
        if pictures[Status.FAILED]:
            raise CommandError(f"{counted(pictures[Status.FAILED], 'picture')} failed.")
