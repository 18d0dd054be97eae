from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CatalogConfig(AppConfig):
    name = "catalog"
    verbose_name = "Catalogue"

    def ready(self) -> None:
        from catalog import checks, versioning  # noqa: F401  the checks register themselves
        from catalog.models import Product

        versioning.watch(Product)
        post_migrate.connect(versioning.set_up)
