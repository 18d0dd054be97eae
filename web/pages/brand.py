"""The shop's logo, icon and colour as files that pages link to."""

import io
import mimetypes
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from PIL import Image

from web.brand import colour, content_of, file_kind, logo_file
from web.pages.accent import sheet
from web.parameters import takes

OWN_ICON = "img/favicon.ico"
ICON_SIZES = [(16, 16), (32, 32), (48, 48)]
A_DAY = "public, max-age=86400"


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
    if file is None or kind != file_kind(file):
        raise Http404("no such logo of the shop's own")
    content_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return HttpResponse(
        content_of(file), content_type=content_type, headers={"Cache-Control": A_DAY}
    )


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes("v")
def favicon(request: HttpRequest) -> HttpResponse:
    """What browsers and feed readers ask for unbidden: the logo, small; a drawn one is ours."""
    headers = {"Cache-Control": A_DAY}
    return HttpResponse(_icon(logo_file()), content_type="image/x-icon", headers=headers)


@cache
def _icon(file: Path | None) -> bytes:
    if file is None or file.suffix.lower() == ".svg":
        return content_of(Path(str(finders.find(OWN_ICON))))
    made = io.BytesIO()
    with Image.open(io.BytesIO(content_of(file))) as opened:
        picture = opened.convert("RGBA")
    side = max(picture.size)
    square = Image.new("RGBA", (side, side))
    square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    square.resize(ICON_SIZES[-1]).save(made, "ICO", sizes=ICON_SIZES)
    return made.getvalue()
