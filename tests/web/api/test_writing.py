"""PUT, PATCH, DELETE, and many at once, by keys that may write."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from catalog import changes
from catalog.models import Change, Product
from recommender.live.engine import engine
from tests.arriving import working  # noqa: F401  a fixture
from tests.conftest import picture_bytes
from tests.shops import Shop
from web.api.models import ApiKey

pytestmark = pytest.mark.django_db
RED = picture_bytes((250, 10, 10), (300, 300))
TEE = "/api/v1/products/tee/"
JSON = "application/json"


@pytest.fixture
def writer(live):
    return {"X-API-Key": ApiKey.make("shop", writes=True)}


@pytest.fixture
def shop(settings):
    settings.SCRAPE_ALLOW_LOOPBACK = True
    with Shop({"/red.jpg": RED, "/blue.jpg": picture_bytes((1, 2, 250), (300, 300))}) as served:
        yield served


def tee(shop, **more):
    return {"title": "A tee", "price": "19.90", "image_urls": [f"{shop.url}/red.jpg"]} | more


def put(client, writer, content, address=TEE):
    return client.put(address, content, content_type=JSON, headers=writer)


def test_a_product_that_is_put_in_is_found_by_page_and_api(client, writer, shop, working):  # noqa: F811
    response = put(client, writer, tee(shop))
    assert response.status_code == 200
    told = response.json()
    assert (told["item_id"], told["state"], told["searchable"]) == ("tee", "done", True)
    assert client.get(told["change"], headers=writer).json() == told
    found = client.get(f"{TEE}similar/").json()
    assert found["indexed"]
    assert len(found["neighbours"]) == 5
    assert client.get("/products/tee/").status_code == 200
    product = client.get(TEE).json()
    assert (product["title"], product["price"]) == ("A tee", "19.90")


@pytest.mark.of_files  # in a database, the lists of others learn of it with the next build
def test_an_answer_that_is_kept_does_not_outlive_a_newcomer(client, writer, shop, working):  # noqa: F811
    address = "/api/v1/products/0/similar/?k=20"
    before = client.get(address)
    assert client.get(address)["ETag"] == before["ETag"]
    put(client, writer, tee(shop))
    after = client.get(address)
    assert after["ETag"] != before["ETag"]
    assert "tee" in [one["item_id"] for one in after.json()["neighbours"]]


def test_control_characters_are_taken_out_of_a_title(client, writer, shop, working):  # noqa: F811
    put(client, writer, tee(shop, title="a\x00b") | {"shop": "c\x00d"})
    product = Product.objects.get(item_id="tee")
    assert (product.title, product.shop) == ("a b", "c d")


def test_doing_so_twice_does_it_once(client, writer, shop, working, fake_source):  # noqa: F811
    put(client, writer, tee(shop))
    embedded = fake_source.embedded
    assert put(client, writer, tee(shop)).json()["searchable"]
    assert fake_source.embedded == embedded
    assert Product.objects.filter(item_id__startswith="tee").count() == 1


def test_without_a_worker_it_waits_and_the_answer_says_where_to_ask(client, writer, shop):
    response = put(client, writer, tee(shop))
    assert response.status_code == 202
    told = response.json()
    assert (told["state"], told["searchable"]) == ("waiting", False)
    assert client.get(told["change"], headers=writer).json() == told
    assert client.get("/api/v1/changes/999999/", headers=writer).status_code == 404


def test_a_picture_may_come_along_in_a_form(client, writer, working):  # noqa: F811
    form = {"title": "Own", "in_stock": "true", "price": "5",
            "picture": SimpleUploadedFile("a.jpg", RED)}  # fmt: skip
    response = client.put(
        TEE, encode_multipart(BOUNDARY, form), content_type=MULTIPART_CONTENT, headers=writer
    )
    assert response.json()["searchable"], response.json()
    product = Product.objects.get(item_id="tee")
    assert (product.in_stock, str(product.price)) == (True, "5.00")


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"picture": SimpleUploadedFile("a.jpg", b"no picture")}, "cannot be read"),
        ({"title": "no picture"}, "has no picture"),
        ({"colour": "red"}, "colour: there is no such field; there are: title, price"),
        ({"photo": SimpleUploadedFile("a.jpg", b"x")}, "Send the picture as"),
    ],
)
def test_a_form_that_is_none_of_ours_is_refused(client, writer, form, sentence):
    for file in form.values():
        if isinstance(file, SimpleUploadedFile):
            file.seek(0)
    body = encode_multipart(BOUNDARY, form)
    response = client.put(TEE, body, content_type=MULTIPART_CONTENT, headers=writer)
    assert response.status_code == 400
    assert sentence in response.json()["error"]
    assert not Change.objects.exists()


def sent_as_a_form(client, writer, **form):
    body = encode_multipart(BOUNDARY, form)
    return client.put(TEE, body, content_type=MULTIPART_CONTENT, headers=writer)


def test_a_form_of_which_a_picture_would_be_lost_is_refused(client, writer):
    files = [SimpleUploadedFile(name, RED) for name in ("a.jpg", "b.jpg")]
    two = sent_as_a_form(client, writer, picture=files)
    assert (two.status_code, "for several pictures" in two.json()["error"]) == (400, True)
    file, addresses = SimpleUploadedFile("a.jpg", RED), ["https://shop.example/b.jpg"]
    both = sent_as_a_form(client, writer, picture=file, image_urls=addresses)
    assert (both.status_code, "not both" in both.json()["error"]) == (400, True)
    assert not Change.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({}, "has no picture"),
        ({"image_urls": ["file:///etc/passwd"]}, "image_urls.0"),
        ({"image_urls": ["http://10.0.0.1/a.jpg"]}, "10.0.0.1 is a private address"),
        ({"image_urls": ["http://[::1]/a.jpg"]}, "a private address"),
        ({"price": "cheap"}, "price"),
        ({"price": -1}, "price"),
        ({"currency": "euro"}, "currency"),
        ({"prize": 3}, "prize"),
        ({"in_stock": "yes"}, "in_stock"),
        ([], "The JSON cannot be read"),
    ],
)
def test_what_cannot_be_taken_is_one_sentence_and_nothing_is_stored(
    client, writer, content, sentence
):
    response = put(client, writer, content)
    assert response.status_code == 400
    assert sentence in response.json()["error"]
    assert not Change.objects.exists()
    assert not Product.objects.filter(item_id="tee").exists()


@pytest.mark.parametrize("order", [1, -1])
def test_a_private_address_beside_a_good_one_is_refused_in_either_order(
    client, writer, shop, order
):
    addresses = [f"{shop.url}/red.jpg", "http://10.0.0.7/a.jpg"][::order]
    response = put(client, writer, tee(shop, image_urls=addresses))
    assert response.status_code == 400
    assert "10.0.0.7" in response.json()["error"]
    many = {"products": [tee(shop, item_id="tee", image_urls=addresses)]}
    at_once = client.post("/api/v1/products/", many, content_type=JSON, headers=writer)
    assert at_once.status_code == 400
    assert not Change.objects.exists()


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"title": "\\ud800"}', b"[" * 10_000])
def test_what_is_no_json_is_refused(client, writer, body):
    response = client.put(TEE, body, content_type=JSON, headers=writer)
    assert response.status_code == 400
    assert client.put(TEE, body, content_type="text/plain", headers=writer).status_code == 415


def test_a_picture_that_is_not_there_is_told_and_nothing_is_kept(client, writer, shop, working):  # noqa: F811
    response = put(client, writer, tee(shop, image_urls=[f"{shop.url}/nothing.jpg"]))
    assert response.status_code == 400
    assert "HTTP status 404" in response.json()["error"]
    assert not Change.objects.exists()
    assert not Product.objects.filter(item_id="tee").exists()


def test_one_that_is_refused_leaves_alone_what_was_taken_before(client, writer, shop, working):  # noqa: F811
    told = put(client, writer, tee(shop)).json()
    refused = put(client, writer, tee(shop, title="B", image_urls=[f"{shop.url}/nothing.jpg"]))
    assert refused.status_code == 400
    assert client.get(told["change"], headers=writer).json() == told
    assert Product.objects.get(item_id="tee").title == "A tee"


def test_one_that_is_refused_leaves_alone_what_waits(client, writer, shop, request):
    waiting = put(client, writer, tee(shop)).json()
    worker = request.getfixturevalue("working")
    refused = put(client, writer, tee(shop, title="B", image_urls=[f"{shop.url}/nothing.jpg"]))
    assert refused.status_code == 400
    assert client.get(waiting["change"], headers=writer).json() == waiting
    worker.one_round()
    assert client.get(waiting["change"], headers=writer).json()["state"] == "done"
    assert Product.objects.get(item_id="tee").title == "A tee"


def test_what_waited_in_the_same_words_is_tried_again_though_it_is_refused_now(
    client, writer, shop, request
):
    addresses = [f"{shop.url}/nothing.jpg"]
    waiting = put(client, writer, tee(shop, image_urls=addresses)).json()
    request.getfixturevalue("working")
    assert put(client, writer, tee(shop, image_urls=addresses)).status_code == 400
    told = client.get(waiting["change"], headers=writer).json()
    assert (told["state"], "HTTP status 404" in told["reason"]) == ("failed", True)


def test_the_address_of_one_that_was_replaced_tells_of_the_later(client, writer, shop, working):  # noqa: F811
    first = put(client, writer, tee(shop)).json()
    later = put(client, writer, tee(shop, title="B")).json()
    assert client.get(first["change"], headers=writer).json() == later
    assert Product.objects.get(item_id="tee").title == "B"


def test_a_first_picture_that_is_not_there_gives_way_to_the_next(client, writer, shop, working):  # noqa: F811
    addresses = [f"{shop.url}/nothing.jpg", f"{shop.url}/red.jpg"]
    told = put(client, writer, tee(shop, image_urls=addresses)).json()
    assert (told["state"], told["searchable"]) == ("done", True)
    assert "picture 1" in told["reason"]
    assert Product.objects.get(item_id="tee").image_url == addresses[1]


def test_pictures_that_are_left_out_are_named_though_the_product_is_taken(
    client, writer, shop, working, settings  # noqa: F811
):  # fmt: skip
    settings.PICTURES_PER_PRODUCT = 4
    shop.answers |= {"/cut.jpg": RED[:400], "/text.jpg": b"no picture"}
    paths = ("/red.jpg", "/cut.jpg", "/text.jpg", "/nothing.jpg", "/blue.jpg")
    addresses = [f"{shop.url}{path}" for path in paths]
    told = put(client, writer, tee(shop, image_urls=addresses)).json()
    assert (told["state"], told["searchable"]) == ("done", True)
    reason = client.get(told["change"], headers=writer).json()["reason"]
    assert f"picture 2 ({shop.url}/cut.jpg): " in reason
    assert f"picture 3 ({shop.url}/text.jpg): " in reason
    assert f"picture 4 ({shop.url}/nothing.jpg): HTTP status 404" in reason
    (further,) = Product.objects.get(item_id="tee").more_pictures
    assert further["url"] == addresses[4]


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_who_may_read_may_not_write(client, live, method, settings):
    reader = {"X-API-Key": ApiKey.make("reader")}
    pages = {"X-API-Key": ApiKey.make("pages", origins=["https://shop.example"], writes=True)}
    ask = getattr(client, method)
    for required in (False, True):
        settings.API_KEYS_REQUIRED = required
        assert ask(TEE, {}, content_type=JSON).status_code == 401
        assert ask(TEE, {}, content_type=JSON, headers=reader).status_code == 403
        assert ask(TEE, {}, content_type=JSON, headers=pages).status_code == 403
        assert ask(TEE, {}, content_type=JSON, headers={"X-API-Key": "no"}).status_code == 401
    assert (
        client.post("/api/v1/products/", {}, content_type=JSON, headers=reader).status_code == 403
    )
    assert client.get("/api/v1/changes/1/", headers=reader).status_code == 403


def test_price_stock_and_whether_it_is_hidden_change_at_once(client, writer):
    address = "/api/v1/products/0/"
    change = {"price": 7.5, "currency": "EUR", "in_stock": False}
    response = client.patch(address, change, content_type=JSON, headers=writer)
    assert (response.status_code, response.json()["state"]) == (200, "done")
    product = client.get(address).json()
    assert (product["price"], product["currency"], product["in_stock"]) == ("7.50", "EUR", False)
    client.patch(address, {"hidden": True}, content_type=JSON, headers=writer)
    assert client.get(address).status_code == 404
    assert client.get("/api/v1/products/1/similar/?k=20").content.count(b'"item_id": "0"') == 0
    client.patch(address, {"hidden": False, "price": None}, content_type=JSON, headers=writer)
    assert client.get(address).json()["price"] is None


@pytest.mark.parametrize(
    ("change", "status"), [({}, 400), ({"title": "x"}, 400), ({"hidden": "no"}, 400)]
)
def test_a_change_of_nothing_is_refused(client, writer, change, status):
    response = client.patch("/api/v1/products/0/", change, content_type=JSON, headers=writer)
    assert response.status_code == status
    assert response.json()["error"]


@pytest.mark.of_files  # in a database, the lists of others learn of it with the next build
def test_a_product_that_is_removed_is_in_no_answer(client, writer, shop, working):  # noqa: F811
    put(client, writer, tee(shop))
    address = "/api/v1/products/0/similar/?k=20"
    assert "tee" in client.get(address).content.decode()
    response = client.delete(TEE, headers=writer)
    assert (response.status_code, response.json()["state"]) == (200, "withdrawn")
    assert client.get(TEE).status_code == 404
    assert "tee" not in client.get(address).content.decode()
    assert client.delete(TEE, headers=writer).status_code == 200
    assert put(client, writer, tee(shop)).json()["searchable"]
    assert "tee" in client.get(address).content.decode()


def test_what_waits_yet_can_be_removed_too(client, writer, shop, working):  # noqa: F811
    said = changes.said_of("tee", {"title": "A tee", "image_urls": [f"{shop.url}/red.jpg"]})
    changes.take([said])
    assert client.delete(TEE, headers=writer).status_code == 200
    working.one_round()
    assert not Product.objects.filter(item_id="tee").exists()


def test_writing_is_described_as_in_need_of_a_key(client, db):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    product = paths["/api/v1/products/{item_id}/"]
    for operation in (product["put"], product["patch"], product["delete"]):
        assert operation["security"] == [{"key": []}]
    assert "security" not in product["get"]
    assert set(product["put"]["requestBody"]["content"]) == {JSON, "multipart/form-data"}
    batch = paths["/api/v1/products/"]["post"]["requestBody"]["content"][JSON]["schema"]
    assert batch["properties"]["products"]["maxItems"] == 500


def test_nobody_changes_or_removes_what_there_is_not(client, writer):
    assert client.delete(TEE, headers=writer).status_code == 404
    response = client.patch(TEE, {"price": "1"}, content_type=JSON, headers=writer)
    assert response.status_code == 404


def many(shop, number):
    return {"products": [tee(shop, item_id=f"tee-{place}") for place in range(number)]}


def test_many_are_put_in_at_once(client, writer, shop, working):  # noqa: F811
    ask = {"content_type": JSON, "headers": writer}
    response = client.post("/api/v1/products/", many(shop, 4), **ask)
    assert response.status_code == 200
    assert all(one["searchable"] for one in response.json()["products"])
    assert len(engine().live()) == 10
    response = client.post("/api/v1/products/", many(shop, 500), **ask)
    assert response.status_code == 202
    assert len(response.json()["products"]) == 500


def test_of_501_none_is_taken(client, writer, shop):
    ask = {"content_type": JSON, "headers": writer}
    response = client.post("/api/v1/products/", many(shop, 501), **ask)
    assert response.status_code == 400
    assert "at most 500" in response.json()["error"]
    wrong = many(shop, 3)
    wrong["products"][1]["image_urls"] = []
    response = client.post("/api/v1/products/", wrong, **ask)
    assert (response.status_code, "tee-1 has no picture" in response.json()["error"]) == (400, True)
    wrong = many(shop, 3)
    wrong["products"][2]["image_urls"] = ["http://192.168.0.1/"]
    assert client.post("/api/v1/products/", wrong, **ask).status_code == 400
    twice = {"products": many(shop, 1)["products"] * 2}
    assert client.post("/api/v1/products/", twice, **ask).status_code == 400
    assert not Change.objects.exists()


def test_a_body_that_is_too_large_is_refused(client, writer, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = put(client, writer, {"title": "x" * 1000})
    assert response.status_code == 413


def test_the_command_makes_keys_that_write(capsys, db):
    out = io.StringIO()
    call_command("api_keys", "make", "shop", "--write", stdout=out)
    key = ApiKey.of(out.getvalue().strip())
    assert key is not None
    assert key.writes
    with pytest.raises(CommandError, match="not allowed with argument"):
        call_command("api_keys", "make", "b", "--write", "--origin", "https://shop.example")
    call_command("api_keys", "list", stdout=out)
    assert "for programs, which may write" in out.getvalue()


def test_an_older_answer_of_the_worker_is_not_taken_for_a_new_one(client, writer, shop):
    """What waits is told as waiting, although it was done before."""
    put(client, writer, tee(shop))
    changes.end(Change.objects.get())
    assert put(client, writer, tee(shop, title="Another")).json()["state"] == "waiting"
