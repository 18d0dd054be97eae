"""The admin's form of a rule: products are chosen by picture, item_id, title and price."""

from typing import Any

from django import forms
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import QuerySet

from catalog.models import Product
from recommender.models import LEAST_POINTS, MAX_POINTS, POINTS_RULE, Rule


class RuleForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """Says the same of the points whatever is wrong with them."""

    points = forms.IntegerField(
        min_value=LEAST_POINTS,
        max_value=MAX_POINTS,
        initial=Rule._meta.get_field("points").default,
        help_text=Rule._meta.get_field("points").help_text,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), POINTS_RULE
        ),
    )

    class Meta:
        model = Rule
        fields = ("kind", "product", "beside", "points", "note")


def described(product: Product) -> str:
    """What tells it from others, as in "104233 · Red shirt · 24.90 EUR"."""
    price = "" if product.price is None else f"{product.price} {product.currency}".strip()
    return " · ".join(filter(None, [product.item_id, product.title, price]))


class ProductChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs alone
    """The product that is chosen."""

    def label_from_instance(self, product: Any) -> str:
        return described(product)


class ProductSelect(AutocompleteSelect):
    """Looks products up while one types; static/js/product_picker.js draws them."""

    url_name = "%s:lookalike_recommender_rule_products"

    def create_option(self, name: str, value: Any, *more: Any, **options: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *more, **options)
        key = str(value)
        if product := Product.objects.filter(pk=key).first() if key else None:
            option["attrs"]["data-thumbnail"] = product.thumbnail_url
        return option

    @property
    def media(self) -> forms.Media:
        return super().media + forms.Media(
            js=("admin/js/jquery.init.js", "js/product_picker.js", "admin/js/autocomplete.js")
        )


class ProductPicker(AutocompleteJsonView):
    """What is found: products that are shown, as the select draws them."""

    def get_queryset(self) -> "QuerySet[Product]":
        return super().get_queryset().filter(pk__in=Product.shown.values("pk"))

    def serialize_result(self, product: Any, to_field_name: str) -> dict[str, str]:
        """As select2 takes it, with what the script draws."""
        found = super().serialize_result(product, to_field_name)
        return {**found, "text": described(product), "thumbnail": product.thumbnail_url}
