"""Products in Django's admin: to look things up. What the shop says is not edited here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.models import Product


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = (
        "picture",
        "item_id",
        "title",
        "price",
        "category",
        "shop",
        "in_stock",
        "gone_since",
    )
    list_display_links = ("item_id",)
    list_filter = ("shop", "category", "in_stock", ("gone_since", admin.EmptyFieldListFilter))
    search_fields = ("item_id", "title")
    list_per_page = 50

    @admin.display(description="")
    def picture(self, product: Product) -> SafeString:
        return format_html('<img src="{}" width="60" height="60" alt="">', product.thumbnail_url)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
