"""The tutorial's artefact -> an index of ours."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from catalog.models import Product
from recommender.embedders.registry import embedder_spec
from recommender.errors import SimilarityError
from recommender.index.similarity_index import Manifest, SimilarityIndex


class ImportRefused(SimilarityError):
    """The file's vectors cannot become the live index; the sentence says why."""


@dataclass(frozen=True)
class Imported:
    """An index, and the ids that were left out because no picture of them is in the catalogue."""

    index: SimilarityIndex
    missing: list[str]

    def complaint(self) -> str:
        shown = ", ".join(self.missing[:10]) + ("…" if len(self.missing) > 10 else "")
        return f"Left out, since they have no picture: {shown} ({len(self.missing)} in all)."


def index_of(
    item_ids: list[str],
    vectors: np.ndarray,
    embedder: str,
    file_name: str,
    progress: Callable[[int, int], None] | None = None,
) -> Imported:
    """n ids and their (n, dimension) float32 vectors -> an index of those in the catalogue.

    Raises ImportRefused when the dimension is not the embedder's, or nothing is left.
    """
    spec = embedder_spec(embedder)
    if vectors.shape[1] != spec.dimension:
        raise ImportRefused(
            f"{file_name} holds {vectors.shape[1]} numbers a picture; {embedder} ({spec.layer}) "
            f"makes {spec.dimension}."
        )
    hashes = dict(Product.shown.values_list("item_id", "content_hash"))
    rows = [row for row, item_id in enumerate(item_ids) if item_id in hashes]
    if not rows:
        raise ImportRefused(f"None of the {len(item_ids)} ids in {file_name} has a picture.")
    rows.sort(key=lambda row: item_ids[row])
    kept = [item_ids[row] for row in rows]
    # Nobody can tell which weights made the file, so the next build_index embeds anew.
    manifest = Manifest.of(spec, "unknown", note=f"imported from {file_name}")
    index = SimilarityIndex.build(
        manifest, kept, [hashes[item_id] for item_id in kept], vectors[rows], progress=progress
    )
    return Imported(index, [item_id for item_id in item_ids if item_id not in hashes])
