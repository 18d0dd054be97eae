"""The ways into a catalogue. Each module here yields ProductRecords; `ingest` does the rest.

A source is any function that yields them. `html.walk_category` reads a shop's category pages,
`folder.read_folder` and `folder.read_csv` take pictures already on disk.
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path


class SourceError(Exception):
    """The source cannot be read (further); the message says why."""


@dataclass(frozen=True)
class ProductRecord:
    """One product as a source describes it. Its picture is at `image_url`, or in `image_path`."""

    item_id: str
    title: str = ""
    price: Decimal | None = None
    currency: str = ""
    category: str = ""
    product_url: str = ""
    image_url: str = ""
    image_path: Path | None = None
    in_stock: bool | None = None
    # Why the source could not describe it; then nothing else counts.
    problem: str = ""
