"""Runs in Django's admin: to look up what a scrape or a build did."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from runs.models import Run


@admin.register(Run)
class RunAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    class Media:
        css: ClassVar[dict[str, tuple[str, ...]]] = {"all": ("css/admin.css",)}

    list_display = ("began", "command_line", "ending", "outcomes", "took")
    list_display_links = ("began",)
    actions = None
    list_filter = ("command", "state")
    date_hierarchy = "started"
    list_per_page = 50

    @admin.display(description="When", ordering="started")
    def began(self, run: Run) -> str:
        return f"{timezone.localtime(run.started):%Y-%m-%d %H:%M}"

    @admin.display(description="What", ordering="command")
    def command_line(self, run: Run) -> str:
        return f"{run.command} {run.arguments}".strip()

    @admin.display(description="How it ended", ordering="state")
    def ending(self, run: Run) -> str:
        return run.ending

    @admin.display(description="Outcomes")
    def outcomes(self, run: Run) -> str:
        return ", ".join(f"{number} {status}" for status, number in run.counts.items())

    @admin.display(description="Took")
    def took(self, run: Run) -> str:
        return "" if run.ended is None else str(run.ended - run.started).split(".")[0]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
