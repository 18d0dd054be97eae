"""Every address of the site."""

from django.contrib import admin
from django.urls import path

from catalog import views as catalog
from recommender.api import views as api
from recommender.pages import views as recommender

urlpatterns = [
    path("", recommender.home, name="home"),
    path("browse/", catalog.browse, name="browse"),
    path("products/<path:item_id>/", recommender.product, name="product"),
    path("api/v1/products/<path:item_id>/similar/", api.similar, name="api-similar"),
    path("media/thumbnails/<str:name>", catalog.media, name="media"),
    path("healthz", api.healthz, name="healthz"),
    path("admin/", admin.site.urls),
]

handler404 = recommender.not_found
