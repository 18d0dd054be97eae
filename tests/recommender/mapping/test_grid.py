import numpy as np
import pytest

from recommender.mapping.grid import on_grid, place


def distinct(cells) -> bool:
    return len(set(map(tuple, cells.tolist()))) == len(cells)


def test_points_that_have_room_go_to_the_cells_they_lie_in():
    columns, rows = np.meshgrid(range(5), range(4), indexing="ij")
    points = np.stack([columns, rows], -1).reshape(-1, 2) * 10.0
    cells = on_grid(points)
    assert distinct(cells)
    for axis in (0, 1):  # who lies further along lies no less far afterwards
        assert (np.diff(cells[np.argsort(points[:, axis], kind="stable"), axis]) >= 0).all()


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((40, 2)),
        np.stack([np.arange(40.0), np.zeros(40)], -1),
        np.vstack([np.zeros((300, 2)), [[1000.0, 1000.0]]]),
    ],
    ids=["one point", "a line", "a heap and one far away"],
)
def test_however_points_lie_each_gets_a_cell_of_its_own(points):
    cells = on_grid(points)
    assert cells.shape == points.shape
    assert distinct(cells)
    assert cells.min(axis=0).tolist() == [0, 0]


def test_a_newcomer_lies_beside_its_nearest_neighbour_and_nobody_moves():
    cells = np.array([[0, 0], [9, 9], [0, 0], [0, 0]])
    known = np.array([True, True, False, False])
    placed = place(cells, known, np.array([[1, 2], [0, 3], [1, 0], [2, -1]]))
    assert placed[:2].tolist() == [[0, 0], [9, 9]]
    assert np.abs(placed[2] - [9, 9]).max() == 1
    assert np.abs(placed[3] - placed[2]).max() == 1, "its only neighbour is a newcomer itself"
    assert distinct(placed)


def test_a_newcomer_that_looks_like_nobody_lies_somewhere():
    cells = np.array([[0, 0], [2, 0], [0, 0]])
    placed = place(cells, np.array([True, True, False]), np.full((3, 2), -1))
    assert distinct(placed)
