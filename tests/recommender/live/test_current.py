import os
import threading

import joblib
import numpy as np
import pytest

from recommender.index.file import IndexFileError, load_index
from recommender.index.metrics import Metric
from recommender.live import current, paths, publishing
from tests.fake_embedder import FakeSource
from tests.indexes import index_of


def test_what_mends_a_missing_index_stands_apart_from_the_sentence():
    with pytest.raises(current.IndexUnavailable) as caught:
        current.live_index()
    assert caught.value.sentence == "There is no index of fake yet."
    assert caught.value.command == "manage.py build_index --embedder fake"
    assert str(caught.value).endswith("yet. Run: manage.py build_index --embedder fake")


def test_what_mends_a_broken_index_stands_apart_from_the_sentence():
    path = paths.index_path("fake")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"rubbish")
    with pytest.raises(current.IndexUnavailable) as caught:
        current.live_index()
    assert str(path) in caught.value.sentence
    assert "Run:" not in caught.value.sentence
    assert caught.value.command == "manage.py build_index --embedder fake"


@pytest.fixture
def live():
    """Five products, in memory already."""
    publishing.publish(index_of(VECTORS))
    return current.live_index()


VECTORS = {f"{n}": [n, 1] + [0] * 46 for n in range(5)}


def a_pipe(path):
    os.mkfifo(path)


def a_loop(path):
    path.symlink_to(path.name)


def nothing(path):
    pass


def a_folder(path):
    path.mkdir()


@pytest.mark.parametrize("stands_there", [a_pipe, a_loop, nothing, a_folder])
def test_whatever_takes_the_files_place_the_index_in_memory_is_served(live, stands_there):
    path = paths.index_path("fake")
    path.unlink()
    stands_there(path)
    assert current.live_index() is live
    assert current.live_index() is live


@pytest.mark.parametrize("stands_there", [a_pipe, a_loop, nothing, a_folder])
def test_without_an_index_in_memory_it_is_unavailable(stands_there):
    path = paths.index_path("fake")
    path.parent.mkdir(parents=True)
    stands_there(path)
    with pytest.raises(current.IndexUnavailable) as caught:
        current.live_index()
    assert caught.value.command == "manage.py build_index --embedder fake"


def test_while_a_new_index_is_opened_the_old_one_answers(live, monkeypatch):
    opening, may_go_on = threading.Event(), threading.Event()

    def slow(path):
        opening.set()
        assert may_go_on.wait(20)
        return load_index(path)

    monkeypatch.setattr(current, "load_index", slow)
    before = current.signature_served("fake")
    publishing.publish(index_of(VECTORS | {"5": [5, 1] + [0] * 46}))
    first = threading.Thread(target=current.live_index)
    first.start()
    assert opening.wait(20)
    assert current.live_index() is live
    assert current.signature_served("fake") == before
    may_go_on.set()
    first.join(20)
    assert len(current.live_index()) == 6
    assert current.signature_served("fake") == current.signature_of("fake") != before


def damaged(**changes):
    """The published file with some array changed in one place."""
    path = paths.index_path("fake")
    content = joblib.load(path)
    for name, (place, value) in changes.items():
        content[name] = content[name].copy()
        content[name][place] = value
    joblib.dump(content, path)
    return path


@pytest.mark.parametrize("metric", Metric)
@pytest.mark.parametrize(
    ("array", "value"),
    [("rows", 5), ("rows", 2**31 - 1), ("rows", -2), ("distances", np.nan),
     ("distances", -1.0), ("distances", np.inf)],
)  # fmt: skip
def test_a_damaged_list_is_refused_before_a_visitor_meets_it(live, metric, array, value):
    path = damaged(**{f"{metric}_{array}": ((2, 1), value)})
    with pytest.raises(IndexFileError, match=f"a {metric} list"):
        load_index(path)
    assert current.live_index() is live


@pytest.mark.parametrize(
    "ids", [list("012354"), list("012335"), ["", *"12345"], [*"01234", "\U0010ffff"]]
)
def test_ids_by_which_nothing_would_be_found_are_refused(live, ids):
    path = paths.index_path("fake")
    content = joblib.load(path)
    content["item_ids"] = np.array(ids)
    if "\U0010ffff" in ids:  # numpy keeps four bytes a letter, whatever they say
        content["item_ids"].view(np.uint32)[-1] += 1
    joblib.dump(content, path)
    with pytest.raises(IndexFileError, match="item_id"):
        load_index(path)


def test_a_build_does_not_go_on_from_a_damaged_index(live, caplog):
    assert current.matching_index(FakeSource()) is not None
    damaged(embeddings=((2, 5), 3))
    assert current.matching_index(FakeSource()) is None
    assert "is not what was written: its SHA-256 differs" in caplog.text
