from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "web.api"
    label = "lookalike_api"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "API"

    def ready(self) -> None:
        """Lets pages ask that a key is for, beside those of CORS_ALLOWED_ORIGINS."""
        from corsheaders.signals import check_request_enabled

        from web.api.access import of_a_page_with_a_key

        check_request_enabled.connect(of_a_page_with_a_key, dispatch_uid="keys for pages")
