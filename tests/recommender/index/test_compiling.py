"""After it has run once, no query has anything compiled, whatever kind of index it asks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys
from dataclasses import replace
from pathlib import Path
import django
import numpy as np
django.setup()
from recommender.index import code_kernels, kernels
from recommender.index.codes import Codes
from recommender.index.compiling import compile_for_builds, compile_for_queries
from recommender.index.distances import distances, fused, of_pairs
from recommender.index.file import load_index, write_index
from recommender.index.metrics import Metric
from tests.indexes import index_of

def compiled():
    every = [*vars(kernels).values(), *vars(code_kernels).values()]
    every = [getattr(one, "kernel", one) for one in every]
    return sum(len(one.signatures) for one in every if hasattr(one, "signatures"))

compile_for_queries()
queries = compiled()
compile_for_builds()
builds = compiled()
vectors = np.random.default_rng(0).random((60, 48), np.float32)
made = index_of({f"{row:02}": vector for row, vector in enumerate(vectors)})
print(queries > 15, builds > queries, compiled() == builds)
path = Path(sys.argv[1])
write_index(replace(made, codes=Codes.of(made.embeddings)), path)
for index in (load_index(path), made):  # mapped, and in memory
    for metric in Metric:
        index.search(vectors[0], metric, 5)
        index.search(vectors[0], metric, 5, exclude=["03"])
        index.search(vectors[0], metric, 5, among=np.arange(20))
        distances(metric, index.embeddings[3], index.embeddings)
        fused(metric, 0.5, vectors[0], vectors[0], (index.embeddings, vectors), (1.0, 1.0))
        of_pairs(metric, index.embeddings, np.arange(5), np.arange(5, 10))
print(compiled() == builds)
"""


@pytest.mark.slow
def test_queries_and_builds_find_everything_compiled(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "index.joblib")], cwd=ROOT,
        env=os.environ | {
            "NUMBA_CACHE_DIR": str(tmp_path / "compiled"), "VAR_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        },
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout.split() == ["True"] * 4, done.stderr
