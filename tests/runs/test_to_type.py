"""Where the package is installed, commands are told as one has to type them there."""

import io

import pytest
from django.core.management import call_command

from recommender.search.errors import EmptyCatalogue
from runs.to_type import Output, to_type
from web.first_steps import first_steps

TOLD = "The database is not set up. Run: manage.py migrate, or: python manage.py migrate"


def test_in_the_checkout_it_is_manage_py():
    assert to_type(TOLD) == TOLD


@pytest.fixture
def installed(settings):
    settings.COMMAND = "lookalike"


def test_installed_it_is_the_command_and_nothing_else_is_changed(installed):
    assert (
        to_type(TOLD) == "The database is not set up. Run: lookalike migrate, or: lookalike migrate"
    )
    assert to_type("beside their-manage.pyc") == "beside their-manage.pyc"


def test_what_a_command_prints_is_told_so_and_goes_where_it_went(installed):
    stream = io.StringIO()
    Output(stream).write("Run: manage.py tune")
    assert stream.getvalue() == "Run: lookalike tune"
    assert Output(stream).getvalue() == "Run: lookalike tune"


@pytest.mark.django_db(transaction=True)  # the first steps close their connection
def test_the_log_the_first_steps_and_the_page_tell_it_so(installed, client, settings):
    settings.DEBUG = True
    told = "lookalike scrape URL (or: lookalike import_folder DIR)"
    assert f"Run: {told}; then: lookalike build_index" in EmptyCatalogue().for_owner
    assert first_steps().splitlines()[1:] == [f"    {told}", "    lookalike build_index"]
    page = client.get("/").content.decode()
    assert "<code>lookalike build_index</code>" in page
    assert "manage.py" not in page


@pytest.mark.django_db
def test_a_command_tells_it_so(installed, capsys):
    call_command("api_keys", "list")
    assert "To make one: lookalike api_keys make NAME" in capsys.readouterr().out
