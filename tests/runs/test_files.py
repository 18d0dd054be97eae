import hashlib
import subprocess
import sys

import pytest

from runs.files import Locked, locked, replace_file, replacing, sha256_of, sha256_of_file


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
