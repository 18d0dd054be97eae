"""Points on a plane, each in a cell of its own, so that no thumbnail covers another. No Django."""

from collections.abc import Sequence

import numpy as np

# Cells for each product: room for the gaps between regions, and for products to come.
ROOM = 2.0
# The map is at most so many times as long as it is wide.
LONGEST = 2
# A product may go to one of so many cells nearest to its point; to more, where these do not do.
CHOICE = 60


def on_grid(points: np.ndarray) -> np.ndarray:
    """(n, 2) points -> (n, 2) int64 cells, (column, row) from 0, no two alike.

    All together lie as close to their points as can be: the sum of the squared ways is the least.
    """
    scaled, (columns, rows) = _scaled(points)
    cells = np.stack(np.meshgrid(range(columns), range(rows), indexing="ij"), -1).reshape(-1, 2)
    taken = cells[_matched(scaled, cells)]
    return np.asarray(taken - taken.min(axis=0))


def _scaled(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The points in the middle of a room of 1 × 1 cells, ROOM for each; and its two sides."""
    spread = points.max(axis=0) - points.min(axis=0)
    wide = np.maximum(spread, max(spread.max(), 1e-9) / LONGEST)
    scale = np.sqrt(ROOM * len(points) / wide.prod())
    middle = (points.max(axis=0) + points.min(axis=0)) / 2
    sides = np.ceil(wide * scale).astype(int) + 1
    return np.asarray((points - middle) * scale + (sides - 1) / 2), sides


def _matched(points: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """The row in `cells` for each point, none twice."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching
    from scipy.spatial import cKDTree

    tree, choice = cKDTree(cells), min(CHOICE, len(cells))
    while True:
        ways, near = tree.query(points, k=choice)
        starts = np.arange(0, near.size + 1, choice)
        # A way of nothing would be no way at all to a sparse matrix.
        costs = csr_matrix((ways.ravel() ** 2 + 1, near.ravel(), starts), (len(points), len(cells)))
        try:
            return np.asarray(min_weight_full_bipartite_matching(costs)[1])
        except ValueError:  # too many want the same few
            if choice == len(cells):
                raise
            choice = min(4 * choice, len(cells))


def place(cells: np.ndarray, known: np.ndarray, neighbours: np.ndarray) -> np.ndarray:
    """The cells of all n products, of whom those that are not `known` have none yet.

    cells (n, 2); known (n,) bool, at least one; neighbours (n, k) rows, the nearest first, -1 for
    none. Each newcomer goes to the free cell nearest to the first neighbour that has one; the
    others stay where they are.
    """
    cells, known = cells.copy(), known.copy()
    waiting = list(np.flatnonzero(~known))
    while waiting:
        beside = [row for row in waiting if known[_present(neighbours[row])].any()]
        for row in beside or waiting[:1]:
            listed = _present(neighbours[row])
            near = listed[known[listed]]
            towards = cells[near[0]] if len(near) else cells[known].mean(axis=0)
            cells[row] = _nearest_free(towards, cells[known])
            known[row] = True
        waiting = [row for row in waiting if not known[row]]
    return cells


def _present(neighbours: np.ndarray) -> np.ndarray:
    return neighbours[neighbours >= 0]


def _nearest_free(towards: Sequence[float] | np.ndarray, taken: np.ndarray) -> np.ndarray:
    """The cell nearest to a point that none has, within the grid or at its lower edges."""
    columns, rows = taken.max(axis=0) + 2
    free = np.ones((columns, rows), bool)
    free[taken[:, 0], taken[:, 1]] = False
    cells = np.argwhere(free)
    ways = ((cells - np.asarray(towards)) ** 2).sum(axis=1)
    return np.asarray(cells[ways.argmin()])
