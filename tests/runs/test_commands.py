import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from runs.commands import RunCommand
from runs.models import MAX_LINES, Run
from runs.outcomes import Outcome, Status
from runs.progress import report
from tests.terminal import hearing_ctrl_c

ROOT = Path(__file__).resolve().parents[2]


class Command(RunCommand):
    """Reports what it was made with; an exception among the outcomes is raised."""

    recorded = True
    expected = (LookupError,)

    def __init__(self, *outcomes):
        super().__init__()
        self.outcomes = outcomes

    def add_arguments(self, parser):
        parser.add_argument("--shop", default="")

    def handle(self, **options):
        report(self, self._outcomes())

    def _outcomes(self):
        for outcome in self.outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
            yield outcome


NEW = Outcome("1", Status.NEW)
FAILED = Outcome("2", Status.FAILED, "no picture")


@pytest.mark.django_db
def test_a_run_is_kept_with_what_came_of_it():
    call_command(Command(NEW, NEW, FAILED), shop="hats")
    run = Run.objects.get()
    assert (run.command, run.arguments, run.state) == (
        "test_commands", "--shop hats", "exceptions",
    )  # fmt: skip
    assert (run.counts, run.log) == ({"new": 2, "failed": 1}, "failed   2  no picture")
    assert run.started <= run.ended <= timezone.now()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("outcomes", "ending"),
    [
        ([NEW], "done"),
        ([NEW, NEW, FAILED], "done with exceptions: 1 of 3 failed"),
        ([NEW, FAILED, CommandError("1 failed")], "done with exceptions: 1 of 2 failed"),
        ([FAILED, CommandError("Nothing was taken.")], "failed"),
        ([NEW, CommandError("the shop is closed")], "failed"),
        ([NEW, FAILED, LookupError("the shop is closed")], "failed"),
        ([NEW, FAILED, KeyboardInterrupt()], "stopped"),
    ],
)
def test_a_run_is_done_done_with_exceptions_or_failed(outcomes, ending):
    with contextlib.suppress(CommandError, SystemExit):
        call_command(Command(*outcomes))
    assert Run.objects.get().ending == ending


@pytest.mark.django_db
def test_a_run_whose_purpose_failed_is_failed_whatever_else_went_well():
    command = Command(NEW, FAILED, CommandError("the index was not built"))
    command.undone = True
    with pytest.raises(CommandError):
        call_command(command)
    assert Run.objects.get().ending == "failed"


@pytest.mark.django_db
def test_a_run_that_fails_keeps_what_came_before():
    with pytest.raises(CommandError, match="the shop is closed"):
        call_command(Command(NEW, CommandError("the shop is closed")))
    run = Run.objects.get()
    assert (run.state, run.counts, run.log) == ("failed", {"new": 1}, "the shop is closed")


@pytest.mark.django_db
def test_an_expected_error_is_told_as_it_is():
    with pytest.raises(CommandError, match=r"^no such shop$"):
        call_command(Command(NEW, LookupError("no such shop")))
    assert (Run.objects.get().state, Run.objects.get().log) == ("failed", "no such shop")


@pytest.mark.django_db
def test_ctrl_c_is_one_sentence_and_exit_code_130(capsys):
    with pytest.raises(SystemExit) as exit:
        call_command(Command(NEW, KeyboardInterrupt()))
    assert exit.value.code == 130
    assert capsys.readouterr().err == "\nStopped; run it again to go on.\n"
    assert (Run.objects.get().state, Run.objects.get().counts) == ("stopped", {"new": 1})


@pytest.mark.django_db
def test_a_killed_run_is_found_out_by_the_next():
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    Run.objects.create(command="test_commands", started=timezone.now(), process=gone.pid)
    alive = Run.objects.create(command="test_commands", started=timezone.now(), process=os.getpid())
    call_command(Command(NEW))
    assert [run.state for run in Run.objects.order_by("id")] == ["killed", "running", "done"]
    assert alive.process == os.getpid()


@pytest.mark.django_db
def test_a_log_has_an_end():
    run = Run.begin("scrape")
    run.add({}, (f"line {number}" for number in range(MAX_LINES + 5)))
    assert run.log.splitlines()[-2:] == [f"line {MAX_LINES - 1}", "… and 5 more"]


@pytest.mark.django_db
def test_runs_are_seen_in_the_admin(admin_client):
    call_command(Command(NEW, FAILED), shop="hats")
    page = admin_client.get("/admin/lookalike_runs/run/").content.decode()
    assert "1 new, 1 failed" in page
    assert "--shop hats" in page
    run = Run.objects.get()
    assert (
        "no picture"
        in admin_client.get(f"/admin/lookalike_runs/run/{run.pk}/change/").content.decode()
    )


def test_a_forgotten_migrate_is_one_sentence(tmp_path):
    environment = os.environ | {
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db",
    }
    started = [  # all at once: each start takes a second
        subprocess.Popen(
            [sys.executable, "manage.py", *command],
            env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for command in (["import_folder", "."], ["scrape", "http://127.0.0.1:9/"], ["build_index"])
    ]  # fmt: skip
    for command in started:
        assert command.communicate()[1] == (
            "CommandError: The database is not set up yet, or not up to date. "
            "Run: manage.py migrate\n"
        )
        assert command.returncode == 1


def test_a_real_ctrl_c_leaves_no_traceback(tmp_path):
    environment = os.environ | {
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/db",
    }
    with subprocess.Popen(
        [sys.executable, "manage.py", "demo_shop", "--count", "1", "--port", "0"],
        env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        **hearing_ctrl_c(),
    ) as running:  # fmt: skip
        assert "Ctrl-C ends it" in running.stdout.readline()
        time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        _out, error = running.communicate(timeout=20)
    assert "Traceback" not in error
