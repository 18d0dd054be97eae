"""A picture of one's own as a query: the same way that products go, from bytes to vector."""

import numpy as np
from django.utils.translation import gettext as _

from catalog.colours.mixture import colours_of
from catalog.pictures import read_picture
from catalog.thumbnails import BadPicture, make_picture
from recommender.embedders.contract import Embedder, EmbedderError
from recommender.engines.contract import Index
from recommender.live import selection
from recommender.live.stages import Stage, stage
from recommender.live.worker_threads import Lane, beside
from recommender.search.elsewhere import NoPictureThere, fetched
from recommender.search.errors import BadQuery, NotReady
from recommender.search.query import Query


def picture_of_query(query: Query) -> bytes | None:
    """The bytes of the picture that is asked about: given, behind an address, or a product's own.

    A product's own counts where a part of it is asked about. Raises BadQuery.
    """
    if query.url:
        return fetched(query.url)
    if query.picture is None and query.crop is not None:
        try:
            return read_picture(query.liked[0])
        except (OSError, ValueError) as error:
            raise BadQuery(_("This product has no picture that can be cropped.")) from error
    return query.picture


@stage(Stage.EMBEDDING)
def embedding_of(data: bytes, index: Index, query: Query) -> tuple[np.ndarray, np.ndarray]:
    """The (d,) embedding of a picture's bytes, by what made the index, and its (48,) colours.

    Of the part that the query asks about. Raises BadQuery for what is no picture, NotReady when
    these weights are not at hand.
    """
    try:
        box = query.crop.box if query.crop else None
        picture = beside(Lane.PICTURES, make_picture, data, box)
    except BadPicture as error:
        if query.url:
            raise NoPictureThere(query.url, error) from error
        raise BadQuery(
            _("The picture cannot be read: %(reason)s") % {"reason": _(str(error))}
        ) from error
    features, colours = beside(Lane.PICTURES, _seen, embedder_of(index), picture)
    return index.vectors_of(features)[0], colours  # the index may have to ask its database


def _seen(embedder: Embedder, picture: bytes) -> tuple[np.ndarray, np.ndarray]:
    features = np.asarray(embedder.embed([embedder.decode(picture)]), np.float32)
    return features, colours_of(picture)


def embedder_of(index: Index) -> Embedder:
    """What made the index, loaded; raises NotReady when these weights are not at hand."""
    name = index.manifest.embedder
    try:
        made_in = index.manifest.precision
        source = beside(Lane.PICTURES, selection.embedder_to_serve, name, made_in)
        if source.weights_sha256 != index.manifest.weights_sha256:
            raise NotReady(
                "The live index was made with other weights than those at hand.",
                [f"manage.py build_index --embedder {name}"],
            )
        return beside(Lane.PICTURES, selection.loaded, source)
    except EmbedderError as error:
        raise NotReady(str(error)) from error
