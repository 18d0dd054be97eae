"""What is kept of how a command was called: what says something, by one name."""

from pathlib import Path

import pytest
from django.core.management import load_command_class

from runs.asked import as_typed


def kept(app, command, *typed):
    parser = load_command_class(app, command).create_parser("manage.py", command)
    return as_typed(parser, vars(parser.parse_args(list(typed))))


def test_defaults_are_not_told():
    assert kept("catalog", "scrape", "https://shop.example/") == "https://shop.example/"
    assert kept("recommender", "build_index") == ""


def test_what_was_chosen_is_told_as_it_is_typed():
    typed = ["https://shop.example/", "--limit", "20", "--dry-run", "--column", "price=Preis neu"]
    assert kept("catalog", "scrape", *typed) == (
        "https://shop.example/ --limit 20 --dry-run --column 'price=Preis neu'"
    )
    told = kept("recommender", "refresh", "https://a.example/", "https://b.example/")
    assert told == "https://a.example/ https://b.example/"


@pytest.mark.parametrize(
    "address",
    ["https://shop.example", "HTTPS://Shop.Example/", "https://me:secret@shop.example/#top"],
)
def test_a_shop_has_one_name_and_no_password(address):
    assert kept("catalog", "scrape", address) == "https://shop.example/"
    assert kept("recommender", "refresh", address) == "https://shop.example/"


def test_a_folder_has_one_name(tmp_path, monkeypatch):
    (tmp_path / "pics").mkdir()
    monkeypatch.chdir(tmp_path)
    ways = ("pics", "./pics/", str(tmp_path / "pics"), "../" + tmp_path.name + "/pics")
    assert {kept("catalog", "import_folder", way) for way in ways} == {str(tmp_path / "pics")}
    assert {kept("catalog", "scrape", way) for way in ways} == {str(tmp_path / "pics")}
    told = kept("catalog", "import_folder", "pics", "--shop", "pics")
    assert told == f"{tmp_path / 'pics'} --shop pics"  # a shop's name is no path


def test_a_file_that_an_option_names_has_one_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table = Path("items.csv")
    assert kept("catalog", "import_folder", "there", "--csv", str(table)).endswith(
        f"--csv {tmp_path / 'items.csv'}"
    )
