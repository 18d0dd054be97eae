"""English, Russian and Japanese: complete, switchable, and never in the way of programs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from catalog.models import Product

ROOT = Path(__file__).resolve().parents[3]
LOCALES = ROOT / "recommender" / "locale"
TRANSLATED = ("ru", "ja")
PLACEHOLDERS = re.compile(r"%\(\w+\)[sd]|\{\w+\}|NUMBER")
TEMPLATES = [
    path
    for path in sorted((ROOT / "templates").rglob("*.html"))
    if path.name != "admin_index.html"  # the admin's own languages are Django's
]


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


def test_both_languages_know_the_same_sentences():
    assert set(catalogue("ru")) == set(catalogue("ja"))


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
    [("ru", "Похожие товары"), ("ja", "似ている商品"), ("fr", "Looks similar")],
)
def test_a_page_speaks_the_browsers_language(client, live, language, words):
    response = client.get("/products/0/", headers={"Accept-Language": language})
    assert words in html(response)
    told = language if language in TRANSLATED else "en"
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
def test_programs_are_told_in_english(client, live):
    response = client.get("/api/v1/similar/?k=0&liked=0", headers={"Accept-Language": "ru"})
    assert response.json()["error"].startswith("k must be")
    assert "Cookie" not in response.headers.get("Vary", "")


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
        sentence = re.search(r"<h1>.*?</h1>\s*<p>(.*?)</p>", html(response), re.S)[1]
        assert re.search(r"[а-яё]|[ぁ-ヿ一-鿿]", sentence), (address, sentence)


@pytest.mark.django_db
def test_numbers_in_fields_are_as_they_are_read_whatever_the_language(client, live):
    client.cookies["django_language"] = "ru"
    Product.objects.update(price="19.90")
    page = html(client.get("/browse/?price_from=10.50"))
    assert 'name="price_from" value="10.50"' in page
    page = html(client.get("/products/0/?price_from=10.50&colour=0.5"))
    assert 'name="price_from" value="10.50"' in page
    assert 'step="0.1" value="0.5"' in page
    assert "19,90" in page
