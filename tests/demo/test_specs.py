"""What the shop sells, as data."""

from collections import Counter
from decimal import Decimal

import pytest

from demo.shop.colours import COLOURS
from demo.shop.motifs import MOTIFS
from demo.shop.specs import CATEGORIES, COUNT, ShirtSpec, make_specs
from demo.shop.textures import TEXTURES


def test_the_same_seed_sells_the_same_and_another_sells_other_shirts():
    assert make_specs(1, 50) == make_specs(1, 50)
    assert make_specs(1, 50) != make_specs(2, 50)


@pytest.mark.parametrize("count", [0, 1, 100, COUNT])
def test_there_are_as_many_as_asked_each_with_an_id_of_its_own(count):
    specs = make_specs(count=count)
    assert len(specs) == len({spec.item_id for spec in specs}) == count
    assert all(len(spec.item_id) == 6 for spec in specs)


def test_of_a_hundred_shirts_each_kind_has_its_share():
    kinds = Counter(
        "motif" if s.motif else "texture" if s.texture else s.design for s in make_specs(5, 100)
    )
    assert kinds == {"motif": 56, "texture": 26, "lettering": 8, "plain": 10}


def test_every_shirt_can_be_drawn_and_bought():
    for spec in make_specs(3):
        assert sum(map(bool, (spec.motif, spec.texture, spec.lettering))) <= 1
        assert spec.colour in COLOURS
        assert not spec.motif or spec.motif in MOTIFS
        assert not spec.texture or spec.texture in TEXTURES
        assert spec.category in CATEGORIES
        assert 14 <= Decimal(spec.price) < 46
        assert 0 <= spec.variation < 4


@pytest.mark.parametrize(
    ("more", "design"),
    [
        ({"motif": "cat"}, "cat"),
        ({"texture": "dots"}, "dots"),
        ({"lettering": "HI"}, "lettering"),
        ({}, "plain"),
    ],
)
def test_the_design_is_what_makes_shirts_alike_besides_colour(more, design):
    shirt = ShirtSpec("1", "Tee", "9.00", "Men", True, 7, "red", **more)
    assert shirt.design == design
