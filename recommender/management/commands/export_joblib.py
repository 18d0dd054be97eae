"""`manage.py export_joblib`."""

from typing import Any

from django.core.management.base import CommandParser

from recommender.errors import SimilarityError
from recommender.index.tutorial_file import manifest_path, write_tutorial_file
from recommender.live import selection
from recommender.live.engine import engine
from runs.arguments import path
from runs.commands import RunCommand
from runs.progress import pluralise


class Command(RunCommand):
    expected = (SimilarityError,)
    help = (
        "Writes the live index as the tutorial's joblib file: the tuple "
        "(extid_to_intid_dict, intid_to_extid_dict, out). Ids are text. What made the vectors is "
        "recorded beside it, in FILE.manifest.json."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=path, metavar="FILE")

    def handle(self, **options: Any) -> None:
        index = engine().whole(selection.name_served())
        write_tutorial_file(index, options["file"])
        made_by = manifest_path(options["file"]).name
        self.stdout.write(
            f"{options['file']}: {pluralise(len(index), 'product')}; what made them: {made_by}."
        )
