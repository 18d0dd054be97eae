"""/robots.txt: a product has one page; by filters and ways walked it has as many as one likes."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from web.parameters import takes


@csrf_exempt  # so that a POST is told 405
@require_safe
@takes()
@cache_control(public=True, max_age=86_400)
def robots(request: HttpRequest) -> HttpResponse:
    """Whom it concerns are crawlers; it counts where the site lies at the root of its host."""
    pages = [
        f"{reverse('product', args=['x'])[:-2]}*?",
        reverse("picture"),
        f"{reverse('shelf')}?",
        reverse("suggestions"),
        reverse("judge"),
        f"{reverse('home')}why",
        f"{reverse('browse')}*to=",
    ]
    lines = ["User-agent: *", *(f"Disallow: {page}" for page in pages)]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
