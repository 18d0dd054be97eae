from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "web"
    label = "lookalike_web"
    verbose_name = "Site"

    def ready(self) -> None:
        from web import item_id_converter  # noqa: F401  registers <item:…>
