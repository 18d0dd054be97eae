import importlib.util
import re

import numpy as np

from benchmarks import peers
from benchmarks.peers import Built, beside
from recommender.index.metrics import Metric

QUERIES = np.zeros((3, 4), np.float32)
RIGHT = [np.arange(5)] * 3


def test_a_library_that_is_missing_is_named(monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    beside(Metric.COSINE, QUERIES, 2, QUERIES, RIGHT)
    assert capsys.readouterr().out.splitlines() == [
        "faiss is not installed, so nothing is said of it",
        "usearch is not installed, so nothing is said of it",
    ]


def test_a_library_is_measured_at_the_effort_that_finds_enough(monkeypatch, capsys):
    efforts = []

    def search(effort, query):
        efforts.append(effort)
        return np.arange(5 if effort >= 16 else 4)

    made = [Built("made up", search, 7)]
    monkeypatch.setattr(peers, "_faiss", lambda *args, **options: made)
    monkeypatch.setattr(peers, "_usearch", lambda *args: [])
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)
    beside(Metric.COSINE, QUERIES, 2, QUERIES, RIGHT)
    said = capsys.readouterr().out
    assert sorted(set(efforts)) == [4, 8, 16]
    assert re.search(r"made up, cosine: made in \d+ s, 7 MB;", said)
    assert "recall@5 1.0000" in said
