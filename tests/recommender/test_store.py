import pytest

from recommender import places, store


def test_what_mends_a_missing_index_stands_apart_from_the_sentence():
    with pytest.raises(store.IndexUnavailable) as caught:
        store.live_index()
    assert caught.value.sentence == "There is no index of fake yet."
    assert caught.value.command == "manage.py build_index --embedder fake"
    assert str(caught.value).endswith("yet. Run: manage.py build_index --embedder fake")


def test_what_mends_a_broken_index_stands_apart_from_the_sentence():
    path = places.index_path("fake")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"rubbish")
    with pytest.raises(store.IndexUnavailable) as caught:
        store.live_index()
    assert str(path) in caught.value.sentence
    assert "Run:" not in caught.value.sentence
    assert caught.value.command == "manage.py build_index --embedder fake"
