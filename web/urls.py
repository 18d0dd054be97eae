"""Every address of pages, pictures and the API."""

from django.urls import path

from web.api import clicks, v1, webhooks, writing  # noqa: F401  these add addresses to v1's
from web.middleware.language import choose
from web.pages import (
    brand,
    browse,
    categories,
    compare,
    duplicates,
    home,
    judge,
    media,
    shelf,
    status,
    suggestions,
    why,
)
from web.pages import map as product_map
from web.pages import views as pages
from web.pages.own_picture import picture
from web.pages.robots import robots
from web.pages.sitemap import sitemap
from web.pages.widget import clicks_script, widget

urlpatterns = [
    # What is asked for most comes first: an address is compared with one pattern after the other.
    path("api/v1/", v1.api.urls),
    path("products/<item:item_id>/", pages.product, name="product"),
    path("media/<str:kind>/<str:name>", media.media, name="media"),
    path("", home.show, name="home"),
    path("random/", home.random, name="random"),
    path("browse/", browse.browse, name="browse"),
    path("suggestions/", suggestions.suggest, name="suggestions"),
    path("compare/<item:item_id>/", compare.show, name="compare"),
    path("why/<item:item_id>/", why.show, name="why"),
    path("why.webp/<item:item_id>/", why.picture, name="why-picture"),
    path("shelf/", shelf.show, name="shelf"),
    path("picture/", picture, name="picture"),
    path("language/", choose, name="language"),
    path("duplicates/", duplicates.show, name="duplicates"),
    path("categories/", categories.show, name="categories"),
    path("judge/", judge.show, name="judge"),
    path("judge/results/", judge.results, name="judge-results"),
    path("judge/judgements.csv", judge.as_csv, name="judge-csv"),
    path("status/", status.show, name="status"),
    path("status/clicks.csv", status.clicks_csv, name="clicks-csv"),
    path("robots.txt", robots, name="robots"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("favicon.ico", brand.favicon, name="favicon"),
    path("logo.<slug:kind>", brand.logo, name="logo"),
    path("accent.css", brand.accent, name="accent"),
    path("widget.js", widget, name="widget"),
    path("clicks.js", clicks_script, name="clicks-script"),
    path("map/", product_map.show, name="map"),
    path("map/products.json", product_map.products, name="map-products"),
    path("map/overview.webp", product_map.overview, name="map-overview"),
    path("map/pictures/<slug:name>.webp", product_map.picture, name="map-picture"),
]
