"""How a projection is fitted to a catalogue: from how many pictures, and what a map is learnt from.

No Django.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np

from recommender.index.projection import Projection

# Different pictures from which on a catalogue has a centre of its own; and a map, which is learnt
# from altered copies of as many.
ENOUGH_FOR_A_CENTRE, ENOUGH_FOR_A_MAP = 200, 500
# Of the mean eigenvalue, added to all: copies are found, and categories are not mixed up. Figures
# in docs/embedding.md.
SHRINKAGE = 100.0


def centre_path(embedder: str, weights_sha256: str) -> Path:
    """Where the centre for small catalogues lies, if one comes with the program for these weights.

    Made by `python -m benchmarks.looks PHOTOS --write-centre`.
    """
    folder = Path(__file__).with_name("centres")
    return folder / f"{embedder}-{weights_sha256[:16]}.npy"


def sample_of(hashes: Collection[str]) -> list[str]:
    """The pictures that a map is learnt from, by content hash; none of too few.

    Those whose hash comes first: as good as drawn, and next time mostly the same ones.
    """
    return sorted(hashes)[:ENOUGH_FOR_A_MAP] if len(hashes) >= ENOUGH_FOR_A_MAP else []


def learnt(
    fitted: Projection,
    originals: Mapping[str, np.ndarray],
    altered: Mapping[str, np.ndarray],
    shrinkage: float = SHRINKAGE,
) -> Projection:
    """The same with a map: by picture its (d,) features, and those of its copies, (kinds, d)."""
    rows = [originals[picture] for picture in altered for _ in altered[picture]]
    copies = np.concatenate(list(altered.values()))
    return fitted.learning(np.stack(rows), copies, len(altered), shrinkage)
