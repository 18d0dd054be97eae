from django.apps import AppConfig


class PostgresConfig(AppConfig):
    """Installed where INDEX_ENGINE=postgres alone, since pgvector is an extra."""

    name = "recommender.engines.postgres"
    label = "lookalike_vectors"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Vectors"
