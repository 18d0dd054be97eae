import io

import numpy as np
import pytest
from PIL import Image

from recommender.building.altered_copies import (
    HELD_OUT,
    KINDS,
    LEARNT,
    RETOUCHED,
    SAVED_AGAIN,
    other_pictures,
)
from tests.conftest import picture_bytes

EVERY = [*KINDS.values(), *SAVED_AGAIN, *RETOUCHED]
WIDTH, HEIGHT = 200, 160


def half_and_half(left="red", right="blue") -> bytes:
    picture = Image.new("RGB", (WIDTH, HEIGHT), left)
    picture.paste(right, (WIDTH // 2, 0, WIDTH, HEIGHT))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def copy_of(kind: str, data: bytes | None = None) -> Image.Image:
    green = picture_bytes("lime", size=(90, 120))
    return Image.open(io.BytesIO(KINDS[kind].copy(data or half_and_half(), green)))


def is_about(pixel, colour, most=40) -> bool:
    return max(abs(one - other) for one, other in zip(pixel, colour, strict=True)) <= most


def test_the_kinds_stand_in_the_order_in_which_they_are_reported():
    assert list(KINDS) == [
        "mild", "hard", "backdrop", "white", "blurred", "turned", "overlaid", "grey",
    ]  # fmt: skip
    assert not {kind.name for kind in LEARNT} & {kind.name for kind in HELD_OUT}


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.name)
def test_a_copy_is_the_same_jpeg_every_time(kind):
    one = kind.copy(half_and_half(), picture_bytes("lime"))
    assert one == kind.copy(half_and_half(), picture_bytes("lime"))
    assert one[:2] == b"\xff\xd8"
    assert one != half_and_half()


@pytest.mark.parametrize(("kind", "share"), [("mild", 0.8), ("hard", 0.6)])
def test_a_mild_and_a_hard_copy_keep_a_share_of_the_area_and_are_mirrored(kind, share):
    copy = copy_of(kind)
    assert copy.width * copy.height == pytest.approx(share * WIDTH * HEIGHT, rel=0.02)
    left, right = copy.getpixel((5, 50)), copy.getpixel((copy.width - 5, 50))
    assert left[2] > 150 > left[0]
    assert right[0] > 150 > right[2]


def test_a_mild_copy_is_lighter_and_a_hard_one_darker():
    grey = picture_bytes((100, 100, 100), size=(WIDTH, HEIGHT))
    assert is_about(copy_of("mild", grey).getpixel((5, 5)), (115,) * 3, 2)
    assert is_about(copy_of("hard", grey).getpixel((5, 5)), (70,) * 3, 2)


@pytest.mark.parametrize(("kind", "frame"), [("backdrop", (0, 255, 0)), ("white", (255,) * 3)])
def test_the_middle_is_set_into_another_frame(kind, frame):
    copy = copy_of(kind)
    assert copy.size == (WIDTH, HEIGHT)
    assert is_about(copy.getpixel((3, 3)), frame)
    assert is_about(copy.getpixel((WIDTH - 3, HEIGHT - 3)), frame)
    assert is_about(copy.getpixel((WIDTH // 2 - 40, 30)), (255, 0, 0))
    assert is_about(copy.getpixel((WIDTH // 2 + 40, 30)), (0, 0, 255))


def test_a_blurred_copy_has_no_edge_any_more():
    row = np.asarray(copy_of("blurred"))[80, :, 0].astype(int)
    assert np.abs(np.diff(row)).max() < 60
    assert np.abs(np.diff(np.asarray(copy_of("turned"))[80, :, 0].astype(int))).max() > 100


def test_a_turned_copy_has_white_corners():
    assert is_about(copy_of("turned").getpixel((0, 0)), (255,) * 3)
    assert is_about(copy_of("turned").getpixel((WIDTH // 4, HEIGHT // 2)), (255, 0, 0))


def test_an_overlaid_copy_has_letters_on_a_band():
    band = np.asarray(copy_of("overlaid"))[round(0.73 * HEIGHT)]
    assert (band.min(axis=1) > 200).any()
    assert is_about(copy_of("overlaid").getpixel((3, round(0.73 * HEIGHT))), (200, 16, 46))


def test_a_grey_copy_has_no_colour():
    pixels = np.asarray(copy_of("grey")).astype(int)
    assert np.ptp(pixels, axis=2).max() <= 3


def test_each_picture_gets_another_one_for_a_frame_and_each_is_used_once():
    others = other_pictures(50)
    assert sorted(others) == list(range(50))
    assert all(other != place for place, other in enumerate(others))
    assert np.array_equal(others, other_pictures(50))
    assert not np.array_equal(others, other_pictures(50, seed=1))
    assert other_pictures(1).tolist() == [0]


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.name)
def test_the_smallest_picture_can_be_altered(kind):
    assert kind.copy(picture_bytes("red", size=(1, 1)), picture_bytes("blue", size=(1, 1)))


def test_what_is_no_picture_is_refused():
    with pytest.raises(OSError):
        KINDS["mild"].copy(b"rubbish", half_and_half())
