"""What stands in for an answer: a page that says no is one of ours."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from lxml import html

from web.error_pages import forbidden

pytestmark = pytest.mark.django_db
RIGHT = "Your account may not do this. Whoever runs the site can give it the right."
STALE = "This page is out of date. Please reload it."


def told(response) -> tuple[str, str]:
    """The sentence, and where the button leads."""
    assert response.status_code == 403
    (message,) = html.fromstring(response.content).xpath("//main/div[@class='message']")
    return message.xpath("string(p)"), message.xpath("string(p[@class='actions']/a/@href)")


@pytest.mark.parametrize("page", ["/judge/", "/duplicates/", "/categories/"])
def test_who_lacks_a_right_is_told_so(client, live, django_user_model, page):
    client.force_login(django_user_model.objects.create_user("clerk", is_staff=True))
    assert told(client.post(page)) == (RIGHT, "/")
    german = client.post(page, HTTP_ACCEPT_LANGUAGE="de")
    assert told(german)[0].startswith("Mit Ihrem Konto ist das nicht erlaubt.")


@pytest.mark.parametrize("page", ["/judge/?against=previous", "/admin/login/"])
def test_a_page_that_is_out_of_date_leads_to_a_new_one(live, admin_user, page):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(admin_user)
    assert told(strict.post(page)) == (STALE, page)


@pytest.mark.parametrize(
    ("given", "sentence"), [({"exception": PermissionDenied()}, RIGHT), ({"reason": "old"}, STALE)]
)
def test_a_program_reads_it_as_json(rf, given, sentence):
    answer = forbidden(rf.post("/api/v1/similar/"), **given)
    assert (answer.status_code, json.loads(answer.content)) == (403, {"error": sentence})
