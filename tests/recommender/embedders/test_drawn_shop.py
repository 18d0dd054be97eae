"""What a visitor of the demo sees: shirts beside shirts of their kind."""

import io

import numpy as np
import pytest

from catalog.thumbnails import make_picture
from demo.shop.drawing import draw_shirt
from demo.shop.specs import make_specs
from recommender.embedders.choice import choose
from recommender.embedders.weights.source import Places


@pytest.mark.slow
def test_the_nearest_shirts_share_the_design_or_the_colour(tmp_path):
    """120 shirts ask, all 360 answer. By chance 0.05 share the design, 0.11 it or the colour."""
    specs = make_specs()
    embedder = choose("efficientnet-lite2", Places(tmp_path), "ncnn").load()
    vectors = embedder.embed([embedder.decode(shown(spec)) for spec in specs])
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    likeness = units @ units.T
    np.fill_diagonal(likeness, -1)
    asking = range(0, len(specs), 3)
    nearest = np.argsort(-likeness, axis=1)[asking, :5]
    design = np.array([spec.design for spec in specs])
    colour = np.array([spec.colour for spec in specs])
    shares_design = design[nearest] == design[asking, None]
    shares_colour = colour[nearest] == colour[asking, None]
    assert shares_design.mean() >= 0.42
    assert (shares_design | shares_colour).mean() >= 0.72


def shown(spec) -> bytes:
    """The shirt as the shop shows it and the catalogue keeps it."""
    buffer = io.BytesIO()
    draw_shirt(spec).save(buffer, "JPEG", quality=92)
    return make_picture(buffer.getvalue())
