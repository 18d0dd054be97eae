"""How the site stands: what its owner is shown in the admin and on the status page."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Max, Q

from catalog import pictures
from catalog.models import Product
from recommender.embedders.registry import EMBEDDERS
from recommender.errors import IndexUnavailable
from recommender.index.similarity_index import Manifest
from recommender.live import selection
from recommender.live.engine import engine
from recommender.live.paths import map_path


@dataclass(frozen=True)
class IndexState:
    """`missing` are the shown products that the index lacks; `leftover` is how many it has that
    are not shown any more. Without a live index `manifest` is None and `complaint` says why.
    """

    manifest: Manifest | None
    missing: list[str]
    leftover: int = 0
    complaint: str = ""

    @property
    def built(self) -> datetime | None:
        """When the live index was built."""
        return self.manifest.built if self.manifest else None


def index_state() -> IndexState:
    """Compares the live index with the catalogue."""
    shown = list(Product.shown.order_by("item_id").values_list("item_id", flat=True))
    try:
        index = engine().live()
    except IndexUnavailable as error:
        return IndexState(None, shown, complaint=str(error))
    known = index.known_among(shown)
    missing = [item_id for item_id in shown if item_id not in known]
    return IndexState(index.manifest, missing, len(index) - (len(shown) - len(missing)))


@dataclass(frozen=True)
class IndexFile:
    """An index that lies on the disk: which embedder's, since when it is live, and its size.

    `further`: how many pictures it has beside products' first ones.
    """

    manifest: Manifest
    description: str
    is_served: bool
    since: datetime
    megabytes: float
    has_previous: bool
    has_map: bool
    further: int = 0


@dataclass(frozen=True)
class Disk:
    """What is left where something is kept."""

    folder: Path
    free_gigabytes: float


def index_files() -> list[IndexFile]:
    """All indexes that can be served, the one that is served first."""
    found = []
    for name in engine().names():
        try:
            index, size = engine().live(name), engine().size(name)
        except IndexUnavailable:
            continue
        found.append(
            IndexFile(
                index.manifest,
                EMBEDDERS[name].description,
                name == selection.name_served(),
                size.since,
                size.bytes / 1e6,
                size.has_previous,
                map_path(name).exists(),
                index.further_count,
            )
        )
    return found


def catalogue_counts() -> dict[str, int]:
    """How many products there are, of which kinds; one query."""
    gone, hidden = Q(gone_since__isnull=False), Q(hidden=True)
    return Product.objects.aggregate(
        all=Count("pk"),
        gone=Count("pk", filter=gone),
        hidden=Count("pk", filter=hidden & ~gone),
        without_picture=Count("pk", filter=Q(content_hash="") & ~gone),
        sold_out=Count("pk", filter=Q(in_stock=False) & ~gone),
    )


def shops() -> list[tuple[str, int, datetime]]:
    """Each shop, how many of its products are shown, and when it was last seen."""
    rows = Product.shown.order_by("shop").values_list("shop")
    return list(rows.annotate(Count("pk"), Max("last_seen")))


def disks() -> list[Disk]:
    """Where data are kept; a folder that is not there yet is that above it."""
    found = []
    for place in (Path(settings.VAR_DIR), pictures.folder() or Path(settings.VAR_DIR)):
        there = next(folder for folder in (place, *place.parents) if folder.exists())
        found.append(Disk(place, shutil.disk_usage(there).free / 1e9))
    return found
