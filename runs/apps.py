from django.apps import AppConfig


class RunsConfig(AppConfig):
    name = "runs"
    label = "lookalike_runs"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Runs"

    def import_models(self) -> None:
        """Says so first where a package of the project's own is in the place of one of ours."""
        from runs.own_packages import require_ours

        require_ours()
        super().import_models()

    def ready(self) -> None:
        from runs.defaults import set_defaults

        set_defaults()
