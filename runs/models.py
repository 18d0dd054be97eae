"""Runs: what ran, when, and what came of it."""

import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils import timezone

from runs.outcomes import Status, storable
from runs.processes import is_alive

# Lines kept of a run; the rest is counted.
MAX_LINES = 1000
# What is well, and all that a run goes through; what has gone was not there to be gone through.
WELL = (Status.NEW, Status.CHANGED, Status.SAME)
GONE_THROUGH = (*WELL, Status.SKIPPED, Status.FAILED)
# What was begun earlier than this before a run is too old to go on with.
RECENT = timedelta(days=1)


class Run(models.Model):
    """One run of one command."""

    class State(models.TextChoices):
        RUNNING = "running", "running"
        DONE = "done", "done"
        EXCEPTIONS = "exceptions", "done with exceptions"
        FAILED = "failed", "failed"
        STOPPED = "stopped", "stopped"
        KILLED = "killed", "killed"

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
            command=command, arguments=storable(arguments), started=now, process=os.getpid()
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
        if len(kept) > MAX_LINES:
            kept = [*kept[:MAX_LINES], f"… and {len(kept) - MAX_LINES} more"]
        self.log = storable("\n".join(kept))
        self.save(update_fields=["counts", "log"])

    @property
    def has_exceptions(self) -> bool:
        """Whether some of what it went through failed, and some did not."""
        failed = {unit: of for unit, of in self._by_unit().items() if of.get(Status.FAILED)}
        return any(of.get(status) for of in failed.values() for status in WELL)

    @property
    def ending(self) -> str:
        """How it ended, as in "done with exceptions: 3 of 301 failed"."""
        if self.state != self.State.EXCEPTIONS:
            return self.get_state_display()
        parts = [
            f"{of[Status.FAILED]} of {sum(of.get(status, 0) for status in GONE_THROUGH)} {unit}"
            for unit, of in self._by_unit().items()
            if of.get(Status.FAILED)
        ]
        return f"{self.get_state_display()}: {', '.join(map(str.strip, parts))} failed"

    def _by_unit(self) -> dict[str, dict[str, int]]:
        """The counts by status, of each kind of thing: products are "", others as in "pictures"."""
        found: dict[str, dict[str, int]] = {}
        for name, number in self.counts.items():
            status, _, unit = name.partition(" ")
            found.setdefault(unit, {})[status] = number
        return found

    def end(self, state: State, sentence: str = "") -> None:
        """Notes how it ended; `sentence` says why, if it was not well."""
        self.state, self.ended, self.process = state, timezone.now(), 0
        if sentence:
            self.log = storable("\n".join(filter(None, [self.log, sentence])))
        self.save(update_fields=["state", "ended", "process", "log"])
