from django.contrib import admin, messages
from django.http import HttpRequest

from web.api.models import ApiKey, digest_of


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    """A key is made here and shown once; afterwards it can be switched off or removed."""

    list_display = ("name", "active", "a_minute", "made_at")
    list_filter = ("active",)
    search_fields = ("name",)
    fields = ("name", "active", "a_minute")

    def save_model(self, request: HttpRequest, obj: ApiKey, form: object, change: bool) -> None:
        if change:
            obj.save()
            return
        key = ApiKey.make(obj.name, obj.a_minute)
        made = ApiKey.objects.get(digest=digest_of(key))
        obj.pk, obj.digest = made.pk, made.digest
        ApiKey.objects.filter(pk=made.pk).update(active=obj.active)
        messages.warning(request, f"The key of {obj.name}, shown this once: {key}")
