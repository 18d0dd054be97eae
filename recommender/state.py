"""How the live index stands to the catalogue: what the owner is shown in the admin."""

from dataclasses import dataclass
from datetime import datetime

from catalog.models import Product
from recommender import store
from recommender.index.similarity_index import Manifest


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
        return datetime.fromisoformat(self.manifest.built_at) if self.manifest else None


def index_state() -> IndexState:
    """Compares the live index with the catalogue."""
    shown = list(Product.shown.order_by("item_id").values_list("item_id", flat=True))
    try:
        index = store.live_index()
    except store.IndexUnavailable as error:
        return IndexState(None, shown, complaint=str(error))
    missing = [item_id for item_id in shown if item_id not in index]
    return IndexState(index.manifest, missing, len(index) - (len(shown) - len(missing)))
