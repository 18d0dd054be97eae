"""Work beside the event loop: on the spot where there is none, in a thread where there is."""

import subprocess
import sys

import pytest

from recommender.live.worker_threads import Lane, beside

UNDER_GEVENT = """
from gevent import monkey; monkey.patch_all()
import gevent, hashlib, time
from recommender.live.worker_threads import Lane, beside
served = []
def others():
    while True:
        gevent.sleep(0.005); served.append(time.monotonic())
watcher = gevent.spawn(others)
gevent.sleep(0)
def hashed(): return hashlib.pbkdf2_hmac("sha256", b"a", b"b", 1_000_000).hex()[:4]
before = len(served)
print(beside(Lane.PASSWORDS, hashed))
print(len(served) - before > 5)
def fails(): raise LookupError("told to who asked")
try:
    beside(Lane.FILES, fails)
except LookupError as error:
    print(error)
both = [gevent.spawn(beside, Lane.FILES, gevent.monkey.get_original("time", "sleep"), 0.2) for _ in "ab"]
began = time.monotonic(); gevent.joinall(both)
print(time.monotonic() - began > 0.39)
"""


def test_without_an_event_loop_it_is_done_on_the_spot():
    assert beside(Lane.FILES, max, 1, 2) == 2
    with pytest.raises(ZeroDivisionError):
        beside(Lane.FILES, divmod, 1, 0)


def test_beside_an_event_loop_others_are_served_and_a_lane_takes_one_after_the_other():
    done = subprocess.run([sys.executable, "-c", UNDER_GEVENT], capture_output=True, text=True)
    assert done.stdout.split("\n")[1:4] == ["True", "told to who asked", "True"], done.stderr
    assert done.stderr == ""
