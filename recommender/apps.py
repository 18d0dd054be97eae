import os

from django.apps import AppConfig


class RecommenderConfig(AppConfig):
    name = "recommender"
    verbose_name = "Similarity"

    def ready(self) -> None:
        from recommender import checks  # noqa: F401  registers them
        from recommender.places import compiled_folder

        # Before numba is imported: the code may be read-only, and there may be no home.
        os.environ.setdefault("NUMBA_CACHE_DIR", str(compiled_folder()))
