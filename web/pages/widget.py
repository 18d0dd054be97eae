"""/widget.js: the script that puts a row of look-alikes into any page of any site; and /clicks.js,
which counts what is seen and clicked there, where the site does so."""

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from web.pages.media import FOR_OTHER_SITES
from web.parameters import takes

AN_HOUR = 3600


@cache
def _script(name: str) -> tuple[bytes, str]:
    """The file itself and its ETag, read once: another version comes with a restart."""
    script = Path(str(finders.find(f"js/{name}.js"))).read_bytes()
    return script, f'"{hashlib.sha256(script).hexdigest()[:32]}"'


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes("v")
def widget(request: HttpRequest) -> HttpResponse:
    """The widget. Its address stays: after an hour browsers ask whether it has changed."""
    return _answer("widget")


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes("v")
def clicks_script(request: HttpRequest) -> HttpResponse:
    """What the widget loads where clicks are counted; elsewhere there is none."""
    if not settings.COUNT_CLICKS:
        raise Http404("clicks are not counted")
    return _answer("clicks")


def _answer(name: str) -> HttpResponse:
    script, tag = _script(name)
    headers = {"Cache-Control": f"public, max-age={AN_HOUR}", "ETag": tag, **FOR_OTHER_SITES}
    return HttpResponse(script, content_type="text/javascript; charset=utf-8", headers=headers)
