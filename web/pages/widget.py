"""/widget.js: the script that puts a row of look-alikes into any page of any site."""

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from web.pages.media import FOR_OTHER_SITES
from web.parameters import takes

AN_HOUR = 3600


@cache
def _script() -> bytes:
    """The file itself, read once: another version comes with a restart."""
    return Path(str(finders.find("js/widget.js"))).read_bytes()


@cache
def _tag() -> str:
    return f'"{hashlib.sha256(_script()).hexdigest()[:32]}"'


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes("v")
def widget(request: HttpRequest) -> HttpResponse:
    """The widget. Its address stays: after an hour browsers ask whether it has changed."""
    kept = f"public, max-age={AN_HOUR}"
    headers = {"Cache-Control": kept, "ETag": _tag(), **FOR_OTHER_SITES}
    return HttpResponse(_script(), content_type="text/javascript; charset=utf-8", headers=headers)
