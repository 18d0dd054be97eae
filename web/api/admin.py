from django.contrib import admin, messages
from django.http import HttpRequest

from web.api.models import ApiKey, digest_of


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """A key is made here and shown once; afterwards it can be switched off or removed."""

    list_display = ("name", "is_for", "active", "a_minute", "made_at")
    list_filter = ("active",)
    search_fields = ("name", "origins")
    fields = ("name", "origins", "writes", "active", "a_minute")

    @admin.display(description="for", ordering="origins")
    def is_for(self, key: ApiKey) -> str:
        """Programs, or the pages of which origins."""
        return key.is_for

    def save_model(self, request: HttpRequest, obj: ApiKey, form: object, change: bool) -> None:
        if change:
            obj.save()
            return
        key = ApiKey.make(obj.name, obj.a_minute, obj.pages, writes=obj.writes)
        made = ApiKey.objects.get(digest=digest_of(key))
        obj.pk, obj.digest = made.pk, made.digest
        ApiKey.objects.filter(pk=made.pk).update(active=obj.active)
        place = " (for the data-key of the widget)" if obj.pages else ""
        messages.warning(request, f"The key of {obj.name}, shown this once: {key}{place}")
