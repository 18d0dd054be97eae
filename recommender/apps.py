from django.apps import AppConfig


class RecommenderConfig(AppConfig):
    name = "recommender"
    verbose_name = "Similarity"

    def ready(self) -> None:
        from recommender import checks  # noqa: F401  registers them
