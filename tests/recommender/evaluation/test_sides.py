"""An index as one side of a comparison."""

import numpy as np

from recommender.evaluation.sides import Side
from tests.indexes import same
from tests.recommender.index.test_by_product import index_of

PICTURES = {f"{n:02}": [[n, 1, 2], [n, 5, 9], [3, n, n]][: 1 + n % 3] for n in range(30)}


def test_a_part_is_compared_by_all_pictures_and_may_be_by_the_first_alone():
    side, few = Side("live", index_of(PICTURES), None), ("03", "05", "11", "28")
    some = {item_id: PICTURES[item_id] for item_id in few}
    first = {item_id: views[:1] for item_id, views in PICTURES.items()}
    assert same(side.of(side.index.rows_of(some)).index, index_of(some))
    assert side.of(np.arange(30)) is side
    alone = side.by_first_pictures()
    assert alone.index.views is None
    assert same(alone.index, index_of(first))
    assert alone.by_first_pictures() is alone
