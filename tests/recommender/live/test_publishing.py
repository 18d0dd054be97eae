"""Swap and roll back, killed at every step."""

import functools
import os

import pytest

from recommender.index.file import load_index
from recommender.live import current, paths, publishing
from tests.indexes import index_of


class Killed(BaseException):
    """Ends a process where it stands: no handler of ours catches it."""


@functools.cache
def index_with(count):
    return index_of({f"{number:02}": [number, 1, number % 3] + [0] * 45 for number in range(count)})


@pytest.fixture
def two_indexes():
    """Seven products live, five before."""
    publishing.publish(index_with(5))
    publishing.publish(index_with(7))


def counts():
    """How many products the live and the previous index have."""
    return tuple(
        len(load_index(path)) if path.exists() else None
        for path in (paths.index_path("fake"), paths.previous_path("fake"))
    )


def killed_at(monkeypatch, step, work):
    """Runs `work`, killed before the step-th change that it makes to a folder; True if it was."""
    steps = iter(range(1000))

    def counted(change):
        def counting(*arguments, **options):
            if next(steps) == step:
                raise Killed
            return change(*arguments, **options)

        return counting

    with monkeypatch.context() as patched:
        for name in ("link", "unlink", "replace", "rename"):
            patched.setattr(os, name, counted(getattr(os, name)))
        try:
            work()
        except Killed:
            return True
    return False


def kinds_of_work():
    return {
        "publish": (lambda: publishing.publish(index_with(9)), (9, 7)),
        "roll back": (lambda: publishing.rollback("fake"), (5, 7)),
    }


@pytest.mark.parametrize("name", kinds_of_work())
def test_a_kill_at_any_step_loses_neither_index(monkeypatch, name):
    monkeypatch.setattr(publishing, "verify_index", load_index)  # the steps matter, and it is slow
    work, done = kinds_of_work()[name]
    for step in range(40):
        folder = paths.index_path("fake").parent
        for path in folder.iterdir() if folder.exists() else ():
            path.unlink()
        publishing.publish(index_with(5))
        publishing.publish(index_with(7))
        if not killed_at(monkeypatch, step, work):
            assert counts() == done
            assert step >= 5
            return
        live = counts()[0]
        assert live in (7, done[0])
        other = {7: 5, done[0]: 7}[live]
        assert publishing.rollback("fake").count == other
        assert counts() == (other, live)
        assert publishing.rollback("fake").count == live
        left = {path.name for path in folder.iterdir()} - {"fake.joblib.new"}
        assert not [name for name in left if "replaced" in name or "returning" in name]
    raise AssertionError("it never came to its end")


def test_publishes_killed_time_and_again_do_not_forget_what_the_previous_index_was(
    two_indexes, monkeypatch
):
    for _ in range(12):
        with monkeypatch.context() as patched:
            patched.setattr(publishing, "_swap_in", raising(Killed))
            with pytest.raises(Killed):
                publishing.publish(index_with(9))
    assert publishing.rollback("fake").count == 5


def raising(error):
    def raises(*_arguments):
        raise error

    return raises


def test_a_full_disk_between_two_steps_is_a_sentence_and_loses_nothing(two_indexes, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(os, "link", raising(OSError(28, "No space left on device")))
        with pytest.raises(publishing.PublishError, match=r"(?i)no space left"):
            publishing.publish(index_with(9))
    assert counts() == (7, 5)


def test_a_folder_that_cannot_be_written_is_a_sentence(settings):
    settings.VAR_DIR.mkdir(parents=True)
    (settings.VAR_DIR / "index").write_text("a file where the folder should be")
    with pytest.raises(publishing.PublishError, match="VAR_DIR cannot be written"):
        with publishing.exclusive("fake"):
            pass


def test_what_fails_inside_the_lock_is_not_taken_for_the_locks_fault():
    with pytest.raises(OSError, match="mine"):
        with publishing.exclusive("fake"):
            raise OSError("mine")


def test_an_index_is_known_to_be_as_it_was_written_or_not(two_indexes):
    assert publishing.is_as_written("fake")
    path = paths.index_path("fake")
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert not publishing.is_as_written("fake")


def test_a_served_index_outlives_the_swap(two_indexes):
    before = current.live_index()
    publishing.publish(index_with(9))
    assert len(before) == 7
    assert len(current.live_index()) == 9
