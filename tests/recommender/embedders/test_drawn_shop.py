"""What a visitor of the demo sees: shirts beside shirts of their kind."""

import io

import numpy as np
import pytest

from catalog.thumbnails import make_picture
from demo.shop.drawing import draw_shirt
from demo.shop.specs import make_specs
from recommender.embedders.choice import choose
from recommender.embedders.weights.source import Places
from recommender.index.projection import Projection, Provenance, mean_of
from recommender.index.word_lessons import Titled, words_in
from recommender.index.words import unit


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """The shirts, and the vectors of their pictures."""
    specs = make_specs()
    embedder = choose("efficientnet-lite2", Places(tmp_path_factory.mktemp("w")), "ncnn").load()
    features = embedder.embed([embedder.decode(shown(spec)) for spec in specs])
    about = Provenance("", "", "", embedder.spec.parts)
    return specs, Projection(about, mean_of(features, about.parts))(features)


@pytest.mark.slow
def test_the_nearest_shirts_share_the_design_or_the_colour(seen):
    """All 360 shirts ask, and answer. By chance 0.05 share the design, 0.11 it or the colour."""
    specs, vectors = seen
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    likeness = units @ units.T
    np.fill_diagonal(likeness, -1)
    asking = range(len(specs))
    nearest = np.argsort(-likeness, axis=1)[asking, :5]
    design = np.array([spec.design for spec in specs])
    colour = np.array([spec.colour for spec in specs])
    shares_design = design[nearest] == design[asking, None]
    shares_colour = colour[nearest] == colour[asking, None]
    assert shares_design.mean() >= 0.615
    assert (shares_design | shares_colour).mean() >= 0.72


@pytest.mark.slow
@pytest.mark.parametrize(
    ("word", "is_so"),
    [
        ("dots", lambda spec: spec.texture == "dots"),
        ("striped", lambda spec: spec.texture == "stripes"),
    ],
)
def test_a_word_of_titles_finds_shirts_whose_titles_do_not_say_so(seen, word, is_so):
    specs, vectors = seen
    titles = [spec.title.lower() for spec in specs]
    taught = words_in(Titled(vectors, titles, np.arange(len(specs))))
    silent = np.flatnonzero([word not in title for title in titles])
    likeness = unit(vectors[silent]) @ taught.direction(word)
    first = [specs[row] for row in silent[np.argsort(-likeness)[:5]]]
    assert sum(map(is_so, first)) >= 4


def shown(spec) -> bytes:
    """The shirt as the shop shows it and the catalogue keeps it."""
    buffer = io.BytesIO()
    draw_shirt(spec).save(buffer, "JPEG", quality=92)
    return make_picture(buffer.getvalue())
