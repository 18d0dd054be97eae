from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.db.models.signals import post_migrate


class CatalogConfig(AppConfig):
    name = "catalog"
    label = "lookalike_catalog"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Catalogue"

    def import_models(self) -> None:
        """Says so first where the project's own `runs` is in the place of ours."""
        try:
            from runs.own_packages import require_ours
        except ImportError:
            raise ImproperlyConfigured(
                "Lookalike's package runs is hidden by another runs of this project. Show its "
                "look-alikes by the API or the widget (docs/embed.md), or rename your package."
            ) from None
        require_ours()
        super().import_models()

    def ready(self) -> None:
        from catalog import checks, versioning  # noqa: F401  the checks register themselves
        from catalog.models import Product

        versioning.watch(Product)
        post_migrate.connect(versioning.set_up)
