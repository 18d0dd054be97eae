"""The shop's own pages, and Lookalike's below /look/."""

from django.shortcuts import get_object_or_404, render
from django.urls import include, path

from catalog.models import Product


def product(request, number):
    """A product of the shop; here it is Lookalike's, elsewhere anything with an `item_id`."""
    found = get_object_or_404(Product, item_id=number)
    return render(request, "shop/product.html", {"product": found})


urlpatterns = [
    path("shop/<str:number>/", product),
    path("look/", include("web.urls")),
]
