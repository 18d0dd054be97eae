"""The tutorial's own artefact: the tuple (extid_to_intid_dict, intid_to_extid_dict, out).

The first maps a shop's id to a row of `out`, the second a row to the shop's id, and `out` holds
one embedding a row.
"""

from pathlib import Path
from typing import Any

import joblib
import numpy as np

from recommender.index.safe_joblib import UnsoundFile, read_whole
from recommender.index.similarity_index import SimilarityIndex


class TutorialFileError(Exception):
    """The file is not the tutorial's tuple; the message says in what."""


def read_tutorial_file(path: Path) -> tuple[list[str], np.ndarray]:
    """The n item_ids, as text, and their (n, d) float32 embeddings, in the file's order.

    No code in the file is run. Raises TutorialFileError.
    """
    try:
        return _read(read_whole(path))
    except (UnsoundFile, OSError, MemoryError) as error:
        raise TutorialFileError(f"{path} cannot be used: {error}") from error


def _read(content: Any) -> tuple[list[str], np.ndarray]:
    if not isinstance(content, tuple | list) or len(content) != 3:
        raise UnsoundFile("it does not hold (extid_to_intid_dict, intid_to_extid_dict, out)")
    to_row, to_id, out = content
    if not isinstance(to_row, dict) or not isinstance(to_id, dict):
        raise UnsoundFile("its first two parts are not dictionaries")
    if not isinstance(out, np.ndarray) or out.ndim != 2 or out.dtype.kind != "f":
        raise UnsoundFile("its third part is not a two-dimensional array of numbers")
    ids = _ids_in_order(to_row, to_id, len(out))
    vectors = np.ascontiguousarray(out, np.float32)
    if not np.isfinite(vectors).all():
        row = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
        raise UnsoundFile(f"the vector of {ids[row]!r} is not finite in float32")
    return ids, vectors


def _ids_in_order(to_row: dict[Any, Any], to_id: dict[Any, Any], n: int) -> list[str]:
    if any(type(key) not in (int, str) for key in to_row):
        raise UnsoundFile("its ids are neither numbers nor text")
    if sorted(map(repr, to_row.values())) != sorted(map(repr, range(n))):
        raise UnsoundFile(f"its ids do not lead to the {n} rows of its vectors")
    if to_id != {row: item_id for item_id, row in to_row.items()}:
        raise UnsoundFile("its two dictionaries do not agree")
    ids = [str(to_id[row]).strip() for row in range(n)]
    if len(set(ids)) < n or "" in ids:
        raise UnsoundFile("two of its ids are the same as text, or one is empty")
    return ids


def write_tutorial_file(index: SimilarityIndex, path: Path) -> None:
    """Writes the index's embeddings as the tutorial's tuple; ids are text. Raises OSError."""
    ids = [str(item_id) for item_id in index.item_ids]
    to_row = {item_id: row for row, item_id in enumerate(ids)}
    joblib.dump((to_row, dict(enumerate(ids)), np.array(index.embeddings)), path)
