import os

from django.apps import AppConfig


class RecommenderConfig(AppConfig):
    name = "recommender"
    label = "lookalike_recommender"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Similarity"

    def ready(self) -> None:
        from catalog import versioning
        from recommender import checks  # noqa: F401  registers them
        from recommender.embedders.registry import register_user_networks
        from recommender.live.paths import compiled_folder
        from recommender.live.selection import weight_places
        from recommender.models import NotTheSame, Rule, TheSame, Trial

        versioning.watch(Rule)
        versioning.watch(NotTheSame)
        versioning.watch(TheSame)
        versioning.watch(Trial)
        register_user_networks(weight_places().folder)

        # Before numba is imported: the code may be read-only, and there may be no home.
        os.environ.setdefault("NUMBA_CACHE_DIR", str(compiled_folder()))
