"""`manage.py export_joblib`."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from recommender import store
from recommender.index.tutorial_file import write_tutorial_file
from runs.commands import RunCommand


class Command(RunCommand):
    help = (
        "Writes the live index as the tutorial's joblib file: the tuple "
        "(extid_to_intid_dict, intid_to_extid_dict, out). Ids are text."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, **options: Any) -> None:
        try:
            index = store.live_index()
            write_tutorial_file(index, options["file"])
        except (store.IndexUnavailable, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['file']}: {len(index)} products.")
