"""`manage.py export_site`."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from recommender.errors import SimilarityError
from runs.commands import RunCommand
from runs.outcomes import Status
from runs.progress import pluralise, report
from web.export.folder import RECORD
from web.export.site import Export
from web.export.whereabouts import web_address


class Command(RunCommand):
    recorded = True
    expected = (SimilarityError,)
    help = (
        "Writes the whole site as plain files, for a shop without a server: it opens from the "
        "disk. Run again, it writes what has changed and removes what has left the shop."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="a new folder, or an export")
        parser.add_argument(
            "--url",
            type=web_address,
            metavar="https://…",
            help="where it will be served: pages then state their address, for search engines",
        )

    def handle(self, **options: Any) -> None:
        export = Export(options["folder"], options["url"] or "")
        if strange := export.folder.strange:
            self.stderr.write(
                f"{RECORD} names {pluralise(len(strange), 'file')} that no export writes; "
                "left alone."
            )
        counts = report(
            self, export.run(), total=export.total, unit="page", verbosity=options["verbosity"]
        )
        self.stdout.write(
            f"{options['folder'] / 'index.html'}; {pluralise(export.removed, 'file')} removed."
        )
        if counts[Status.FAILED]:
            raise CommandError(f"{pluralise(counts[Status.FAILED], 'page')} could not be written.")
