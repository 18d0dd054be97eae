"""Why a query has no answer."""

import logging

import pytest

from recommender.search import errors
from recommender.search.errors import LONGEST_SHOWN, EmptyCatalogue, NotReady, SearchError, legible


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (errors.UnknownProduct("7"), 404, "There is no product “7”."),
        (errors.KOutOfRange(99, 50), 400, "k must be a whole number between 1 and 50."),
        (errors.UnknownMetric("dot", ["cosine"]), 400, "metric must be one of cosine, not “dot”."),
        (errors.Busy(), 503, "The site is busy."),
        (errors.TooOften(60, 7), 429, "At most 60 requests a minute."),
        (errors.TooLarge(), 413, "This is too large."),
        (errors.TooSlow(), 408, "did not arrive in time"),
        (errors.BrokenBody(), 400, "could not be understood"),
        (errors.NoLength(), 411, "Content-Length"),
    ],
)
def test_every_error_has_a_status_and_a_sentence_for_whoever_asked(error, status, sentence):
    assert isinstance(error, SearchError)
    assert error.status == status
    assert sentence in str(error)
    assert error.for_owner == str(error)


def test_only_what_may_pass_is_asked_again():
    assert errors.TooOften(60, 7).retry_after == 7
    assert errors.Busy().retry_after > 0
    assert NotReady("x").retry_after > 0
    assert errors.UnknownProduct("7").retry_after == 0


def test_a_visitor_hears_nothing_of_commands_and_the_owner_does(caplog):
    error = NotReady("The index is broken.", ["manage.py a", "manage.py b"])
    assert "manage.py" not in str(error)
    assert error.for_owner == "The index is broken. Run: manage.py a; then: manage.py b"
    assert NotReady("Wait.").for_owner == "Wait."
    with caplog.at_level(logging.WARNING):
        error.log()
        errors.UnknownProduct("7").log()  # a visitor's own slip
    assert caplog.messages == [error.for_owner]


def test_an_empty_shop_is_being_set_up():
    error = EmptyCatalogue()
    assert (error.has_products, NotReady("x").has_products) == (False, True)
    assert "being set up" in str(error)
    assert "manage.py scrape URL" in error.for_owner


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Tee 7", "Tee 7"),
        ("", ""),
        ("Größe シャツ", "Größe シャツ"),
        ("a\nb", r"a\nb"),
        ("\x1b[2J", r"\x1b[2J"),
        ("\ud800", r"\ud800"),
        ("x" * LONGEST_SHOWN, "x" * LONGEST_SHOWN),
        ("x" * 200, "x" * (LONGEST_SHOWN - 1) + "…"),
        ("word " * 40, ("word " * 16).strip() + "…"),
    ],
)
def test_what_others_wrote_is_shown_on_one_line_of_some_length(text, shown):
    assert legible(text) == shown
    assert len(legible(text)) <= LONGEST_SHOWN + 1
