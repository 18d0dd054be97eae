"""From vectors to a plane: what looks alike lies close together. No Django.

t-SNE (L. van der Maaten, G. Hinton, 2008) by scikit-learn, whose result is the same each time. Of
the ten nearest of 11,556 products under the network, it keeps half among the ten nearest of the
plane; UMAP kept two fifths.
"""

import numpy as np

PERPLEXITY = 30
# The network's numbers are brought down to so many first, which keeps what tells products apart.
COMPONENTS = 50
ROUNDS = 750
SEED = 0
WORTH_THREADS = 2000


def lay_out(vectors: np.ndarray, start: np.ndarray | None = None) -> np.ndarray:
    """(n, d) float32 vectors, n at least 4 -> (n, 2) points; by their directions, as cosine.

    `start` (n, 2) are the points or cells of an older layout to begin from, so that regions stay
    about where they were. The same in, the same out.
    """
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    fewer = _fewer_numbers(vectors)
    begin = _close_together(fewer[:, :2]) if start is None else start - start.mean(axis=0)
    tsne = TSNE(
        init=begin.astype(np.float32),
        perplexity=min(PERPLEXITY, (len(vectors) - 1) / 3),
        # Pulls what belongs together through the others first, which an older layout has behind it.
        early_exaggeration=12 if start is None else 1,
        max_iter=ROUNDS,
        random_state=SEED,
    )
    # Threads that share little work wait for each other most of the time.
    with threadpool_limits(1 if len(vectors) < WORTH_THREADS else None):
        return np.asarray(tsne.fit_transform(fewer), np.float64)


def _fewer_numbers(vectors: np.ndarray) -> np.ndarray:
    """The directions' principal components, (n, at most 50) float32."""
    from sklearn.decomposition import PCA

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    directions = vectors / np.where(lengths > 0, lengths, 1)
    components = min(COMPONENTS, *vectors.shape)
    if not np.ptp(directions, axis=0).any():  # all alike: there is nothing to tell apart
        return np.zeros((len(vectors), max(components, 2)), np.float32)
    pca = PCA(components, svd_solver="randomized", random_state=SEED)
    return np.asarray(pca.fit_transform(directions), np.float32)


def _close_together(points: np.ndarray) -> np.ndarray:
    """The points about zero, within a ten-thousandth, as t-SNE wants to begin."""
    centred = points - points.mean(axis=0)
    return np.asarray(centred / (centred.std(axis=0).max() or 1) * 1e-4)
