"""Runs: what ran, when, and what came of it."""

import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils import timezone

from runs.processes import is_alive

# Lines kept of a run; the rest is counted.
MOST_LINES = 1000
# What was begun earlier than this before a run is too old to go on with.
RECENT = timedelta(days=1)


class Run(models.Model):
    """One run of one command."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        STOPPED = "stopped"
        KILLED = "killed"

    command = models.CharField(max_length=50)
    arguments = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    started = models.DateTimeField()
    ended = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict, blank=True, help_text="Outcomes by status.")
    log = models.TextField(blank=True, help_text="What failed or was passed over, and why.")
    process = models.PositiveIntegerField(default=0, help_text="Its number while it runs.")

    class Meta:
        ordering = ["-started", "-id"]

    def __str__(self) -> str:
        return f"{self.command} {self.started:%Y-%m-%d %H:%M}"

    @classmethod
    def begin(cls, command: str, arguments: str = "") -> Self:
        """A new run; earlier ones of the command whose process is gone were killed."""
        for run in cls.objects.filter(command=command, state=cls.State.RUNNING):
            if not is_alive(run.process):
                run.end(cls.State.KILLED, "Its process ended without a word.")
        now = timezone.now()
        return cls.objects.create(
            command=command, arguments=arguments, started=now, process=os.getpid()
        )

    def cut_short_since(self) -> datetime | None:
        """When the work began that this run goes on with; None where nothing was cut short.

        It goes on with the runs of the same command and arguments just before it that were
        killed or stopped, of today and yesterday.
        """
        since, oldest = None, self.started - RECENT
        earlier = Run.objects.filter(command=self.command, arguments=self.arguments)
        for run in earlier.filter(id__lt=self.pk, started__gte=oldest).order_by("-id"):
            if run.state not in (self.State.KILLED, self.State.STOPPED):
                break
            since = run.started
        return since

    def add(self, counts: dict[str, int], lines: Iterable[str]) -> None:
        """Adds outcomes by status, and a line for each that failed or was passed over."""
        for status, number in counts.items():
            self.counts[str(status)] = self.counts.get(str(status), 0) + number
        kept = self.log.splitlines() + list(lines)
        if len(kept) > MOST_LINES:
            kept = [*kept[:MOST_LINES], f"… and {len(kept) - MOST_LINES} more"]
        self.log = "\n".join(kept)
        self.save(update_fields=["counts", "log"])

    def end(self, state: State, sentence: str = "") -> None:
        """Notes how it ended; `sentence` says why, if it was not well."""
        self.state, self.ended, self.process = state, timezone.now(), 0
        if sentence:
            self.log = "\n".join(filter(None, [self.log, sentence]))
        self.save(update_fields=["state", "ended", "process", "log"])
