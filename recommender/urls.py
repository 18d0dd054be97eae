"""The addresses of what looks alike: pages, and their JSON twins below /api/."""

from django.urls import path

from catalog import addresses  # noqa: F401 – registers <item:…>
from recommender.api import views as api
from recommender.pages import views as pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("products/<item:item_id>/", pages.product, name="product"),
    path("picture/", pages.picture, name="picture"),
    path("api/v1/similar/", api.similar_to_several, name="api-similar-to-several"),
    path("api/v1/products/<item:item_id>/similar/", api.similar, name="api-similar"),
]
