"""How the site stands: what its owner is shown in the admin and on the status page."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Count, Max, Q

from catalog.models import Product
from recommender.embedders.registry import EMBEDDERS
from recommender.index.similarity_index import Manifest
from recommender.live import current, selection
from recommender.live.paths import index_path, map_path, previous_path


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
        index = current.live_index()
    except current.IndexUnavailable as error:
        return IndexState(None, shown, complaint=str(error))
    missing = [item_id for item_id in shown if item_id not in index]
    return IndexState(index.manifest, missing, len(index) - (len(shown) - len(missing)))


@dataclass(frozen=True)
class IndexFile:
    """An index that lies on the disk: which embedder's, since when it is live, and its size."""

    manifest: Manifest
    description: str
    is_served: bool
    since: datetime
    megabytes: float
    has_previous: bool
    has_map: bool


@dataclass(frozen=True)
class Disk:
    """What is left where something is kept."""

    folder: Path
    free_gigabytes: float


def index_files() -> list[IndexFile]:
    """All indexes that can be served, the one that is served first."""
    found = []
    for name in current.with_an_index():
        try:
            manifest = current.live_index(name).manifest
            status = index_path(name).stat()
        except (current.IndexUnavailable, OSError):
            continue
        found.append(
            IndexFile(
                manifest,
                EMBEDDERS[name].description,
                name == selection.name_served(),
                datetime.fromtimestamp(status.st_mtime, UTC),
                status.st_size / 1e6,
                previous_path(name).exists(),
                map_path(name).exists(),
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
    for place in (Path(settings.VAR_DIR), Path(settings.MEDIA_ROOT)):
        there = next(folder for folder in (place, *place.parents) if folder.exists())
        found.append(Disk(place, shutil.disk_usage(there).free / 1e9))
    return found
