"""Products in Django's admin: to look them up, and to hide them. What the shop says stays."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.counted_pages import CountedPages
from catalog.models import Product, folded


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {"all": ("css/admin.css",)}

    list_display = (
        "thumbnail", "item_id", "title", "price", "category", "shop", "in_stock", "gone_since",
        "hidden",
    )  # fmt: skip
    list_display_links = ("thumbnail", "item_id")
    list_filter: ClassVar[tuple[Any, ...]] = (
        "hidden",
        ("gone_since", admin.EmptyFieldListFilter),
        "in_stock",
        "shop",
        "category",
    )
    search_fields = ("search_text",)
    search_help_text = "Title, item_id or category, in any case."
    list_per_page = 50
    show_full_result_count = False
    paginator = CountedPages
    actions = ("hide", "show")
    fields = (
        "hidden", "picture", "item_id", "shop", "shop_item_id", "title", "price", "currency",
        "in_stock", "category", "brand", "group", "product_url", "image_url", "image_urls",
        "source", "picture_size", "content_hash", "first_seen", "last_seen", "gone_since",
    )  # fmt: skip
    readonly_fields = fields[1:]

    @admin.display(description="")
    def thumbnail(self, product: Product) -> SafeString:
        return format_html('<img src="{}" width="60" height="60" alt="">', product.thumbnail_url)

    @admin.display(description="Picture")
    def picture(self, product: Product) -> SafeString:
        return format_html('<img src="{}" alt="">', product.picture_url)

    @admin.display(description="Its size")
    def picture_size(self, product: Product) -> str:
        return f"{product.picture_width}×{product.picture_height}"

    @admin.action(description="Hide the selected products", permissions=["change"])
    def hide(self, request: HttpRequest, products: "QuerySet[Product]") -> None:
        number = products.update(hidden=True)
        self.message_user(request, f"{number} hidden; the next build_index leaves them out.")

    @admin.action(description="Show the selected products again", permissions=["change"])
    def show(self, request: HttpRequest, products: "QuerySet[Product]") -> None:
        number = products.update(hidden=False)
        self.message_user(request, f"{number} shown; the next build_index takes them in.")

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Product]", search_term: str
    ) -> tuple["QuerySet[Product]", bool]:
        return super().get_search_results(request, queryset, folded(search_term))

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        """Nothing else is written: a scrape may have brought news since the page was opened."""
        obj.save(update_fields=["hidden"])

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The next scrape would bring it back: hide it, or take the shop out by command."""
        return False
