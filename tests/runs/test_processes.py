import os
import subprocess
import sys

import pytest

from runs.processes import is_alive


def test_a_process_is_alive_until_it_ends():
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert is_alive(process.pid)
    process.communicate(b"\n")
    assert not is_alive(process.pid)


def test_our_own_and_another_account_s_are_alive():
    assert is_alive(os.getpid())
    assert is_alive(1)


@pytest.mark.parametrize(
    "number",
    [0, -1, -os.getpid(), 2**31 - 1, 2**64, 10**300],
    ids=[
        "0",
        "-1",
        "our own, negative",
        "2**31 - 1",
        "2**64",
        "10**300",
    ],  # the same in each worker
)
def test_what_is_no_process_is_not_alive(number):
    assert not is_alive(number)
