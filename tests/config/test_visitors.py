"""What stands between a visitor and the site: headers, HTTPS, the admin's log-in."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADDRESSES = ("/products/0/", "/browse/", "/nowhere", "/api/v1/products/0/similar/", "/admin/login/")
LOG_IN = "/admin/login/"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_tells_browsers_what_the_page_may_do(client, live, address):
    headers = client.get(address).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def run(tmp_path, *command, **variables):
    environment = os.environ | {"VAR_DIR": str(tmp_path), **variables}
    environment["DATABASE_URL"] = f"sqlite:///{tmp_path}/db"
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # the browser tests' own
    return subprocess.run(
        [sys.executable, *command], env=environment, cwd=ROOT, capture_output=True, text=True
    )


def test_with_https_on_djangos_check_of_deployments_is_clean(tmp_path):
    contact = "MyShop/1.0 (+https://shop.example/contact)"
    done = run(
        tmp_path, "manage.py", "check", "--deploy", "--fail-level", "WARNING",
        BEHIND_TLS_PROXY="on", SCRAPE_USER_AGENT=contact,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


ASK = """
import django
from django.conf import settings
django.setup()
settings.ALLOWED_HOSTS = ["testserver"]
from django.test import Client
for secure, address in [(False, "/browse/"), (True, "/static/css/lookalike.css"), (False, "/healthz"),
                        (False, "/admin/login/"), (False, "/office/login/")]:
    told = {"X-Forwarded-Proto": "https"} if secure else {}
    response = Client().get(address, headers=told)
    print(response.status_code, response.get("Location"), response.get("Strict-Transport-Security"))
"""


def test_with_https_on_plain_requests_are_led_to_tls_and_probes_are_not(tmp_path):
    done = run(tmp_path, "-c", ASK, BEHIND_TLS_PROXY="on", DJANGO_SETTINGS_MODULE="config.settings")
    browse, static, health, *_ = done.stdout.splitlines()
    assert browse == "301 https://testserver/browse/ None"
    assert static == "200 None max-age=31536000"
    assert health == "200 None None"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "statuses"),
    [("", ["200", "404"]), ("off", ["404", "404"]), ("office/", ["404", "200"])],
)
def test_the_admin_can_be_moved_and_switched_off(tmp_path, path, statuses):
    run(tmp_path, "manage.py", "migrate", "-v0")
    done = run(tmp_path, "-c", ASK, ADMIN_PATH=path, DJANGO_SETTINGS_MODULE="config.settings")
    assert [line.split()[0] for line in done.stdout.splitlines()[-2:]] == statuses, done.stderr


def test_a_path_of_the_admin_that_is_none_is_refused_by_name(tmp_path):
    done = run(tmp_path, "manage.py", "check", ADMIN_PATH="https://office")
    assert "ADMIN_PATH" in done.stderr


@pytest.mark.django_db
def test_who_guesses_a_password_five_times_has_to_wait(client, admin_user):
    def log_in(password):
        return client.post(LOG_IN, {"username": "admin", "password": password}).status_code

    assert [log_in(f"guess {number}") for number in range(4)] == [200] * 4
    assert log_in("the fifth guess") == 429
    assert log_in("password") == 429, "the right one waits, too"


@pytest.mark.django_db
def test_the_right_password_lets_in_and_mistakes_are_forgotten(client, admin_user):
    for _ in range(2):
        for _ in range(4):
            client.post(LOG_IN, {"username": "admin", "password": "mistyped"})
        response = client.post(LOG_IN, {"username": "admin", "password": "password"})
        assert response.status_code == 302
