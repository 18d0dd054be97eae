"""All-over textures."""

import random

import numpy as np
import pytest

from demo.shop.textures import TEXTURES, draw_texture, noise

RED, BLUE = (200, 30, 30), (30, 30, 200)


def cloth(name, seed=1, base=RED, other=BLUE, side=64):
    return draw_texture(name, side, base, other, random.Random(seed))


@pytest.mark.parametrize("name", TEXTURES)
def test_a_texture_is_a_square_of_colours_the_same_for_the_same_seed(name):
    drawn = cloth(name)
    assert drawn.shape == (64, 64, 3)
    assert drawn.min() >= -0.01
    assert drawn.max() <= 255.01
    assert np.array_equal(drawn, cloth(name))
    assert drawn.std() > 3  # it is not plain


@pytest.mark.parametrize("name", TEXTURES)
def test_a_texture_varies_from_shirt_to_shirt(name):
    drawn = [cloth(name, seed) for seed in range(6)]
    assert any(not np.allclose(drawn[0], other) for other in drawn[1:])


@pytest.mark.parametrize("name", ["stripes", "checks", "dots"])
def test_a_pattern_of_two_colours_shows_both(name):
    drawn = cloth(name, side=128).reshape(-1, 3)
    for colour in (RED, BLUE):
        assert (np.abs(drawn - colour).max(axis=1) < 8).any()


@pytest.mark.parametrize("name", ["stripes", "dots"])
def test_a_pattern_in_one_colour_is_plain(name):
    assert np.allclose(cloth(name, base=RED, other=RED), RED)


def test_noise_is_smooth_and_of_both_signs():
    values = noise(100, 5, random.Random(1))
    assert values.shape == (100, 100)
    assert values.min() < 0 < values.max()
    assert np.abs(np.diff(values, axis=1)).max() < 0.25 * np.ptp(values)
