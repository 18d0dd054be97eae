"""All products along the map."""

import itertools

import numpy as np
import pytest

from catalog.filters import Filters
from catalog.models import Product
from recommender.mapping.order import along_a_curve, along_the_map
from recommender.mapping.store import NoMap


@pytest.mark.parametrize("side", [1, 2, 4, 8, 32])
def test_the_curve_comes_once_to_every_cell_and_each_step_is_to_one_beside(side):
    cells = np.stack(np.meshgrid(range(side), range(side)), -1).reshape(-1, 2)
    places = along_a_curve(cells)
    assert sorted(places) == list(range(side * side))
    steps = np.abs(np.diff(cells[np.argsort(places)], axis=0)).sum(axis=1)
    assert (steps == 1).all()


def test_a_map_that_is_longer_than_wide_is_walked_too():
    cells = np.array([[x, y] for x in range(3) for y in range(11)])
    assert len(set(along_a_curve(cells).tolist())) == 33


@pytest.mark.django_db
def test_what_looks_alike_comes_together(drawn):
    item_ids = along_the_map(Filters()).item_ids
    assert sorted(item_ids) == [f"{number:02}" for number in range(14)]
    kinds = [int(item_id) % 2 for item_id in item_ids]
    changes = sum(a != b for a, b in itertools.pairwise(kinds))
    assert changes < 7, "thirteen, where hats and shirts take turns"


@pytest.mark.django_db
def test_filters_hold_and_what_does_not_lie_there_yet_comes_last(drawn):
    Product.objects.filter(item_id="03").update(item_id="00-new")
    Product.objects.filter(item_id="05").update(hidden=True)
    item_ids = along_the_map(Filters.of(category="hats")).item_ids
    assert item_ids[-1] == "00-new"
    assert sorted(item_ids) == ["00-new", "01", "07", "09", "11", "13"]


@pytest.mark.django_db
def test_without_a_map_there_is_no_such_order(live):
    with pytest.raises(NoMap):
        along_the_map(Filters())


@pytest.mark.django_db
def test_the_grid_offers_it_where_there_is_a_map(drawn, client):
    assert '<option value="look">By look</option>' in client.get("/browse/").content.decode()
    page = client.get("/browse/?order=look").content.decode()
    places = [page.index(f'data-item="{item_id}"') for item_id in along_the_map(Filters()).item_ids]
    assert places == sorted(places)


@pytest.mark.django_db
def test_the_grid_does_not_offer_it_without_one(live, client):
    assert 'value="look"' not in client.get("/browse/").content.decode()
    assert client.get("/browse/?order=look").status_code == 503
