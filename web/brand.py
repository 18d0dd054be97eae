"""The shop's name, logo and colour: by settings, or Lookalike's own."""

import hashlib
import io
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from PIL import Image

OWN_NAME, OWN_LOGO = "Lookalike", "img/favicon.svg"
LOGO_HEIGHT = 28


def name() -> str:
    """The shop's name; another project need not have the setting."""
    return str(getattr(settings, "SHOP_NAME", "") or OWN_NAME)


def logo_file() -> Path | None:
    """The file of the shop's own logo."""
    return getattr(settings, "SHOP_LOGO", None)


def colour() -> str:
    """The shop's own colour, as in #8a1538; or nothing."""
    return str(getattr(settings, "ACCENT_COLOUR", ""))


def logo_address() -> str:
    """Where the logo lies; the address changes with the file."""
    file = logo_file()
    if file is None:
        return static(OWN_LOGO)
    return f"{reverse('logo', args=[file_kind(file)])}?v={_version(content_of(file))}"


def logo_width() -> int:
    """Its width where it is 28 pixels high, so that nothing moves when it has come."""
    file = logo_file()
    return LOGO_HEIGHT if file is None else _width(file)


def accent_address() -> str:
    """Where the colour's style sheet lies; nothing without a colour."""
    return f"{reverse('accent')}?v={_version(colour().encode())}" if colour() else ""


def file_kind(file: Path) -> str:
    """Its ending, as the logo's address has it."""
    return file.suffix.lower().removeprefix(".")


@cache
def _width(file: Path) -> int:
    """Of an SVG by its viewBox; a square, where that is not to be told."""
    if file.suffix.lower() == ".svg":
        view_box = re.search(
            rb'viewBox="[-\d.]+[ ,]+[-\d.]+[ ,]+([\d.]+)[ ,]+([\d.]+)"', content_of(file)
        )
        width, height = (float(view_box[1]), float(view_box[2])) if view_box else (1.0, 1.0)
    else:
        with Image.open(io.BytesIO(content_of(file))) as picture:
            width, height = picture.size
    return round(LOGO_HEIGHT * width / height) if height else LOGO_HEIGHT


@cache
def content_of(file: Path) -> bytes:
    """The bytes of a file, read once: another one comes with a restart."""
    return file.read_bytes()


def _version(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
