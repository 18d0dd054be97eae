"""Every address of pages, pictures and the API."""

from django.urls import path

from web.api import v1
from web.middleware.language import choose
from web.pages import brand, browse, compare, duplicates, media, status, why
from web.pages import map as product_map
from web.pages import views as pages
from web.pages.own_picture import picture
from web.pages.robots import robots
from web.pages.sitemap import sitemap
from web.pages.widget import widget

urlpatterns = [
    path("", pages.home, name="home"),
    path("random/", pages.home, name="random"),
    path("browse/", browse.browse, name="browse"),
    path("products/<item:item_id>/", pages.product, name="product"),
    path("compare/<item:item_id>/", compare.show, name="compare"),
    path("why/<item:item_id>/", why.show, name="why"),
    path("why.webp/<item:item_id>/", why.picture, name="why-picture"),
    path("picture/", picture, name="picture"),
    path("language/", choose, name="language"),
    path("duplicates/", duplicates.show, name="duplicates"),
    path("status/", status.show, name="status"),
    path("robots.txt", robots, name="robots"),
    path("sitemap.xml", sitemap, name="sitemap"),
    path("favicon.ico", brand.favicon, name="favicon"),
    path("logo.<slug:kind>", brand.logo, name="logo"),
    path("accent.css", brand.accent, name="accent"),
    path("widget.js", widget, name="widget"),
    path("media/<str:kind>/<str:name>", media.media, name="media"),
    path("map/", product_map.show, name="map"),
    path("map/products.json", product_map.products, name="map-products"),
    path("map/overview.webp", product_map.overview, name="map-overview"),
    path("map/pictures/<slug:name>.webp", product_map.picture, name="map-picture"),
    path("api/v1/", v1.urls),
]
