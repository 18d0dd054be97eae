"""English and four other languages: complete, switchable, and never in the way of programs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.test import Client
from django.utils.translation import get_language

from catalog.models import Product
from config.settings import LANGUAGES

ROOT = Path(__file__).resolve().parents[3]
LOCALES = ROOT / "recommender" / "locale"
TRANSLATED = ("de", "es", "ja", "ru")
PLACEHOLDERS = re.compile(r"%\(\w+\)[sd]|\{\w+\}|NUMBER")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def catalogue(language, root=LOCALES):
    with (root / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return {message.id: message for message in read_po(file) if message.id}


def forms(string):
    return (string,) if isinstance(string, str) else tuple(string)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_sentence_is_translated_with_all_that_it_tells(language):
    for key, message in catalogue(language).items():
        assert not message.fuzzy, key
        wanted = set(PLACEHOLDERS.findall(forms(key)[-1]))
        for form in forms(message.string):
            assert form, key
            assert set(PLACEHOLDERS.findall(form)) == wanted, key


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_is_compiled_is_what_is_written(language):
    with (LOCALES / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = {forms(message.id): forms(message.string) for message in read_mo(file)}
    del compiled[("",)]
    written = {forms(key): forms(message.string) for key, message in catalogue(language).items()}
    assert compiled == written, "make messages"


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="gettext is not installed")
def test_every_sentence_of_pages_and_code_is_known_to_translators(tmp_path):
    for room in ("catalog", "recommender", "web", "templates"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.rmtree(tmp_path / "recommender" / "locale")
    (tmp_path / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "--locale=ja", "--no-location"]
    alone = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=tmp_path, env=alone, check=True, capture_output=True)
    found = set(catalogue("ja", tmp_path / "locale"))
    assert found == set(catalogue("ja")), "make messages"


@pytest.mark.parametrize("language", TRANSLATED)
def test_all_languages_know_the_same_sentences(language):
    assert set(catalogue(language)) == set(catalogue("ja"))


def test_each_language_that_is_offered_has_its_sentences():
    assert {code for code, _ in LANGUAGES} == {"en", *TRANSLATED}
    assert {path.name for path in LOCALES.iterdir()} == set(TRANSLATED)


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_widget_says_its_words_as_the_pages_do(language):
    widget = (ROOT / "static" / "js" / "widget.js").read_text()
    words = re.search(rf'\b{language}: \["(.*?)", "(.*?)"\]', widget).groups()
    sentences = catalogue(language)
    assert words == tuple(sentences[key].string for key in ("Looks similar", "Sold out"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_that_is_not_translated(path):
    text = re.sub(
        r"\{% blocktranslate.*?\{% endblocktranslate %\}", "", path.read_text(), flags=re.S
    )
    text = re.sub(r"\{% block boost %\}.*?\{% endblock %\}", "", text)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<(script|style|svg|code).*?</\1>", "", text, flags=re.S)
    told = re.findall(r'(?:alt|title|aria-label|placeholder)="([^"]*)"', text)
    words = re.findall(r"[A-Za-z]{2,}", " ".join([re.sub(r"<[^>]*>", "", text), *told]))
    assert set(words) <= {"Lookalike", "https", "MB", "GB"}


# Pages --------------------------------------------------------------------------------------------


def html(response) -> str:
    return response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", "Похожие товары"),
        ("ja", "似ている商品"),
        ("de-AT", "Ähnliche Artikel"),
        ("es-MX", "Productos similares"),
        ("fr", "Looks similar"),
    ],
)
def test_a_page_speaks_the_browsers_language(client, live, language, words):
    response = client.get("/products/0/", headers={"Accept-Language": language})
    assert words in html(response)
    told = language[:2] if language[:2] in TRANSLATED else "en"
    assert f'<html lang="{told}">' in html(response)
    assert response["Content-Language"] == told
    assert {"Accept-Language", "Cookie"} <= set(response["Vary"].split(", "))


@pytest.mark.django_db
def test_a_kept_page_is_kept_for_its_language(client, live):
    english = client.get("/products/0/")
    again = client.get(
        "/products/0/", headers={"Accept-Language": "ja", "If-None-Match": english["ETag"]}
    )
    assert again.status_code == 200
    assert "似ている商品" in html(again)
    assert client.get("/products/0/", headers={"If-None-Match": english["ETag"]}).status_code == 304


@pytest.mark.django_db
def test_the_visitors_choice_counts_before_the_browsers(client, live):
    response = client.post("/language/", {"language": "ja", "next": "/browse/?q=x"})
    assert response["Location"] == "/browse/?q=x"
    page = client.get("/browse/", headers={"Accept-Language": "ru"})
    assert '<html lang="ja">' in html(page)


@pytest.mark.django_db
@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_the_choice_leads_nowhere_else(client, live, elsewhere):
    response = client.post("/language/", {"language": "ru", "next": elsewhere})
    assert "evil" not in response.headers.get("Location", "")
    assert "javascript" not in response.headers.get("Location", "")


@pytest.mark.django_db
def test_without_an_address_the_choice_leads_back_to_where_one_came_from(client, live):
    came_from = {"Referer": "http://testserver/products/0/?k=7"}
    response = client.post("/language/", {"language": "ru"}, headers=came_from)
    assert (response.status_code, response["Location"]) == (302, came_from["Referer"])
    elsewhere = {"Referer": "https://evil.example/"}
    assert client.post("/language/", {"language": "ru"}, headers=elsewhere)["Location"] == "/"


@pytest.mark.django_db
def test_the_choice_is_kept_for_a_year_where_no_script_reads_it(client, live, settings):
    settings.LANGUAGE_COOKIE_SECURE, settings.LANGUAGE_COOKIE_PATH = True, "/look"
    client = Client(enforce_csrf_checks=True)
    cookie = client.post("/language/", {"language": "ja"}).cookies["django_language"]
    assert (cookie.value, cookie["max-age"], cookie["path"]) == ("ja", 31_536_000, "/look")
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")


@pytest.mark.django_db
@pytest.mark.parametrize("chosen", ["xx", "fr", "../ru", "ru" * 500, "<b>"])
def test_a_language_that_there_is_not_changes_nothing(client, live, chosen):
    assert client.post("/language/", {"language": chosen, "next": "/"}).status_code == 302
    assert '<html lang="en">' in html(client.get("/products/0/"))
    client.cookies["django_language"] = chosen
    response = client.get("/products/0/", headers={"Accept-Language": "ja"})
    assert (response.status_code, response["Content-Language"]) == (200, "ja")


@pytest.mark.django_db
def test_a_link_to_the_choice_changes_nothing(client, live):
    assert not client.get("/language/").cookies


@pytest.mark.django_db
def test_the_language_of_one_visitor_is_not_that_of_the_next(client, live):
    client.get("/products/0/", headers={"Accept-Language": "ja"})
    assert get_language() == "en"


@pytest.mark.django_db
def test_programs_are_told_in_english(client, live):
    response = client.get("/api/v1/similar/?k=0&liked=0", headers={"Accept-Language": "ru"})
    assert response.json()["error"].startswith("k must be")
    assert "Cookie" not in response.headers.get("Vary", "")


def refusal(response) -> str:
    return re.search(r"<h1>.*?</h1>\s*<p>(.*?)</p>", html(response), re.S)[1]


@pytest.mark.django_db
@pytest.mark.parametrize("language", TRANSLATED)
def test_refusals_are_told_in_the_visitors_language(client, live, language):
    client.cookies["django_language"] = language
    for address, status in (
        ("/products/nobody/", 404),
        ("/products/0/?metric=hamming", 400),
        ("/products/0/?k=0", 400),
        ("/products/0/?crop=x", 400),
        ("/browse/?sort=x", 400),
        ("/browse/?price_from=x", 400),
        ("/browse/?q=a+b+c+d+e+f+g+h+i", 400),
        ("/why/0/", 400),
        ("/nowhere", 404),
    ):
        response = client.get(address)
        assert response.status_code == status
        sentence = refusal(response)
        assert sentence != refusal(Client().get(address)), sentence


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["de", "es", "ru"])
def test_numbers_in_fields_are_as_they_are_read_whatever_the_language(client, live, language):
    client.cookies["django_language"] = language
    Product.objects.update(price="19.90")
    page = html(client.get("/browse/?price_from=10.50"))
    assert 'name="price_from" value="10.50"' in page
    page = html(client.get("/products/0/?price_from=10.50&colour=0.5"))
    assert 'name="price_from" value="10.50"' in page
    assert 'step="0.1" value="0.5"' in page
    assert "19,90" in page
