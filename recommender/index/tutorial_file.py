"""The tutorial's own artefact: the tuple (extid_to_intid_dict, intid_to_extid_dict, out).

The first maps a shop's id to a row of `out`, the second a row to the shop's id, and `out` holds
one embedding a row.
"""

import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from recommender.errors import SimilarityError
from recommender.index.metrics import LARGEST
from recommender.index.projection import Projection
from recommender.index.safe_joblib import UnsoundFile, read_whole
from recommender.index.similarity_index import Manifest, SimilarityIndex
from runs.files import replace_file, replacing, sha256_of_file, why

_SHA256 = re.compile("[0-9a-f]{64}")


class TutorialFileError(SimilarityError):
    """The file is not the tutorial's tuple; the message says in what."""


def read_tutorial_file(path: Path) -> tuple[list[str], np.ndarray]:
    """The n item_ids, as text, and their (n, d) float32 embeddings, in the file's order.

    No code in the file is run. Raises TutorialFileError.
    """
    try:
        return _read(read_whole(path))
    except OSError as error:
        raise TutorialFileError(f"{path} cannot be read: {why(error)}.") from error
    except (UnsoundFile, MemoryError) as error:
        raise TutorialFileError(f"{path} cannot be used: {error}.") from error


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
    sound = (np.abs(vectors) <= LARGEST).all(axis=1)
    if not sound.all():
        row = int(np.flatnonzero(~sound)[0])
        raise UnsoundFile(f"the vector of {ids[row]!r} is not finite in float32, or too large")
    return ids, vectors


def _ids_in_order(to_row: dict[Any, Any], to_id: dict[Any, Any], n: int) -> list[str]:
    if any(type(key) not in (int, str) for key in to_row):
        raise UnsoundFile("its ids are neither numbers nor text")
    rows = list(to_row.values())
    if len(rows) != n or any(type(row) is not int for row in rows) or sorted(rows) != [*range(n)]:
        raise UnsoundFile(f"its ids do not lead to the {n} rows of its vectors")
    if to_id != {row: item_id for item_id, row in to_row.items()}:
        raise UnsoundFile("its two dictionaries do not agree")
    ids = [str(to_id[row]).strip() for row in range(n)]
    if len(set(ids)) < n or "" in ids:
        raise UnsoundFile("two of its ids are the same as text, or one is empty")
    return ids


@dataclass(frozen=True)
class Origin:
    """What made a file's vectors, and of which pictures: SHA-256 by item_id, where it is known.

    `projection` is what they went through, if they did.
    """

    manifest: Manifest
    content_hashes: dict[str, str]
    projection: Projection | None = None


def manifest_path(path: Path) -> Path:
    """Where the origin of a file's vectors stands: beside it, for the tuple has no room for it."""
    return path.with_name(f"{path.name}.manifest.json")


def projection_path(path: Path) -> Path:
    """Where the arrays of what a file's vectors went through stand."""
    return path.with_name(f"{path.name}.projection.npz")


def write_tutorial_file(index: SimilarityIndex, path: Path) -> None:
    """Writes the index's embeddings as the tutorial's tuple, ids as text, and their origin beside.

    And their projection, so that a picture can be asked about. Raises OSError.
    """
    ids = [str(item_id) for item_id in index.item_ids]
    to_row = {item_id: row for row, item_id in enumerate(ids)}
    with replacing(path) as file:
        joblib.dump((to_row, dict(enumerate(ids)), np.array(index.embeddings)), file)
    hashes = [value.decode() for value in index.content_hashes]
    origin = {
        "file_sha256": sha256_of_file(path),
        "manifest": index.manifest.to_json(),
        "content_hashes": dict(zip(ids, hashes, strict=True)),
    }
    if index.projection is not None:
        with replacing(projection_path(path)) as file:
            np.savez(file, allow_pickle=False, **index.projection.to_arrays())
    replace_file(manifest_path(path), json.dumps(origin, indent=1).encode())


def read_origin(path: Path) -> Origin | None:
    """What made the vectors in a file, as its export noted beside it; None where nothing did.

    Raises TutorialFileError when the note is damaged, or of another file.
    """
    beside = manifest_path(path)
    try:
        noted = json.loads(beside.read_bytes())
        if noted["file_sha256"] != sha256_of_file(path):
            raise ValueError(f"it is not about {path.name} as it is now; remove one of them")
        hashes = noted["content_hashes"]
        if not all(_SHA256.fullmatch(value) for value in hashes.values()):
            raise ValueError("its content_hashes are none")
        manifest = Manifest.from_json(noted["manifest"])
        return Origin(manifest, hashes, _read_projection(projection_path(path), manifest))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TutorialFileError(f"{beside} cannot be used: {error}") from error


def _read_projection(path: Path, manifest: Manifest) -> Projection | None:
    """What the manifest names, which lies beside the file. Raises ValueError."""
    if not manifest.projection:
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            found = Projection.from_arrays({**arrays, "projection": str(arrays["projection"])})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path.name}, what its vectors went through, cannot be read") from error
    made_for = (manifest.embedder, manifest.layer, manifest.weights_sha256)
    if found.id != manifest.projection or not found.fits(*made_for):
        raise ValueError(f"{path.name} is another projection than its vectors went through")
    return found
