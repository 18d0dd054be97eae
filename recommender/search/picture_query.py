"""A picture of one's own as a query: the same way that products go, from bytes to vector."""

import numpy as np

from catalog.thumbnails import make_thumbnail
from recommender import configured
from recommender.embedders.contract import EmbedderError
from recommender.index.similarity_index import SimilarityIndex


def embedding_of(data: bytes, index: SimilarityIndex) -> np.ndarray:
    """The (d,) embedding of a picture's bytes, by the embedder and weights that made the index.

    Raises BadPicture, and EmbedderError when these weights are not at hand.
    """
    thumbnail = make_thumbnail(data)
    source = configured.embedder_to_build(index.manifest.embedder)
    if source.weights_sha256 != index.manifest.weights_sha256:
        raise EmbedderError(
            "The live index was made with other weights than those at hand. Run: manage.py "
            f"build_index --embedder {index.manifest.embedder}"
        )
    embedder = source.load()
    return np.asarray(embedder.embed([embedder.decode(thumbnail)])[0])
