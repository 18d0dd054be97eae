"""Compiles what the index computes with, once, before the tests start on all cores: `make test`
runs it while mypy thinks, `make test-slow` before all else. Without it, each of pytest's processes
would compile the same by itself."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def main() -> None:
    import django

    django.setup()  # says where numba keeps what it has compiled
    import numpy as np

    from recommender.index import codes
    from recommender.index.compiling import compile_for_queries
    from recommender.index.file import load_index, write_index
    from recommender.index.similarity_index import Manifest, SimilarityIndex
    from tests.fake_embedder import SPEC

    vectors = np.random.default_rng(0).random((60, SPEC.dimension), np.float32)
    ids, hashes = [f"{n:02}" for n in range(60)], [f"{n:064x}" for n in range(60)]
    manifest = Manifest.of(SPEC, "0" * 64)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index.joblib"
        write_index(SimilarityIndex.build(manifest, ids[:50], hashes[:50], vectors[:50]), path)
        index = load_index(path)  # mapped, which numba takes as arrays of another kind
        compile_for_queries()
        SimilarityIndex.merged(index, manifest, ids[5:], hashes[5:], vectors[5:])
        codes.FEWEST_NUMBERS = 0
        SimilarityIndex.build(manifest, ids, hashes, vectors)


if __name__ == "__main__":
    main()
