"""`manage.py mcp`."""

from typing import Any

from django.core.management.base import CommandError

from runs.commands import RunCommand


class Command(RunCommand):
    help = "Serves the search to an assistant, by the Model Context Protocol over stdin and stdout."

    def handle(self, **options: Any) -> None:
        try:
            from web.mcp_server import serve
        except ModuleNotFoundError as error:
            raise CommandError(f"{error.name} is not installed. Run: pip install mcp") from error
        serve()
