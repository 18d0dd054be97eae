"""The index in Django's admin: its state on the first page, and which products it lacks."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme

from catalog.admin import ProductAdmin
from catalog.models import Product
from recommender.live.report import index_state
from recommender.models import Rule, Trial
from web.rule_form import ProductChoiceField, ProductPicker, ProductSelect, RuleForm
from web.trial_form import TrialForm

# Databases take only so many values in one query.
MAX_MISSING = 10_000


class MissingFromIndex(admin.SimpleListFilter):
    """The shown products that have no neighbours yet."""

    title = "index"
    parameter_name = "missing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Not in the index yet")]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Product]") -> "QuerySet[Product]":
        if self.value() != "1":
            return queryset
        return queryset.filter(item_id__in=index_state().missing[:MAX_MISSING])


ProductAdmin.list_filter = (MissingFromIndex, *ProductAdmin.list_filter)


@admin.register(Rule)
class RuleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """What the merchant pins, bans and boosts."""

    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {"all": ("css/admin.css",)}

    form = RuleForm
    list_display = ("product", "kind", "beside", "points", "note", "made_at")
    list_filter = ("kind",)
    search_fields = ("product__search_text", "beside__search_text", "note")
    list_select_related = ("product", "beside")
    fields = ("kind", "product", "beside", "points", "note")

    def get_urls(self) -> list[Any]:
        picker = self.admin_site.admin_view(ProductPicker.as_view(admin_site=self.admin_site))
        return [
            path("products/", picker, name="lookalike_recommender_rule_products"),
            *super().get_urls(),
        ]

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **options: Any) -> Any:
        options["widget"] = ProductSelect(db_field, self.admin_site)
        options["form_class"] = ProductChoiceField
        return super().formfield_for_foreignkey(db_field, request, **options)

    def view_on_site(self, rule: Rule) -> str:
        """Where it holds; of one for all pages, its product's."""
        return (rule.beside or rule.product).get_absolute_url()

    def response_add(
        self, request: HttpRequest, rule: Rule, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Back to the product's page, for whoever came from there."""
        back, secure = request.GET.get("next", ""), request.is_secure()
        plainly_saved = "_save" in request.POST
        if plainly_saved and url_has_allowed_host_and_scheme(back, {request.get_host()}, secure):
            return redirect(back)
        return super().response_add(request, rule, post_url_continue)


@admin.register(Trial)
class TrialAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """Two ways to answer, compared by what visitors click; the Status page has the result.

    What was clicked belongs to the ways as they were: of one that is there, they stay.
    """

    form = TrialForm
    list_display = ("name", "one", "other", "running", "begun_at")
    fields = ("name", "one", "other", "running")

    def get_readonly_fields(self, request: HttpRequest, obj: Trial | None = None) -> Any:
        return ("one", "other") if obj else ()
