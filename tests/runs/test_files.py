import hashlib
import os
import subprocess
import sys

import pytest

from runs.files import (
    Locked,
    clear_unfinished,
    locked,
    replace_file,
    replace_files,
    replacing,
    sha256_of,
    sha256_of_file,
)


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "new" / "file"
    replace_file(path, b"one")
    replace_file(path, b"two")
    assert [(entry.name, entry.read_bytes()) for entry in path.parent.iterdir()] == [
        ("file", b"two")
    ]


def write_and_fail(path):
    with replacing(path) as file:
        file.write(b"half of the n")
        raise OSError("disk full")


def test_a_failure_while_writing_leaves_the_old_file(tmp_path):
    path = tmp_path / "file"
    replace_file(path, b"old")
    with pytest.raises(OSError, match="disk full"):
        write_and_fail(path)
    assert [entry.read_bytes() for entry in tmp_path.iterdir()] == [b"old"]


def test_nobody_sees_a_file_before_it_is_finished(tmp_path):
    path = tmp_path / "file"
    with replacing(path) as file:
        file.write(b"new")
        assert not path.exists()
    assert path.read_bytes() == b"new"


def test_several_files_are_replaced_and_nothing_else_is_left(tmp_path):
    paths = [tmp_path / "a" / "1", tmp_path / "a" / "2", tmp_path / "b" / "3"]
    replace_files(dict.fromkeys(paths, b"one"))
    replace_files({path: path.name.encode() for path in paths})
    found = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {path: path.name.encode() for path in paths}


def test_several_files_are_all_on_the_disk_before_the_first_is_in_its_place(tmp_path, monkeypatch):
    paths = [tmp_path / name for name in "abc"]
    synced = []

    def fsync(number):
        synced.append([path for path in paths if path.exists()])

    monkeypatch.setattr(os, "fsync", fsync)
    replace_files(dict.fromkeys(paths, b"new"))
    assert synced == [[], [], [], paths]  # three files, then their folder


def test_where_one_of_several_cannot_be_written_the_old_ones_stay(tmp_path):
    old, nowhere = tmp_path / "old", tmp_path / "file" / "below"
    replace_files({old: b"old", tmp_path / "file": b""})
    with pytest.raises(OSError):
        replace_files({old: b"new", nowhere: b"new"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "old"]
    assert old.read_bytes() == b"old"


def test_only_what_dead_processes_left_half_written_is_cleared(tmp_path):
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        gone.wait()
    for name in (f"a.jpg.{gone.pid}-1.part", f"b.jpg.{os.getpid()}-1.part", "c.part", "d.jpg"):
        (tmp_path / name).write_bytes(b"half")
    clear_unfinished(tmp_path)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [f"b.jpg.{os.getpid()}-1.part", "c.part", "d.jpg"]
    clear_unfinished(tmp_path / "is not there")


def test_the_hash_of_a_file_is_that_of_its_bytes(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    assert sha256_of_file(path) == sha256_of(b"abc") == hashlib.sha256(b"abc").hexdigest()


HOLD = (
    "import sys, pathlib; from runs.files import locked\nwith locked(pathlib.Path(sys.argv[1])):\n"
)


def test_a_second_process_is_told_at_once_and_a_killed_one_leaves_no_lock(tmp_path):
    path = tmp_path / "locks" / "index.lock"
    program = HOLD + "    print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as holder:  # fmt: skip
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Locked, match=r"index\.lock"), locked(path):
            pass
        holder.kill()
        holder.wait()
    with locked(path):
        pass
