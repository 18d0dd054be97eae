"""Cells: the pictures of a very large index, cut by k-means, so that a query reads few of them.

An inverted file, as H. Jégou, M. Douze, C. Schmid, "Product quantization for nearest neighbor
search", IEEE TPAMI 33 (2011), calls it, without the quantization: in the cells that are read,
every distance is exact, under each metric. What may be missed are neighbours in other cells; how
many cells have to be read, so that next to none are, is measured when the cells are made.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from recommender.arrays import fixed
from recommender.index.distances import distances
from recommender.index.metrics import Metric
from recommender.index.pictures import Pictures

# The share of the nearest neighbours that lie in the cells that a query reads, and in those that
# lists are made from. A cell more costs a query little, and a million lists many minutes.
RECALL, LISTED = 0.995, 0.99
# Rows whose neighbours tell how many cells must be read, and how many neighbours of each.
SAMPLE, NEAREST = 300, 10
# Rows that k-means looks at, for each cell; and rows whose cell is looked for at a time.
TRAINED, BLOCK = 64, 16_384
# Fewer rows than this are read in less time than choosing among them would take.
FEWEST = 20_000


@dataclass(frozen=True, eq=False)
class InvertedLists:
    """n rows in c cells, each row in that of its nearest centroid.

    centroids (c, d) float32; starts (c + 1,) int64 and rows (n,) int32: those of cell i, ascending,
    are rows[starts[i]:starts[i + 1]]. nprobe: how many cells a query reads, the nearest to it by
    its metric; reach: how many, the euclidean nearest, a row's neighbours are looked for in.
    """

    centroids: np.ndarray
    starts: np.ndarray
    rows: np.ndarray
    nprobe: int
    reach: int

    def __len__(self) -> int:
        return len(self.centroids)

    def members(self, cell: int) -> np.ndarray:
        """The rows of a cell, ascending; (m,) int32."""
        return self.rows[self.starts[cell] : self.starts[cell + 1]]

    def nearest(self, metric: Metric, vector: np.ndarray, count: int) -> np.ndarray:
        """The cells whose centroids are nearest to a (d,) vector, nearest first; (count,) int64."""
        away = distances(metric, vector, self.centroids)
        return np.argsort(away, kind="stable")[:count]

    def near(self, metric: Metric, vector: np.ndarray, fewest: int) -> np.ndarray:
        """The rows that a query reads, ascending: at least `fewest`, where there are so many."""
        order = self.nearest(metric, vector, len(self))
        sizes = np.cumsum(np.diff(self.starts)[order])
        enough = int(np.searchsorted(sizes, fewest)) + 1
        rows = np.concatenate([self.members(cell) for cell in order[: max(self.nprobe, enough)]])
        return np.sort(rows).astype(np.int64)

    def within_reach(self, embeddings: np.ndarray) -> np.ndarray:
        """The cells in which the neighbours of (n, d) rows are looked for -> (n, reach) int16."""
        found = np.empty((len(embeddings), self.reach), np.int16)
        for rows, away in _to_centroids(embeddings, self.centroids):
            found[rows] = np.argpartition(away, self.reach - 1, axis=1)[:, : self.reach]
        return found

    def suit(self, count: int) -> bool:
        """Whether `count` rows would be cut into about as many cells."""
        return 0.8 <= cell_count(count) / len(self) <= 1.25

    def cut_again(self, embeddings: np.ndarray) -> "InvertedLists":
        """The same centroids and nprobe for other (n, d) rows."""
        return replace(cut(embeddings, self.centroids), nprobe=self.nprobe, reach=self.reach)

    def labels(self) -> np.ndarray:
        """(n,) int32: the cell of each row."""
        labels = np.empty(len(self.rows), np.int32)
        labels[self.rows] = np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts))
        return labels


def cell_count(n: int) -> int:
    """How many cells n rows are cut into: twice the root, so that both levels cost alike."""
    return int(2 * np.sqrt(n))


def make_inverted_lists(pictures: Pictures) -> InvertedLists:
    """Cells of all pictures; the same for the same ones.

    Reads all of them a few hundred times, for nprobe.
    """
    from sklearn.cluster import MiniBatchKMeans

    embeddings, count = pictures.embeddings, cell_count(len(pictures))
    sample = _spread(len(embeddings), TRAINED * count)
    means = MiniBatchKMeans(
        count, init="random", n_init=1, max_iter=20, batch_size=8192, random_state=0
    ).fit(embeddings[sample])
    centroids = means.cluster_centers_.astype(np.float32)
    return with_nprobe(cut(embeddings, centroids), pictures)


def cut(embeddings: np.ndarray, centroids: np.ndarray) -> InvertedLists:
    """Each of (n, d) rows in the cell of the nearest of (c, d) centroids; nprobe is all of them."""
    labels = np.empty(len(embeddings), np.int32)
    for rows, away in _to_centroids(embeddings, centroids):
        labels[rows] = away.argmin(axis=1)
    starts = np.concatenate([[0], np.cumsum(np.bincount(labels, minlength=len(centroids)))])
    order = np.argsort(labels, kind="stable").astype(np.int32)
    every = len(centroids)
    return InvertedLists(centroids, starts, order, every, every)


def _to_centroids(
    embeddings: np.ndarray, centroids: np.ndarray
) -> Iterator[tuple[slice, np.ndarray]]:
    """Block by block: which rows, and what orders the centroids by their euclidean distance."""
    half = (centroids.astype(np.float64) ** 2).sum(axis=1) / 2
    for start in range(0, len(embeddings), BLOCK):
        rows = slice(start, start + BLOCK)
        yield rows, half - embeddings[rows] @ centroids.T


def with_nprobe(inverted: InvertedLists, pictures: Pictures) -> InvertedLists:
    """The lists, with the nprobe and the reach that the neighbours of pictures ask for.

    Of each other product, its nearest picture.
    """
    labels = inverted.labels()
    probes, reaches = [], []
    for metric in Metric:
        asked, owned = [], []
        for row in _spread(len(pictures), SAMPLE):
            vector = pictures.embeddings[row]
            where = labels[pictures.nearest(metric, row, NEAREST)[: NEAREST + 1]]
            asked.append(_places(inverted.nearest(metric, vector, len(inverted)), where))
            owned.append(_places(inverted.nearest(Metric.EUCLIDEAN, vector, len(inverted)), where))
        probes.append(_covering(asked, RECALL))
        reaches.append(_covering(owned, LISTED))
    return replace(inverted, nprobe=max(probes), reach=max(reaches))


def _places(order: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Where some cells stand in an order of all of them."""
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return np.asarray(place[cells])


