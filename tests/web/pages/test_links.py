"""Where the last line of every page leads: programs to the API, staff to what is theirs."""

import pytest
from lxml import html

pytestmark = pytest.mark.django_db
PAGES = ("/products/0/", "/browse/", "/picture/", "/compare/0/", "/nowhere")
OF_STAFF = ["/status/", "/duplicates/", "/categories/", "/judge/", "/admin/"]


def links(client, path) -> list[str]:
    return html.fromstring(client.get(path).content).xpath("//footer//p[@class='links']/a/@href")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_leads_to_the_api_and_staff_to_what_is_theirs(client, admin_client, live, path):
    assert links(client, path) == ["/api/v1/docs/"]
    assert links(admin_client, path) == [*OF_STAFF, "/api/v1/docs/"]
    assert links(client, path) == ["/api/v1/docs/"], "what is kept is the visitors'"
    for address in links(admin_client, path):
        assert admin_client.get(address).status_code == 200


def test_whoever_signs_in_without_being_staff_sees_what_visitors_see(
    client, live, django_user_model
):
    client.force_login(django_user_model.objects.create_user("visitor"))
    assert links(client, "/products/0/") == ["/api/v1/docs/"]
