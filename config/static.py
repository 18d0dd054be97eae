"""Static files under whatever path the site lies."""

from django.contrib.staticfiles.storage import StaticFilesStorage
from django.urls import get_script_prefix


class PrefixedStaticFiles(StaticFilesStorage):
    """Gives addresses below the prefix of the request, which is not known when Django starts."""

    def url(self, name: str | None) -> str:
        return get_script_prefix() + super().url(name).lstrip("/")
