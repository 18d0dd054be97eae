"""What browsers and the site itself keep of an answer, and when it is another one."""

import pytest
from django.utils.http import http_date

from catalog.models import Product
from web.middleware import answer_cache, program_version
from web.middleware.bounded_cache import OVERHEAD, Shelf

SIMILAR = "/api/v1/products/0/similar/"
# An answer that is closed takes its connection along, and on PostgreSQL a test's transaction as well.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def addresses(live):
    """One of each kind that has an ETag."""
    picture = Product.objects.get(item_id="0").thumbnail_url
    return [SIMILAR, "/products/0/", "/widget.js", "/static/css/lookalike.css", picture]


def weak(tag):
    return f"W/{tag.removeprefix('W/')}"


SENT = {
    "as it came": lambda tag: tag,
    "made weak, as nginx does": weak,
    "with Apache's suffix": lambda tag: f'{tag[:-1]}-gzip"',
    "weak, with another suffix": lambda tag: weak(f'{tag[:-1]}--gzip"'),
    "with the suffix for Brotli": lambda tag: f'{tag[:-1]}-br"',
    "with two dashes": lambda tag: f'{tag[:-1]}--br"',
    "with a plus": lambda tag: f'{tag[:-1]}+gzip"',
    "shortened": lambda tag: f'{tag[:-1]}-df"',
    "among others": lambda tag: f'"other", {weak(tag)}, "third"',
    "any": lambda tag: "*",
}


@pytest.mark.parametrize("sent", SENT)
def test_whoever_has_an_answer_is_told_so_however_the_tag_comes_back(client, addresses, sent):
    for address in addresses:
        first = client.get(address)
        first.close()
        again = client.get(address, headers={"If-None-Match": SENT[sent](first["ETag"])})
        assert (again.status_code, b"".join(again)) == (304, b""), address
        assert again["ETag"] == first["ETag"]
        assert "Content-Length" not in again


@pytest.mark.parametrize("tag", ['"other"', 'W/"other"', '"other-gzip"', "", "no tag"])
def test_whoever_has_another_answer_gets_this_one(client, addresses, tag):
    for address in addresses:
        answer = client.get(address, headers={"If-None-Match": tag})
        assert answer.status_code == 200, address
        answer.close()


def test_the_tag_counts_and_not_the_date_beside_it(client, addresses):
    later = http_date(4_000_000_000)
    for address in addresses:
        told = {"If-None-Match": '"other"', "If-Modified-Since": later}
        answer = client.get(address, headers=told)
        assert answer.status_code == 200, address
        answer.close()


def test_the_head_of_an_answer_has_its_tag_too(client, addresses):
    for address in addresses:
        head = client.head(address)
        assert head.status_code == 200
        assert client.head(address, headers={"If-None-Match": head["ETag"]}).status_code == 304


def test_what_is_not_there_is_not_unchanged(client, live):
    for address in ("/products/nobody/", "/api/v1/products/nobody/similar/", "/nowhere"):
        assert client.get(address, headers={"If-None-Match": "*"}).status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [("ALLOW_PICTURE_URLS", False), ("API_KEYS_REQUIRED", True), ("TIME_ZONE", "Asia/Tokyo")],
)
def test_a_changed_setting_changes_the_tag(client, live, settings, name, value):
    before = client.get("/products/0/")["ETag"]
    setattr(settings, name, value)
    assert client.get("/products/0/", headers={"If-None-Match": before}).status_code == 200


def test_another_program_changes_the_tag(client, live, settings, tmp_path):
    before = client.get("/products/0/")["ETag"]
    settings.TEMPLATES = [
        {**engine, "DIRS": [*engine["DIRS"], tmp_path]} for engine in settings.TEMPLATES
    ]
    (tmp_path / "new.html").write_text("<p>new</p>")
    program_version._files.cache_clear()
    program_version.version.cache_clear()
    with_the_new = client.get("/products/0/")["ETag"]
    (tmp_path / "new.html").write_text("<p>newer</p>")
    program_version._files.cache_clear()
    program_version.version.cache_clear()
    assert len({before, with_the_new, client.get("/products/0/")["ETag"]}) == 3
    program_version._files.cache_clear()


def test_the_version_is_the_same_in_each_worker_and_tells_no_secret(settings):
    first = program_version.version()
    program_version._files.cache_clear()
    program_version.version.cache_clear()
    assert program_version.version() == first
    settings.SECRET_KEY = "another"
    assert program_version.version() != first


# The shelf ---------------------------------------------------------------------------------------


def test_the_shelf_never_holds_more_than_its_bytes():
    shelf = Shelf(10 * (100 + OVERHEAD))
    for number in range(50):
        shelf.put(str(number), (b"x" * 100, "text/html"))
        assert shelf.bytes <= shelf.max_bytes
    assert len(shelf) == 10
    assert (shelf.get("39"), shelf.get("40")) == (None, (b"x" * 100, "text/html"))


def test_what_was_asked_for_last_stays_longest():
    shelf = Shelf(2 * (1 + OVERHEAD))
    shelf.put("a", (b"a", "t"))
    shelf.put("b", (b"b", "t"))
    shelf.get("a")
    shelf.put("c", (b"c", "t"))
    assert [shelf.get(key) is not None for key in "abc"] == [True, False, True]


def test_an_answer_put_twice_counts_once_and_one_too_large_is_let_go():
    shelf = Shelf(1000)
    for size in (10, 20):
        shelf.put("a", (b"x" * size, "t"))
    assert shelf.bytes == 20 + OVERHEAD
    shelf.put("b", (b"x" * 2000, "t"))
    assert (shelf.get("b"), shelf.bytes) == (None, 0)


def test_kept_answers_are_bounded_in_bytes(client, live, monkeypatch):
    monkeypatch.setattr(answer_cache.answers, "max_bytes", 6000)
    for k in range(1, 7):
        client.get(f"{SIMILAR}?k={k}")
    assert 0 < answer_cache.answers.bytes <= 6000