def _covering(places: list[np.ndarray], share: float) -> int:
    """How many cells hold that share of the neighbours at these places."""
    return int(np.quantile(np.concatenate(places), share, method="higher")) + 1


def _spread(n: int, count: int) -> np.ndarray:
    """Rows evenly spread over n; all of them, where they are fewer."""
    return np.unique(np.linspace(0, n - 1, count, dtype=np.int64))


def as_arrays(inverted: InvertedLists) -> dict[str, np.ndarray]:
    """What an index file keeps of them."""
    return {
        "centroids": fixed(inverted.centroids, np.float32),
        "list_starts": inverted.starts.astype(np.int64),
        "list_rows": inverted.rows,
        "nprobe": np.array([inverted.nprobe, inverted.reach], np.int32),
    }


def from_arrays(
    centroids: np.ndarray, starts: np.ndarray, rows: np.ndarray, nprobe: np.ndarray
) -> InvertedLists:
    """The cells that `as_arrays` gave; raises ValueError unless each row lies in one."""
    n, count = len(rows), len(centroids)
    if starts[0] != 0 or starts[-1] != n or (np.diff(starts) < 0).any():
        raise ValueError("its cells do not follow each other")
    if n and (rows.min() < 0 or rows.max() >= n):
        raise ValueError("a cell names a wrong row")
    if not np.isfinite(centroids).all() or nprobe.min() < 1 or nprobe.max() > count:
        raise ValueError("its cells cannot be searched")
    return InvertedLists(centroids, starts, rows, int(nprobe[0]), int(nprobe[1]))
