"""How well embeddings find what looks alike. Cosine throughout; numpy only."""

import numpy as np

K = 5


def unit(embeddings: np.ndarray) -> np.ndarray:
    """(n, d) -> (n, d) float32, each of length 1; zeros stay zeros."""
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
    return np.asarray(embeddings / np.maximum(lengths, 1e-12), np.float32)


def likeness(embeddings: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """(q, n) cosine of each query (a row number) with every embedding; -inf with itself."""
    directions = unit(embeddings)
    found = directions[queries] @ directions.T
    found[np.arange(len(queries)), queries] = -np.inf
    return np.asarray(found)


def precision(embeddings: np.ndarray, labels: np.ndarray, queries: np.ndarray) -> float:
    """Precision@5: the share of each query's five nearest that have its label, 0 to 1."""
    nearest = np.argsort(-likeness(embeddings, queries), axis=1, kind="stable")[:, :K]
    return float((labels[nearest] == labels[queries][:, None]).mean())


def chance_of_same(labels: np.ndarray, queries: np.ndarray) -> float:
    """The precision of neighbours drawn at random."""
    counts = np.bincount(labels)
    return float(((counts[labels[queries]] - 1) / (len(labels) - 1)).mean())


def precision_within(
    embeddings: np.ndarray, groups: np.ndarray, labels: np.ndarray, queries: np.ndarray
) -> tuple[float, float]:
    """Precision@5 by `labels` among a query's own group only, and what chance gives there.

    Groups with no more than five others are left out: all of theirs would be the nearest.
    """
    found, chance = [], []
    measured = likeness(embeddings, queries)
    for row, query in enumerate(queries):
        others = np.flatnonzero(groups == groups[query])
        others = others[others != query]
        if len(others) > K:
            nearest = others[np.argsort(-measured[row, others], kind="stable")[:K]]
            found.append((labels[nearest] == labels[query]).mean())
            chance.append((labels[others] == labels[query]).mean())
    return float(np.mean(found)), float(np.mean(chance))


def found_again(originals: np.ndarray, copies: np.ndarray, rows: np.ndarray) -> float:
    """The share of altered copies (of the originals in `rows`) whose nearest is their original."""
    return float(((unit(copies) @ unit(originals).T).argmax(axis=1) == rows).mean())
