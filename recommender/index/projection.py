"""What turns the features that a network gives into the vectors that are compared.

Each part (a layer's numbers) is brought to unit length, the catalogue's mean is taken off, and the
part is weighted; then a map may follow, learnt from altered copies of pictures without any labels.
Last, each vector's length gives way to its root: where lengths differ much, euclidean and manhattan
find whatever is short; were all the same, euclidean would be cosine.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np

Parts = tuple[tuple[int, float], ...]

# Rows that go through the map together, so that little is in memory besides.
BLOCK = 1024
# What changes what a projection computes changes this.
RECIPE = 1
SHORTEST = 1e-9


@dataclass(frozen=True)
class Provenance:
    """What a projection is for, and what taught it. Can be written as JSON.

    `parts` are (numbers, weight) of each layer. The centre is the mean of `fitted_on` pictures, 0
    for the one that comes with the program; `learnt_from` pictures were altered to learn the map,
    shrunk by `shrinkage` times the mean eigenvalue; 0 where there is none. `tuned_to` products with
    categories taught what separates these, which counts `separation` times more, the rest shrunk
    by `within_shrinkage`; 0 where nothing is tuned.
    """

    embedder: str
    layer: str
    weights_sha256: str
    parts: Parts
    fitted_on: int = 0
    learnt_from: int = 0
    shrinkage: float = 0.0
    note: str = ""
    tuned_to: int = 0
    separation: float = 0.0
    within_shrinkage: float = 0.0

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Provenance":
        """The provenance in `text`; raises ValueError for what is none."""
        values = json.loads(text)
        try:
            parts = tuple((size, float(weight)) for size, weight in values["parts"])
            found = cls(**{**values, "parts": parts})
        except (TypeError, KeyError, OverflowError) as error:
            raise ValueError("the projection's provenance is none") from error
        wanted = asdict(cls("", "", "", ()))
        if any(type(getattr(found, name)) is not type(value) for name, value in wanted.items()):
            raise ValueError("the projection's provenance is none")
        return found

    def __str__(self) -> str:
        """As in "fitted on 3409 pictures, with a map learnt from altered copies of 500"."""
        fitted = f"fitted on {self.fitted_on} pictures" if self.fitted_on else "the program's own"
        learnt = f", with a map learnt from altered copies of {self.learnt_from}"
        tuned = f", tuned to the categories of {self.tuned_to} products"
        told = ((learnt, self.learnt_from), (tuned, self.tuned_to), (f", {self.note}", self.note))
        return fitted + "".join(text for text, there in told if there)


@dataclass(frozen=True, eq=False)
class Projection:
    """(n, d) features -> (n, d) vectors: units less `centre` (d,), weighted, by `matrix` (d, d).

    Both are float32; there may be no matrix. The length becomes its root. Raises ValueError for
    arrays of another shape or type, or that are not finite.
    """

    about: Provenance
    centre: np.ndarray
    matrix: np.ndarray | None = None

    def __post_init__(self) -> None:
        if any(type(size) is not int or size < 1 for size, _ in self.about.parts):
            raise ValueError("a part of the projection has no size")
        if not all(0 < weight < 1e6 for _, weight in self.about.parts):
            raise ValueError("a part of the projection has no weight")
        d = sum(size for size, _ in self.about.parts)
        _require("centre", self.centre, (d,))
        if self.matrix is not None:
            _require("matrix", self.matrix, (d, d))

    @property
    def dimension(self) -> int:
        return len(self.centre)

    @cached_property
    def id(self) -> str:
        """What tells one projection from another: 16 hex digits of what it computes."""
        digest = sha256(json.dumps([RECIPE, self.about.parts]).encode())
        digest.update(np.ascontiguousarray(self.centre).data)
        if self.matrix is not None:
            digest.update(np.ascontiguousarray(self.matrix).data)
        return digest.hexdigest()[:16]

    def fits(self, embedder: str, layer: str, weights_sha256: str) -> bool:
        """Whether it was made for the features of these weights, cut at this layer."""
        about = self.about
        return (about.embedder, about.layer, about.weights_sha256) == (
            embedder, layer, weights_sha256,
        )  # fmt: skip

    def __call__(self, features: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """(n, d) float32 features -> (n, d) float32 vectors, into `out`, which may be `features`.

        A row's vector depends on its features alone, bit for bit.
        """
        out = np.empty(features.shape, np.float32) if out is None else out
        for start in range(0, len(features), BLOCK):
            mapped = self._mapped(self.weighted(features[start : start + BLOCK]))
            out[start : start + BLOCK] = _with_the_root_of_length(mapped)
        return out

    def _mapped(self, weighted: np.ndarray) -> np.ndarray:
        if self.matrix is None:
            return weighted
        from recommender.row_products import row_products  # numba is loaded where it is needed

        return row_products(weighted, self.matrix)

    def weighted(self, features: np.ndarray) -> np.ndarray:
        """(n, d) float32 features -> (n, d) float32: what a map is applied to."""
        centred: np.ndarray = units(features, self.about.parts) - self.centre
        return np.asarray(centred * self._weights)

    @cached_property
    def _weights(self) -> np.ndarray:
        sizes, weights = zip(*self.about.parts, strict=True)
        return np.repeat(np.array(weights, np.float32), sizes)

    def label_free_map(
        self, originals: np.ndarray, altered: np.ndarray, shrinkage: float
    ) -> np.ndarray:
        """The (d, d) float32 matrix that takes away what altering pictures changes.

        originals and altered (m, d) are features, row by row of one picture. The matrix is the
        inverse root of the covariance of their differences, with `shrinkage` times its mean
        eigenvalue added; symmetric, so that an axis stays what it was. Zeros where nothing differs.

        After within-class covariance normalisation (A. Hatch, S. Kajarekar, A. Stolcke, 2006), a
        picture's copies being its class, and learnt whitening (H. Jégou, O. Chum, 2012).
        """
        away = (self.weighted(altered) - self.weighted(originals)).astype(np.float64)
        covariance = away.T @ away / max(len(away), 1)
        values, vectors = np.linalg.eigh(covariance.astype(np.float32))  # twice as fast
        values = np.clip(values.astype(np.float64), 0, None)
        if values.mean() <= SHORTEST**2:
            return np.zeros((self.dimension, self.dimension), np.float32)
        scale = 1 / np.sqrt(values + shrinkage * values.mean())
        matrix = vectors * (scale / scale.max()) @ vectors.T
        return np.asarray(matrix, np.float32)

    def learning(
        self, originals: np.ndarray, altered: np.ndarray, pictures: int, shrinkage: float
    ) -> "Projection":
        """The same with the map that altered copies of `pictures` teach; see `label_free_map`."""
        matrix = self.label_free_map(originals, altered, shrinkage)
        if not matrix.any():
            return self
        about = replace(self.about, learnt_from=pictures, shrinkage=shrinkage)
        return Projection(about, self.centre, matrix)

    def to_arrays(self) -> dict[str, Any]:
        """What a file holds of it."""
        arrays = {"projection": self.about.to_json(), "projection_centre": self.centre}
        return arrays | ({} if self.matrix is None else {"projection_matrix": self.matrix})

    @classmethod
    def from_arrays(cls, content: Mapping[str, Any]) -> "Projection":
        """The projection that `to_arrays` gave; raises ValueError."""
        text = content.get("projection")
        if not isinstance(text, str):
            raise ValueError("the projection's provenance is none")
        centre: Any = content.get("projection_centre")
        return cls(Provenance.from_json(text), centre, content.get("projection_matrix"))


def _require(name: str, array: Any, shape: tuple[int, ...]) -> None:
    if not isinstance(array, np.ndarray) or array.shape != shape or array.dtype != np.float32:
        raise ValueError(f"the projection's {name} is not of shape {shape} in float32")
    if not np.isfinite(array).all():
        raise ValueError(f"the projection's {name} is not finite")


def _with_the_root_of_length(vectors: np.ndarray) -> np.ndarray:
    lengths = np.sqrt((vectors.astype(np.float64) ** 2).sum(axis=1, keepdims=True))
    return np.asarray(vectors / np.sqrt(np.maximum(lengths, SHORTEST)), np.float32)


def units(features: np.ndarray, parts: Parts) -> np.ndarray:
    """(n, d) float32, each part of each row at unit length; zeros stay zeros."""
    out, start = np.empty(features.shape, np.float32), 0
    for size, _ in parts:
        part = features[:, start : start + size].astype(np.float64)
        lengths = np.sqrt((part * part).sum(axis=1, keepdims=True))
        out[:, start : start + size] = part / np.maximum(lengths, SHORTEST)
        start += size
    return out


def mean_of(features: np.ndarray, parts: Parts, rows_at_once: int = 256) -> np.ndarray:
    """(d,) float32: the mean of the units of (n, d) features, a projection's centre."""
    total = np.zeros(features.shape[1])
    for start in range(0, len(features), rows_at_once):
        block = units(features[start : start + rows_at_once], parts)
        total += block.sum(axis=0, dtype=np.float64)
    return np.asarray(total / max(len(features), 1), np.float32)
