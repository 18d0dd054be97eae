"""The index as a file: written by joblib, mapped into memory when read.

A worker opens it in milliseconds, and all workers share its pages. Nothing here knows where the
live index is: that is `store`.
"""

import os
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np

from catalog.colours.mixture import COLOURS
from recommender.errors import SimilarityError
from recommender.index.bounded import shown
from recommender.index.codes import Codes
from recommender.index.inverted_file import InvertedLists, as_arrays, from_arrays
from recommender.index.metrics import Metric
from recommender.index.neighbours import Lists
from recommender.index.projection import Projection
from recommender.index.safe_joblib import UnsoundFile, read_mapped
from recommender.index.similarity_index import FORMAT_VERSION, Manifest, SimilarityIndex
from recommender.index.statistics import Statistics
from recommender.index.views import Views
from recommender.index.words import Words
from runs.files import sha256_of_file, why

FORMAT = "lookalike-index"


class IndexFileError(SimilarityError):
    """The file is not a sound index; the sentence says why, and the command builds it anew."""

    def __init__(self, path: Path, reason: str) -> None:
        embedder = path.name.partition(".")[0]
        super().__init__(
            f"{path} cannot be used: {reason}.", f"manage.py build_index --embedder {embedder}"
        )


def write_index(index: SimilarityIndex, path: Path) -> str:
    """Writes the index, whole and synced to the disk; returns the file's SHA-256 in hex."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "manifest": index.manifest.to_json(),
        "item_ids": index.item_ids,
        "content_hashes": index.content_hashes,
        "embeddings": index.embeddings,
        "squared": index.squared,
    }
    for metric, lists in index.lists.items():
        content[f"{metric}_rows"] = lists.rows
        content[f"{metric}_distances"] = lists.distances
    if index.inverted is not None:
        content |= as_arrays(index.inverted)
    if index.codes is not None:
        content |= {f"coded_{name}": array for name, array in index.codes.arrays().items()}
    if index.measured is not None:
        content |= {f"measured_{name}": array for name, array in index.measured.arrays().items()}
    more = {"colours": index.colours, "duplicate_group": index.duplicate_group}
    content |= {name: array for name, array in more.items() if array is not None}
    content |= index.projection.to_arrays() if index.projection is not None else {}
    content |= index.words.to_arrays() if index.words is not None else {}
    content |= _of_views(index.views) if index.views is not None else {}
    with path.open("wb") as file:
        joblib.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    return sha256_of_file(path)


def _of_views(views: Views) -> dict[str, np.ndarray]:
    codes = {} if views.codes is None else views.codes.arrays()
    named = {name: getattr(views, name) for name in ("products", "hashes", "embeddings", "squared")}
    return {f"further_{name}": array for name, array in named.items()} | {
        f"further_coded_{name}": array for name, array in codes.items()
    }


def load_index(path: Path) -> SimilarityIndex:
    """The index in the file, its arrays mapped; no code in the file is run.

    Checks types, shapes and ranges, so that every answer can be given; whether it is the right one,
    `verify_index` checks. Raises IndexFileError.
    """
    try:
        content = read_mapped(path)
    except FileNotFoundError:
        raise IndexFileError(path, "there is no such file") from None
    except (UnsoundFile, OSError, MemoryError) as error:
        raise IndexFileError(path, why(error)) from error
    try:
        return _index(content)
    except (ValueError, TypeError, RecursionError) as error:
        raise IndexFileError(path, str(error)) from error


def _index(content: Any) -> SimilarityIndex:
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError("it is another kind of file")
    if content.get("version") != FORMAT_VERSION:
        raise ValueError(f"its format is {shown(content.get('version'))}, not {FORMAT_VERSION}")
    if not isinstance(content.get("manifest"), str):
        raise ValueError("it has no manifest")
    manifest = Manifest.from_json(content["manifest"])
    n, d = manifest.count, manifest.dimension
    if n < 0 or d < 1:
        raise ValueError(f"its manifest speaks of {n} products of {d} numbers")
    index = SimilarityIndex(
        manifest,
        _array(content, "item_ids", "U", (n,)),
        _array(content, "content_hashes", "S64", (n,)),
        _array(content, "embeddings", "f4", (n, d)),
        _array(content, "squared", "f8", (n,)),
        _lists(content, n),
        _inverted(content, n + getattr(content.get("further_products"), "size", 0), d),
        **_added(content, n, d),
        projection=_projection(content, manifest),
    )
    _require_findable(index)
    return index


def _lists(content: dict[str, Any], n: int) -> dict[Metric, Lists]:
    k = getattr(content.get("cosine_rows"), "shape", ())[1:] or (0,)
    return {
        metric: Lists(
            _array(content, f"{metric}_rows", "i4", (n, *k)),
            _array(content, f"{metric}_distances", "f8", (n, *k)),
        )
        for metric in Metric
    }


def _require_findable(index: SimilarityIndex) -> None:
    _require_ids(index.item_ids)
    for metric, lists in index.lists.items():
        _require_answers(metric, lists, len(index))
    same = index.duplicate_group
    if same is not None and len(same) and (same.min() < 0 or same.max() >= len(same)):
        raise ValueError("a group of duplicates names a wrong row")
    if index.colours is not None and not np.isfinite(index.colours).all():
        raise ValueError("a colour is no number")


def _require_ids(ids: np.ndarray) -> None:
    """They are text, and each can be found: sorted, and no two alike."""
    if len(ids) and ids.view(np.uint32).max() > sys.maxunicode:
        raise ValueError("an item_id is no text")
    if not (ids[1:] > ids[:-1]).all() or (len(ids) and ids[0] == ""):
        raise ValueError("its item_ids are not sorted and unique")


def _added(content: dict[str, Any], n: int, d: int) -> dict[str, Any]:
    """What a build adds to an index, as far as it is there."""
    added: dict[str, Any] = {"codes": _codes(content, n, d), "measured": _statistics(content)}
    if "further_products" in content:
        added["views"] = _views(content, n, d)
    if "words" in content:
        added["words"] = Words.from_arrays(content, d)
    if "colours" in content:
        added["colours"] = _array(content, "colours", "f4", (n, COLOURS))
    if "duplicate_group" in content:
        added["duplicate_group"] = _array(content, "duplicate_group", "i4", (n,))
    return added


def _views(content: dict[str, Any], n: int, d: int) -> Views:
    m = getattr(content.get("further_products"), "size", 0)
    products = _array(content, "further_products", "i4", (m,))
    if m and (products.min() < 0 or products.max() >= n or (np.diff(products) < 0).any()):
        raise ValueError("a further picture is of no product")
    return Views(
        products,
        _array(content, "further_hashes", "S64", (m,)),
        _array(content, "further_embeddings", "f4", (m, d)),
        _array(content, "further_squared", "f8", (m,)),
        _codes(content, m, d, "further_coded"),
    )


def _projection(content: dict[str, Any], manifest: Manifest) -> Projection | None:
    if ("projection" in content) != bool(manifest.projection):
        raise ValueError("its projection is not the one that its manifest names")
    if not manifest.projection:
        return None
    projection = Projection.from_arrays(content)
    if not projection.fits(manifest.embedder, manifest.layer, manifest.weights_sha256):
        raise ValueError("its projection was made for other weights")
    if projection.dimension != manifest.dimension:
        raise ValueError("its projection is of another length than its vectors")
    return projection


def _inverted(content: dict[str, Any], n: int, d: int) -> InvertedLists | None:
    if "centroids" not in content:
        return None
    count = len(content["centroids"]) if hasattr(content["centroids"], "shape") else 0
    return from_arrays(
        _array(content, "centroids", "f4", (count, d)),
        _array(content, "list_starts", "i8", (count + 1,)),
        _array(content, "list_rows", "i4", (n,)),
        _array(content, "nprobe", "i4", (2,)),
    )


def _codes(content: dict[str, Any], n: int, d: int, name: str = "coded") -> Codes | None:
    if f"{name}_values" not in content:
        return None
    codes = Codes(
        _array(content, f"{name}_values", "u1", (n, d)),
        _array(content, f"{name}_levels", "i2", (n,)),
        _array(content, f"{name}_errors", "f4", (n, 2)),
        _array(content, f"{name}_lengths", "f4", (n,)),
    )
    if not codes.are_sound():
        raise ValueError("its codes have no sound bounds")
    return codes


def _statistics(content: dict[str, Any]) -> Statistics | None:
    if "measured_pairs" not in content:
        return None
    arrays = {}
    for name, axes in (("pairs", 2), ("colour_pairs", 2), ("nearest", 2), ("both", 4)):
        if name == "both" and "measured_both" not in content:
            continue
        shape = getattr(content.get(f"measured_{name}"), "shape", ())
        array = _array(content, f"measured_{name}", "f8", (len(Metric), *shape[1:axes]))
        if array.ndim != axes or not array.min(initial=0) >= 0:
            raise ValueError(f"its {name} are no distances")
        arrays[name] = array
    return Statistics(**arrays)


def _require_answers(metric: Metric, lists: Lists, n: int) -> None:
    """Each row number is one that there is, and each distance a number; NaN fails both."""
    if not n:
        return
    filled = max(1, min(n - 1, lists.rows.shape[1]))
    if lists.rows.min() < -1 or lists.rows.max() >= n:
        raise ValueError(f"a {metric} list names a wrong row")
    if not lists.distances.min() >= 0 or (n > 1 and np.isinf(lists.distances[:, :filled].max())):
        raise ValueError(f"a {metric} list has a distance that is none")


def _array(content: dict[str, Any], name: str, kind: str, shape: tuple[int, ...]) -> np.ndarray:
    array = content.get(name)
    if not isinstance(array, np.ndarray) or array.shape != shape or 0 in shape[1:]:
        raise ValueError(f"{name} is not an array of shape {shape}")
    if array.dtype.kind != kind[0] or (kind != "U" and array.dtype != np.dtype(kind)):
        raise ValueError(f"{name} is of type {array.dtype}, not {kind}")
    return array


def verify_index(path: Path, sample: int = 20) -> None:
    """Reads the whole file and measures some lists again; raises IndexFileError if any is wrong."""
    index = load_index(path)
    try:
        _check_projection(index)
        _check_rows(index)
        for metric, lists in index.lists.items():
            _check_lists(metric, lists, len(index))
        _check_sample(index, sample)
    except ValueError as error:
        raise IndexFileError(path, str(error)) from error


def _check_projection(index: SimilarityIndex) -> None:
    if index.projection is not None and index.projection.id != index.manifest.projection:
        raise ValueError("its projection is not the one that its manifest names")


def _check_rows(index: SimilarityIndex) -> None:
    for start in range(0, len(index), 4096):
        if not np.isfinite(index.embeddings[start : start + 4096]).all():
            raise ValueError("an embedding is not finite")
    if index.views is not None and not np.isfinite(index.views.embeddings).all():
        raise ValueError("the embedding of a further picture is not finite")


def _check_lists(metric: Metric, lists: Lists, n: int) -> None:
    rows, distances = lists.rows, lists.distances
    filled = min(n - 1, rows.shape[1])
    if n == 0:
        return
    real, padding = rows[:, :filled], rows[:, filled:]
    itself = np.arange(n)[:, None]
    if not ((real >= 0) & (real < n) & (real != itself)).all() or (padding != -1).any():
        raise ValueError(f"a {metric} list names a wrong row")
    ascending = np.diff(distances[:, :filled], axis=1) >= 0
    if not ascending.all() or not np.isfinite(distances[:, :filled]).all():
        raise ValueError(f"a {metric} list is not sorted")


def _check_sample(index: SimilarityIndex, sample: int) -> None:
    """Searches the neighbours of some rows, evenly spread, and compares."""
    some = np.unique(np.linspace(0, max(0, len(index) - 1), sample, dtype=int))[: len(index)]
    _check_codes(index, some)
    for row in some:
        item_id = str(index.item_ids[row])
        for metric in Metric:
            listed = index.neighbours(item_id, metric, index.k)
            further = index.further_vectors(item_id)
            vectors = np.concatenate([index.embeddings[row : row + 1], further])
            rows = None if index.inverted is None else index.rows_of(one.item_id for one in listed)
            found = index.search_by_all(vectors, metric, index.k, exclude=[item_id], among=rows)
            if listed != found:
                raise ValueError(f"the {metric} list of {item_id!r} is not what was measured")


def _check_codes(index: SimilarityIndex, rows: np.ndarray) -> None:
    if index.codes is None:
        return
    for name, made in Codes.of(index.embeddings[rows]).arrays().items():
        if not np.array_equal(made, index.codes.arrays()[name][rows]):
            raise ValueError(f"the codes' {name} are not those of its vectors")
