"""What a benchmark prints of a figure, and what is kept of it."""

import json

import pytest

from benchmarks.figures import BENCHMARK, KEEP_AT, Figure, Peer, Spread, figure, written


def test_a_figure_is_printed_with_its_middle_half_and_its_peers(capsys):
    figure("a query", [1, 2, 3, 4, 9], "ms", {"one read": [2, 4, 6, 8, 18], "a list": 30})
    line = "a query: 3 ms (2 to 4); 0.500 × one read, 6 ms; 0.100 × a list, 30 ms\n"
    assert capsys.readouterr().out == line


def test_what_is_measured_once_has_no_span(capsys):
    figure("the file", 201.7, "MB")
    assert capsys.readouterr().out == "the file: 202 MB\n"


def test_a_run_that_asks_for_figures_gets_each_as_a_line_of_json(monkeypatch, tmp_path):
    kept = tmp_path / "kept.jsonl"
    monkeypatch.setenv(KEEP_AT, str(kept))
    monkeypatch.setenv(BENCHMARK, "embed")
    figure("VGG-16", [10, 20], "pictures a second", {"Keras": [5, 5]})
    figure("EfficientNet", 70, "pictures a second")
    one, other = (Figure.read(json.loads(line)) for line in kept.read_text().splitlines())
    assert one == Figure(
        "embed", "VGG-16", "pictures a second", Spread(15, 12.5, 17.5, 2),
        (Peer("Keras", Spread(5, 5, 5, 2), Spread(3, 2.5, 3.5, 2)),),
    )  # fmt: skip
    assert (other.name, other.peers) == ("EfficientNet", ())


def test_a_ratio_is_of_pairs_that_took_turns_whatever_the_machine_did_meanwhile():
    slowed = Peer.of("a read", [2, 20, 2], [1, 10, 1])
    assert slowed.ratio == Spread(2, 2, 2, 3)


def test_a_ratio_of_unlike_many_is_as_unsure_as_both():
    ratio = Peer.of("a read", [8, 8, 8], [1, 2, 3, 4, 5]).ratio
    assert ratio == Spread(8 / 3, 2, 4, 3)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.025, "ms", "0.0250 ms"),
        (2.104, "ms", "2.10 ms"),
        (14.28, "pictures a second", "14.3 pictures a second"),
        (4244.4, "answers a second", "4,244 answers a second"),
        (0.8042, "share", ".804"),
        (1.0, "share", "1.000"),
        (0.0, "lists", "0 lists"),
        (-0.5, "MB", "-0.500 MB"),
    ],
)
def test_a_value_has_three_digits_and_its_unit(value, unit, text):
    assert written(value, unit) == text
