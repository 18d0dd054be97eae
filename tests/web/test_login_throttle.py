"""Guessed passwords: who guesses waits, the owner does not."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.core import signing
from django.test import Client

from web.login_throttle import COOKIE

LOG_IN = "/admin/login/"
OWNER = "198.51.100.7"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick(settings, admin_user):
    settings.LOGIN_FAILURES_OF_AN_ACCOUNT = 12


def log_in(password, address=OWNER, client=None):
    sent = {"username": "admin", "password": password}
    return (client or Client()).post(LOG_IN, sent, REMOTE_ADDR=address).status_code


def guess_from_many_addresses():
    return [log_in(f"guess {n}", f"203.0.113.{n % 4}") for n in range(16)]


def test_an_account_that_many_guess_at_is_closed_to_strangers():
    assert guess_from_many_addresses() == [200] * 12 + [429] * 4
    assert log_in("password", "192.0.2.1") == 429


def test_the_browser_that_was_let_in_before_is_let_in_from_anywhere():
    browser = Client()
    assert log_in("password", client=browser) == 302
    del browser.cookies["sessionid"]
    guess_from_many_addresses()
    assert log_in("password", "192.0.2.1", browser) == 302


def test_the_address_that_was_let_in_before_is_let_in_without_the_cookie():
    assert log_in("password") == 302
    guess_from_many_addresses()
    assert log_in("password") == 302
    assert log_in("password", "192.0.2.1") == 429


@pytest.mark.parametrize(
    "cookie", ["", "admin", signing.dumps("somebody", salt=COOKIE)], ids=["none", "plain", "signed"]
)
def test_a_cookie_of_ones_own_making_opens_nothing(cookie):
    guess_from_many_addresses()
    stranger = Client()
    stranger.cookies[COOKIE] = cookie
    assert log_in("password", "192.0.2.1", stranger) == 429


def test_a_known_browser_may_not_guess_either():
    browser = Client()
    assert log_in("password", client=browser) == 302
    assert [log_in("a guess", client=browser) for _ in range(6)] == [200] * 4 + [429] * 2


def test_nobody_keeps_an_account_closed_by_going_on():
    guess_from_many_addresses()
    AccessAttempt.objects.update(attempt_time=began() - timedelta(minutes=14))
    assert log_in("guess on", "203.0.113.77") == 429
    AccessAttempt.objects.update(attempt_time=began() - timedelta(minutes=2))
    assert log_in("password", "192.0.2.1") == 302


def began():
    return AccessAttempt.objects.earliest("attempt_time").attempt_time


def test_who_has_to_wait_does_not_begin_anew_by_going_on():
    for _ in range(7):
        log_in("a guess")
    AccessAttempt.objects.update(attempt_time=began() - timedelta(minutes=14))
    assert log_in("a guess") == 429
    AccessAttempt.objects.update(attempt_time=began() - timedelta(minutes=2))
    assert log_in("password") == 302


def test_without_an_address_nobody_is_known_by_it():
    assert log_in("password", "") == 302
    guess_from_many_addresses()
    assert log_in("password", "") == 429


def test_the_cookie_is_out_of_reach_for_scripts():
    browser = Client()
    log_in("password", client=browser)
    cookie = browser.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


def test_who_has_to_wait_is_told_how_long():
    for _ in range(5):
        refused = Client().post(LOG_IN, {"username": "admin", "password": "a guess"})
    assert (refused.status_code, refused["Retry-After"]) == (429, "900")
