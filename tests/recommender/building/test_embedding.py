import subprocess
import sys

import numpy as np

from recommender.building.embedding import embed_batch
from runs.files import sha256_of
from tests.conftest import picture_bytes
from tests.fake_embedder import FakeEmbedder

RED, BLUE = picture_bytes("red"), picture_bytes("blue")


def same(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    return one is not None and other is not None and np.array_equal(one, other)


def test_a_batch_of_bytes_becomes_hashes_vectors_and_reasons_in_its_order():
    embedder = FakeEmbedder()
    red, rubbish, blue = embed_batch(embedder, [RED, b"rubbish", BLUE])
    assert [red.content_hash, blue.content_hash] == [sha256_of(RED), sha256_of(BLUE)]
    assert same(red.vector, embedder.embed([embedder.decode(RED)])[0])
    assert same(blue.vector, embedder.embed([embedder.decode(BLUE)])[0])
    assert rubbish.vector is None
    assert rubbish.content_hash == sha256_of(b"rubbish")
    assert "cannot be decoded" in rubbish.reason


def test_equal_bytes_are_embedded_once():
    embedder = FakeEmbedder()
    found = embed_batch(embedder, [RED, BLUE, RED])
    assert embedder.embedded == 2
    assert same(found[0].vector, found[2].vector)


def test_a_batch_without_a_sound_picture_asks_the_network_nothing():
    embedder = FakeEmbedder()
    assert [one.vector for one in embed_batch(embedder, [b"", b"x"])] == [None, None]
    assert embed_batch(embedder, []) == []
    assert embedder.embedded == 0


def test_a_vector_that_is_not_finite_is_none(monkeypatch):
    vectors = np.array([[1, np.nan], [1, 2]], np.float32)
    monkeypatch.setattr(FakeEmbedder, "embed", lambda self, pictures: vectors)
    bad, good = embed_batch(FakeEmbedder(), [RED, BLUE])
    assert (bad.vector, bad.reason) == (
        None,
        "the network gave a vector that is not finite, or too large",
    )
    assert good.vector.tolist() == [1, 2]


def test_it_runs_where_there_is_no_django():
    program = (
        "import sys; import recommender.building.embedding\n"
        "print([m for m in sys.modules if m.split('.')[0] == 'django'])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
