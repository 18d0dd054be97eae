"""`manage.py export_site`."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from recommender.errors import SimilarityError
from recommender.exporting.site import Export
from runs.commands import RunCommand
from runs.outcomes import Status
from runs.progress import counted, report


class Command(RunCommand):
    recorded = True
    expected = (SimilarityError,)
    help = (
        "Writes the whole site as plain files, for a shop without a server: it opens from the "
        "disk. Run again, it writes what has changed, and removes what has left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="a new folder, or an export")

    def handle(self, **options: Any) -> None:
        export = Export(options["folder"])
        counts = report(
            self, export.run(), total=export.total, unit="page", verbosity=options["verbosity"]
        )
        self.stdout.write(
            f"{options['folder'] / 'index.html'}; {counted(export.removed, 'file')} removed."
        )
        if counts[Status.FAILED]:
            raise CommandError(f"{counted(counts[Status.FAILED], 'page')} could not be written.")
