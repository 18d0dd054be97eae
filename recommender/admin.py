"""The index in Django's admin: its state on the first page, and which products it lacks."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from catalog.admin import ProductAdmin
from catalog.models import Product
from recommender.models import Rule
from recommender.state import index_state

# Databases take only so many values in one query.
MOST_MISSING = 10_000

admin.site.index_template = "recommender/admin_index.html"


class MissingFromIndex(admin.SimpleListFilter):
    """The shown products that have no neighbours yet."""

    title = "index"
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Not in the index yet")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Product]") -> "QuerySet[Product]":
        if self.value() != "1":
            return queryset
        return queryset.filter(item_id__in=index_state().missing[:MOST_MISSING])


ProductAdmin.list_filter = (MissingFromIndex, *ProductAdmin.list_filter)


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin):
    """What the merchant pins, bans and boosts."""

    list_display = ("product", "kind", "beside", "points", "note", "made_at")
    list_filter = ("kind",)
    search_fields = ("product__search_text", "beside__search_text", "note")
    autocomplete_fields = ("product", "beside")
    list_select_related = ("product", "beside")
    fields = ("kind", "product", "beside", "points", "note")
