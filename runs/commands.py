"""What every command of ours does alike: a record of the run, Ctrl-C, a database not set up."""

import logging
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from runs import half_restored
from runs.asked import as_typed
from runs.files import error_text
from runs.models import Run
from runs.outcomes import printable
from runs.system_checks import OURS
from runs.to_type import Output

logger = logging.getLogger(__name__)

STOPPED = "Stopped; run it again to go on."


class RunCommand(BaseCommand):
    """A command that reports outcomes. With `recorded`, what came of it is kept as a `Run`.

    Ctrl-C ends it with one sentence and exit code 130; a failure, with a CommandError.
    """

    requires_system_checks = (OURS,)
    recorded = False
    # Errors whose message is for the user, and needs nothing added; `for_owner`, where one has it.
    expected: tuple[type[Exception], ...] = ()
    run: Run | None = None
    # Whether it may work on what a killed restore has left.
    mends = False
    # Whether what it is for has not come about, although it goes on to its end.
    undone = False

    def __init__(self, stdout: Any = None, stderr: Any = None, **more: Any) -> None:
        streams: Any = Output(stdout or sys.stdout), Output(stderr or sys.stderr)
        super().__init__(*streams, **more)

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            self._begin(options)
            output = super().execute(*args, **options)
        except KeyboardInterrupt:
            self._end(Run.State.STOPPED, STOPPED)
            self.stderr.write(f"\n{STOPPED}")
            sys.exit(130)
        except CommandError as error:
            self._end(self._partly_or(Run.State.FAILED), str(error))
            raise
        except DatabaseError as error:
            raise CommandError(_database_sentence(error)) from error
        except self.expected as error:
            lines = str(getattr(error, "for_owner", error)).split("\n")
            sentence = "\n".join(map(printable, lines))
            self._end(Run.State.FAILED, sentence)
            raise CommandError(sentence) from error
        except OSError as error:
            sentence = disk_sentence(error)
            self._end(Run.State.FAILED, sentence)
            raise CommandError(sentence) from error
        except Exception as error:
            self._end(Run.State.FAILED, f"{type(error).__name__}: {error}")
            raise
        self._end(self._partly_or(Run.State.DONE))
        return output

    def _begin(self, options: dict[str, Any]) -> None:
        """Notes that it runs. Raises CommandError where a restore has not come to its end."""
        if half_restored.is_so() and not self.mends:
            raise CommandError(half_restored.sentence())
        if self.recorded:
            parser = self.create_parser("manage.py", self._name())
            self.run = Run.begin(self._name(), as_typed(parser, options))

    def _partly_or(self, otherwise: Run.State) -> Run.State:
        """Done with exceptions, where some of what it went through failed and some did not."""
        partly = self.run is not None and self.run.has_exceptions and not self.undone
        return Run.State.EXCEPTIONS if partly else otherwise

    def _end(self, state: Run.State, sentence: str = "") -> None:
        """Notes how the run ended, where the database can still be written."""
        if self.run is not None:
            try:
                self.run.end(state, sentence)
            except DatabaseError as error:
                logger.warning("How this run ended could not be noted: %s", error)

    def _name(self) -> str:
        return type(self).__module__.rsplit(".", 1)[-1]


def disk_sentence(error: OSError) -> str:
    """As in "/a/file: permission denied."."""
    return printable(f"{error_text(error)}.")


def _database_sentence(error: DatabaseError) -> str:
    signs = ("no such table", "does not exist", "no such column", "unable to open database file")
    if any(sign in str(error) for sign in signs):
        return "The database is not set up yet, or not up to date. Run: manage.py migrate"
    return f"The database cannot be used: {' '.join(str(error).split())}. Is DATABASE_URL right?"
