from datetime import timedelta

import pytest
from django.utils import timezone

from runs.models import Run

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def run(state, hours_ago, arguments="url=a"):
    started = NOW - timedelta(hours=hours_ago)
    return Run.objects.create(command="scrape", arguments=arguments, state=state, started=started)


def test_a_run_goes_on_with_those_that_were_cut_short_just_before_it():
    run("done", 9)
    first = run("killed", 3)
    run("stopped", 2)
    run("done", 2, arguments="url=b")
    assert run("running", 0).cut_short_since() == first.started


@pytest.mark.parametrize("state", ["done", "failed", "running"])
def test_a_run_after_one_that_came_to_its_end_begins_anew(state):
    run("killed", 3)
    run(state, 2)
    assert run("running", 0).cut_short_since() is None


def test_what_was_cut_short_long_ago_is_begun_anew():
    run("killed", 25)
    assert run("running", 0).cut_short_since() is None


def test_exceptions_are_counted_of_what_was_gone_through_kind_by_kind():
    counts = {"new": 100, "same": 198, "failed": 3, "gone": 7, "new pictures": 5}
    ended = Run(command="refresh", state="exceptions", counts=counts)
    assert ended.ending == "done with exceptions: 3 of 301 failed"
    ended.counts |= {"failed pictures": 1}
    assert ended.ending == "done with exceptions: 3 of 301, 1 of 6 pictures failed"
