"""A picture of one's own as a query: the same way that products go, from bytes to vector."""

import numpy as np

from catalog.thumbnails import BadPicture, make_picture
from recommender import configured
from recommender.embedders.contract import EmbedderError
from recommender.index.colours import colours_of
from recommender.index.similarity_index import SimilarityIndex
from recommender.search.errors import BadQuery, NotReady


def embedding_of(data: bytes, index: SimilarityIndex) -> tuple[np.ndarray, np.ndarray]:
    """The (d,) embedding of a picture's bytes, by what made the index, and its (48,) colours.

    Raises BadQuery for what is no picture, NotReady when these weights are not at hand.
    """
    name = index.manifest.embedder
    try:
        picture = make_picture(data)
        source = configured.embedder_to_serve(name)
        if source.weights_sha256 != index.manifest.weights_sha256:
            raise NotReady(
                "The live index was made with other weights than those at hand.",
                [f"manage.py build_index --embedder {name}"],
            )
        embedder = configured.loaded(source)
    except BadPicture as error:
        raise BadQuery(f"The picture cannot be read: {error}") from error
    except EmbedderError as error:
        raise NotReady(str(error)) from error
    return np.asarray(embedder.embed([embedder.decode(picture)])[0]), colours_of(picture)
