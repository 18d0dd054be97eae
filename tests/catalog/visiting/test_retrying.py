from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from catalog.visiting.retrying import LATER, LONGEST_WAIT, TRIES, wait_before


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7),
        (" 7 ", 7),
        ("0", 0),
        (str(LONGEST_WAIT), LONGEST_WAIT),
        ("86400", LONGEST_WAIT),
        ("9" * 5000, None),
    ],
)
def test_a_shop_says_how_long_to_wait_up_to_a_limit(header, seconds):
    waited = wait_before(0, header, jitter=0)
    assert waited == seconds if seconds is not None else 0 <= waited <= LONGEST_WAIT


def test_a_shop_may_say_until_when():
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 25 < wait_before(0, soon, jitter=0) <= 30
    for past_or_far in (-(10**6), 10**6):
        then = format_datetime(datetime.now(UTC) + timedelta(seconds=past_or_far), usegmt=True)
        assert 0 <= wait_before(0, then, jitter=0) <= LONGEST_WAIT


@pytest.mark.parametrize("header", ["", "soon", "-5", "1.5", "nan", "\0"])
def test_a_word_that_makes_no_sense_is_as_none(header):
    assert [wait_before(attempt, header, jitter=0) for attempt in range(3)] == [1, 2, 4]


def test_visitors_that_were_turned_away_at_once_come_back_one_by_one():
    assert [wait_before(1, "", jitter) for jitter in (0, 0.5, 1)] == [2, 2.5, 3]


def test_an_error_of_the_shop_s_own_is_not_asked_for_again():
    assert 500 not in LATER
    assert 404 not in LATER
    assert TRIES > 1
