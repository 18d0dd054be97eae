"""The map as a file."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.mapping.product_map import MapFileError, ProductMap, Tile, read_map, write_map
from tests.indexes import manifest_of

NAME = "0123456789abcdef" * 2
MAP = ProductMap(
    manifest_of(2), ("a", "ü 2"), ("f" * 64, "0" * 64), np.array([[0, 0], [3, 1]]), 1, NAME,
    (Tile(64, 0, 0, NAME), Tile(32, 0, 0, NAME[::-1])),
)  # fmt: skip


def written(tmp_path, **more):
    """The file, with some of it changed."""
    path = tmp_path / "fake.json"
    write_map(MAP, path)
    content = json.loads(path.read_text()) | more
    path.write_text(
        json.dumps({key: value for key, value in content.items() if value != "left out"})
    )
    return path


def test_what_is_written_is_read(tmp_path):
    found = read_map(written(tmp_path))
    assert np.array_equal(found.cells, MAP.cells)
    assert found.cells.dtype == np.int64
    for name in ("manifest", "item_ids", "content_hashes", "drift", "overview", "tiles"):
        assert getattr(found, name) == getattr(MAP, name)


def test_a_map_is_as_wide_as_its_furthest_cell():
    assert (len(MAP), MAP.size) == (2, (4, 2))
    assert MAP.names == {NAME, NAME[::-1]}


@pytest.mark.parametrize(
    "more",
    [
        {"format": "another"}, {"version": 99}, {"version": "left out"}, {"item_ids": []},
        {"item_ids": ["a"]}, {"content_hashes": ["f"]}, {"cells": [[0, 0]]}, {"cells": [0, 0]},
        {"cells": [[0, 0], [-1, 0]]}, {"cells": [[0, 0], [10**6, 0]]}, {"cells": [[0, 0], [10**30, 0]]},
        {"cells": [[0, 0], ["x", 0]]}, {"cells": None}, {"drift": "many"}, {"overview": "../../etc/passwd"},
        {"tiles": [[64, 0, 0, "../x"]]}, {"tiles": [[64, 0]]}, {"tiles": 7}, {"manifest": {}},
        {"manifest": None}, {"overview": NAME + "\n"},
    ],
)  # fmt: skip
def test_what_is_no_map_of_ours_is_refused_by_name(tmp_path, more):
    with pytest.raises(MapFileError, match=r"fake\.json is no map"):
        read_map(written(tmp_path, **more))


@pytest.mark.parametrize("text", ["", "{", "null", "[]", "7", "[" * 100_000, "\xff"])
def test_what_is_no_json_is_refused_by_name(tmp_path, text):
    (tmp_path / "m.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(MapFileError, match=r"m\.json is no map"):
        read_map(tmp_path / "m.json")


def test_a_map_that_is_not_there_is_the_disk_s_matter(tmp_path):
    with pytest.raises(OSError):
        read_map(tmp_path / "none.json")


KEYS = [
    "format",
    "version",
    "manifest",
    "drift",
    "overview",
    "tiles",
    "item_ids",
    "content_hashes",
    "cells",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=40)
@given(st.sampled_from(KEYS), JSON)
def test_any_value_in_any_place_is_a_map_or_our_error(tmp_path_factory, key, value):
    path = written(tmp_path_factory.mktemp("map"), **{key: value})
    try:
        found = read_map(path)
    except MapFileError:
        return
    assert len(found) == len(found.cells) > 0


def test_a_map_of_one_product_is_one(tmp_path):
    one = replace(MAP, item_ids=("a",), content_hashes=("f",), cells=np.array([[0, 0]]))
    write_map(one, tmp_path / "one.json")
    assert read_map(tmp_path / "one.json").size == (1, 1)
