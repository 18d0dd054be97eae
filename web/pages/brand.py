"""The shop's name, logo and colour on the pages: by settings, or Lookalike's own."""

import hashlib
import io
import mimetypes
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from PIL import Image

from web.pages.accent import sheet
from web.parameters import takes

OWN_NAME, OWN_LOGO, OWN_ICON = "Lookalike", "img/favicon.svg", "img/favicon.ico"
ICON_SIZES = [(16, 16), (32, 32), (48, 48)]
LOGO_HEIGHT = 28
A_DAY = "public, max-age=86400"


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
    return f"{reverse('logo', args=[_kind(file)])}?v={_version(_read(file))}"


def logo_width() -> int:
    """Its width where it is 28 pixels high, so that nothing moves when it has come."""
    file = logo_file()
    return LOGO_HEIGHT if file is None else _width(file)


def accent_address() -> str:
    """Where the colour's style sheet lies; nothing without a colour."""
    return f"{reverse('accent')}?v={_version(colour().encode())}" if colour() else ""


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes("v")
def accent(request: HttpRequest) -> HttpResponse:
    """The style sheet, as the policy of the pages allows no styles within them."""
    if not colour():
        raise Http404("no colour of the shop's own")
    headers = {"Cache-Control": A_DAY}
    return HttpResponse(sheet(colour()), content_type="text/css; charset=utf-8", headers=headers)


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes("v")
def logo(request: HttpRequest, kind: str) -> HttpResponse:
    """The shop's own logo."""
    file = logo_file()
    if file is None or kind != _kind(file):
        raise Http404("no such logo of the shop's own")
    content_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return HttpResponse(_read(file), content_type=content_type, headers={"Cache-Control": A_DAY})


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes("v")
def favicon(request: HttpRequest) -> HttpResponse:
    """What browsers and feed readers ask for unbidden: the logo, small; a drawn one is ours."""
    headers = {"Cache-Control": A_DAY}
    return HttpResponse(_icon(logo_file()), content_type="image/x-icon", headers=headers)


def _kind(file: Path) -> str:
    return file.suffix.lower().removeprefix(".")


@cache
def _width(file: Path) -> int:
    """Of an SVG by its viewBox; a square, where that is not to be told."""
    if file.suffix.lower() == ".svg":
        told = re.search(rb'viewBox="[-\d.]+[ ,]+[-\d.]+[ ,]+([\d.]+)[ ,]+([\d.]+)"', _read(file))
        width, height = (float(told[1]), float(told[2])) if told else (1.0, 1.0)
    else:
        with Image.open(io.BytesIO(_read(file))) as picture:
            width, height = picture.size
    return round(LOGO_HEIGHT * width / height) if height else LOGO_HEIGHT


@cache
def _icon(file: Path | None) -> bytes:
    if file is None or file.suffix.lower() == ".svg":
        return _read(Path(str(finders.find(OWN_ICON))))
    made = io.BytesIO()
    with Image.open(io.BytesIO(_read(file))) as opened:
        picture = opened.convert("RGBA")
    side = max(picture.size)
    square = Image.new("RGBA", (side, side))
    square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    square.resize(ICON_SIZES[-1]).save(made, "ICO", sizes=ICON_SIZES)
    return made.getvalue()


@cache
def _read(file: Path) -> bytes:
    """Read once: another one comes with a restart."""
    return file.read_bytes()


def _version(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
