"""The shop's name, logo and colour from the environment: checked when the program starts."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.brand import env_colour, env_logo, env_name
from tests.conftest import picture_bytes


@pytest.mark.parametrize(
    ("given", "read"), [("", ""), ("#8A1538", "#8a1538"), (" #abc ", "#aabbcc")]
)
def test_a_colour_is_read(monkeypatch, given, read):
    monkeypatch.setenv("ACCENT_COLOUR", given)
    assert env_colour("ACCENT_COLOUR") == read


@pytest.mark.parametrize("given", ["red", "#12", "#1234", "#12345g", "8a1538", "#8a1538;}"])
def test_what_is_no_colour_is_refused_by_its_name(monkeypatch, given):
    monkeypatch.setenv("ACCENT_COLOUR", given)
    with pytest.raises(ImproperlyConfigured, match=r"ACCENT_COLOUR=.*write it as #rrggbb"):
        env_colour("ACCENT_COLOUR")


@pytest.mark.parametrize("given", ["a\nb", "x" * 61])
def test_a_name_is_short_and_on_one_line(monkeypatch, given):
    monkeypatch.setenv("SHOP_NAME", given)
    with pytest.raises(ImproperlyConfigured, match="SHOP_NAME: write at most 60"):
        env_name("SHOP_NAME")


def test_a_logo_is_a_picture_that_browsers_show(monkeypatch, tmp_path):
    for name, data in (
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("logo.png", picture_bytes("red", kind="PNG")),
    ):
        (tmp_path / name).write_bytes(data)
        monkeypatch.setenv("SHOP_LOGO", str(tmp_path / name))
        assert env_logo("SHOP_LOGO") == tmp_path / name
    monkeypatch.setenv("SHOP_LOGO", "")
    assert env_logo("SHOP_LOGO") is None


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("logo.bmp", b"", "ends in .gif, .jpeg, .jpg, .png, .svg, .webp"),
        ("logo.png", None, "cannot be read"),
        ("logo.png", b"no picture", "cannot be read"),
        ("logo.svg", b"no picture", "no <svg> in it"),
        ("logo.svg", b"<svg" + b" " * 200_000, "at most 200,000"),
    ],
)
def test_what_is_no_logo_is_refused_by_its_name(monkeypatch, tmp_path, name, data, said):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    monkeypatch.setenv("SHOP_LOGO", str(tmp_path / name))
    with pytest.raises(ImproperlyConfigured, match=said):
        env_logo("SHOP_LOGO")
