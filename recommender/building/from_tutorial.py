"""The tutorial's artefact -> an index of ours."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from catalog import shops
from catalog.models import Product
from recommender.building.safeguards import refuse_collapse, refuse_loss
from recommender.building.wording import words_of
from recommender.embedders.registry import EMBEDDERS, embedder_spec
from recommender.errors import SimilarityError
from recommender.index.similarity_index import Manifest, SimilarityIndex
from recommender.index.tutorial_file import Origin, read_origin, read_tutorial_file
from recommender.live.engine import engine

# Stands for weights that nobody can tell: no build goes on from such an index.
UNKNOWN = "unknown"


class ImportRefused(SimilarityError):
    """The file's vectors cannot become the live index; the sentence says why."""


@dataclass(frozen=True)
class TutorialVectors:
    """n item_ids and their (n, d) float32 vectors, as a file has them, and where they come from."""

    item_ids: list[str]
    vectors: np.ndarray
    origin: Origin


@dataclass(frozen=True)
class Imported:
    """An index, and the ids that were left out because no picture of them is in the catalogue."""

    index: SimilarityIndex
    missing: list[str]

    def complaint(self) -> str:
        shown = ", ".join(self.missing[:10]) + ("…" if len(self.missing) > 10 else "")
        return f"Left out, since they have no picture: {shown} ({len(self.missing)} in all)."


def read(path: Path, embedder: str | None) -> TutorialVectors:
    """What the file holds. `embedder` made its vectors, where no export has noted what did.

    No code in the file is run. Raises ImportRefused, TutorialFileError.
    """
    item_ids, vectors = read_tutorial_file(path)
    origin = read_origin(path) or _vouched_origin(path, embedder)
    made_by = origin.manifest.embedder
    if embedder not in (None, made_by):
        raise ImportRefused(f"{path.name}: its manifest says {made_by}, not {embedder}.")
    if made_by not in EMBEDDERS:
        raise ImportRefused(f"{path.name}: its vectors are of {made_by!r}, which is not here.")
    spec = embedder_spec(made_by)
    if vectors.shape[1] != spec.dimension:
        raise ImportRefused(
            f"{path.name} holds {vectors.shape[1]} numbers per picture; {made_by} ({spec.layer}) "
            f"makes {spec.dimension}."
        )
    made_so = (origin.manifest.layer, origin.manifest.preprocessing)
    if made_so != (spec.layer, spec.preprocessing):
        raise ImportRefused(
            f"{path.name}: its vectors are {made_by}'s made in another way ({', '.join(made_so)})."
        )
    return TutorialVectors(item_ids, vectors, origin)


def _vouched_origin(path: Path, embedder: str | None) -> Origin:
    """The origin that the user vouches for; which weights, nobody can tell."""
    if not embedder:
        raise ImportRefused(
            f"{path.name} does not say which network made its vectors. Say it: --embedder NAME, "
            f"one of {', '.join(EMBEDDERS)}."
        )
    return Origin(Manifest.of(embedder_spec(embedder), UNKNOWN), {})


def index_of(
    found: TutorialVectors,
    *,
    note: str,
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Imported:
    """An index of those of the vectors whose products are in the catalogue.

    A row is marked with the hash of the picture it was made of, where the export noted it, else
    with that of the picture there is. `force` takes what has lost most of its pictures, or has
    collapsed. Raises Refused.
    """
    pictures: dict[str, str] = dict(Product.shown.values_list("item_id", "content_hash"))
    hashes = {i: found.origin.content_hashes.get(i, there) for i, there in pictures.items()}
    rows = [row for row, item_id in enumerate(found.item_ids) if item_id in hashes]
    rows.sort(key=lambda row: found.item_ids[row])
    kept = [found.item_ids[row] for row in rows]
    kept_hashes = [hashes[item_id] for item_id in kept]
    vectors = engine().as_kept(found.vectors[rows])
    manifest = replace(found.origin.manifest, note=note)
    if not force:
        live = engine().count(manifest.embedder, without=shops.taken_out())
        refuse_loss(len(kept), len(found.item_ids), live)
        refuse_collapse(kept_hashes, vectors)
    index = SimilarityIndex.build(manifest, kept, kept_hashes, vectors, progress=progress)
    index = replace(index, projection=found.origin.projection, words=words_of(index))
    return Imported(index, [item_id for item_id in found.item_ids if item_id not in hashes])
