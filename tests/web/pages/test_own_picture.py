import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from lxml import html

pytestmark = pytest.mark.django_db
BOUNDARY = "multipart/form-data; boundary=x"
UNCHOSEN = (
    b'--x\r\nContent-Disposition: form-data; name="picture"; filename=""\r\n'
    b"Content-Type: application/octet-stream\r\n\r\n\r\n--x--\r\n"
)


@pytest.mark.parametrize("address", ["/picture/", "/api/v1/similar/"])
def test_a_form_that_was_sent_without_a_choice_asks_for_one(client, live, address):
    response = client.generic("POST", address, UNCHOSEN, BOUNDARY)
    assert response.status_code == 400
    assert "Choose a picture first." in response.content.decode()


@pytest.mark.parametrize("address", ["/picture/", "/api/v1/similar/"])
def test_an_empty_file_is_called_empty(client, live, address):
    response = client.post(address, {"picture": SimpleUploadedFile("a.jpg", b"")})
    assert response.status_code == 400
    assert "The file is empty." in response.content.decode()


def test_no_link_throws_a_sent_picture_away(client, live, folder):
    with (folder / "hats" / "3.jpg").open("rb") as file:
        sent = client.post("/picture/", {"picture": file, "price_from": "9999"})
    (empty,) = html.fromstring(sent.content).xpath("//ol[contains(@class, 'looks')]/li")
    assert empty.text_content().strip() == "Nothing matches these filters."
    assert not empty.xpath(".//a")
