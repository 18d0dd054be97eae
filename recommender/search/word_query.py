"""Words for looks as a query: from text to a direction among the vectors of an index."""

import numpy as np
from django.utils.translation import gettext as _

from catalog.models import folded
from recommender.embedders.contract import EmbedderError
from recommender.embedders.networks.user_onnx import TextTower
from recommender.engines.contract import Index
from recommender.index.words import UnknownWord, unit
from recommender.live import selection
from recommender.live.worker_threads import Lane, beside
from recommender.search.errors import BadQuery, NotReady, legible

# Words named to visitors.
SHOWN = 24


class NoWords(BadQuery):
    """No word of the titles finds products by their looks."""

    def __init__(self) -> None:
        super().__init__(_("No words for looks have been learnt from this shop's titles yet."))

    @property
    def for_owner(self) -> str:
        return (
            f"{self} A word is taught by six titles or more that say how products look; or bring "
            "a network that reads text: manage.py weights add IMAGE.onnx --text TEXT.onnx …"
        )


def direction_of(looks: str, index: Index) -> np.ndarray:
    """(d,) float32 of length 1: where these words lead, by the network's own tower for texts, else
    by what titles have taught.

    Raises BadQuery for words that are not offered, NotReady where an index has yet to learn them.
    """
    manifest = index.manifest
    if tower := selection.text_tower(manifest.embedder, manifest.weights_sha256):
        return beside(Lane.PICTURES, _read, looks, tower, index)
    words = index.words
    if words is None:
        name = index.manifest.embedder
        raise NotReady(
            "The index knows no words for looks yet.", [f"manage.py build_index --embedder {name}"]
        )
    if not words.offered:
        raise NoWords
    try:
        return words.direction(folded(looks))
    except UnknownWord as error:
        raise BadQuery(
            _("“%(word)s” is not a word for looks learnt from this shop's titles. Try %(words)s.")
            % {"word": legible(error.text), "words": ", ".join(f"“{w}”" for w in error.nearest)}
        ) from error


def _read(looks: str, tower: TextTower, index: Index) -> np.ndarray:
    try:
        text = selection.loaded_tower(index.manifest.embedder, tower)([looks])
    except EmbedderError as error:
        raise NotReady(str(error)) from error
    return unit(index.vectors_of(text)[0])


def length_in(index: Index) -> float:
    """How long a vector of the index is, in the mean."""
    return index.words.about.length if index.words else 1.0


def reads_words(index: Index) -> bool:
    """Whether any words can be asked for."""
    manifest = index.manifest
    if selection.text_tower(manifest.embedder, manifest.weights_sha256):
        return True
    return bool(index.words and index.words.offered)


def words_offered(index: Index) -> list[str]:
    """The most common of the words that may be asked for; none where nothing was learnt."""
    return [word.text for word in index.words.offered[:SHOWN]] if index.words else []
