"""Every address of the site: each room lists its own. /healthz is a middleware's."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("recommender.urls")),
    path("", include("catalog.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "recommender.handlers.bad_request"
handler404 = "recommender.handlers.not_found"
handler500 = "recommender.handlers.server_error"
