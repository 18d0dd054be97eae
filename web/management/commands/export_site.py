"""`manage.py export_site`."""

from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import CommandError, CommandParser
from django.utils.encoding import iri_to_uri

from catalog.addresses import is_web_address
from catalog.hosts import in_ascii
from recommender.errors import SimilarityError
from runs.commands import RunCommand
from runs.outcomes import Status
from runs.progress import pluralise, report
from web.export.folder import RECORD
from web.export.site import Export


class Command(RunCommand):
    recorded = True
    expected = (SimilarityError,)
    help = (
        "Writes the whole site as plain files, for a shop without a server: it opens from the "
        "disk. Run again, it writes what has changed, and removes what has left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="a new folder, or an export")
        parser.add_argument(
            "--url",
            type=web_address,
            metavar="https://…",
            help="where it will lie: pages then name their own address, as search engines like",
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


def web_address(text: str) -> str:
    """An option's address of a folder on the web, as it is asked for: in ASCII."""
    try:
        parts = urlsplit(text)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        parts, port = urlsplit(""), ""
    if not is_web_address(text) or not parts.hostname:
        raise ArgumentTypeError(f"{text!r} is no address such as https://shop.example/look/")
    if "?" in text or "#" in text or "@" in parts.netloc:
        raise ArgumentTypeError(
            "the address of a folder is needed, without a user, ? and #, "
            "such as https://shop.example/look/"
        )
    host = in_ascii(parts.hostname)
    host = f"[{host}]" if ":" in host else host
    return iri_to_uri(f"{parts.scheme}://{host}{port}{parts.path}")
