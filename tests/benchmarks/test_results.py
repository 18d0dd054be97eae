"""A run's results are kept, read again, and compared with another's beyond the noise."""

import json
from dataclasses import replace

import pytest

from benchmarks.figures import Figure, Peer, Spread
from benchmarks.results import ROOT, Results, ResultsError, compare


def results(*figures, **more):
    machine = {"processor": "one", "architecture": "x86_64", "cores": 2, "memory_gb": 8.0}
    made = Results(
        "2026-11-28T03:00:00+00:00", "0123456789", False, machine, {"python": "3.11.7"},
        [0.1, 0.1, 0.1], list(figures),
    )  # fmt: skip
    return replace(made, **more)


def figure(values, unit="ms", peer=None, name="a query"):
    peers = (Peer.of("a read", values, peer),) if peer else ()
    return Figure("live_query", name, unit, Spread.of(values), peers)


def moved(a, b):
    """The lines on what is beyond the noise."""
    return [line.strip() for line in compare(results(a), results(b)) if line.startswith("  ")]


def test_a_run_says_where_and_of_what_it_was_made(tmp_path):
    began = Results.begin()
    assert began.machine["cores"] >= 1
    assert began.versions["numpy"]
    assert (len(began.commit) in (0, 40), len(began.load)) == (True, 3)


def test_what_is_written_is_read_again(tmp_path):
    made = results(figure([1, 2, 3], peer=[2, 2, 2]), failed=["map"])
    path = made.write(tmp_path / "results")
    assert path.name == "20261128T030000-0123456.json"
    assert Results.read(path) == made


def test_a_run_without_git_is_kept_as_well(tmp_path):
    assert results(commit="").write(tmp_path).name == "20261128T030000-unknown.json"


@pytest.mark.parametrize("text", ["", "[]", '{"figures": []}', '{"figures": [{"name": "x"}]}'])
def test_another_file_is_refused_by_name(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(ResultsError, match=r"other\.json holds no results of"):
        Results.read(path)
    with pytest.raises(ResultsError):
        Results.read(tmp_path / "nowhere.json")


def test_two_runs_of_the_same_differ_by_noise_alone():
    assert moved(figure([10, 11, 12, 13]), figure([11, 12, 13, 14])) == []


def test_repeated_measurements_move_when_their_middle_halves_lie_apart():
    assert moved(figure([10, 10, 11, 11]), figure([15, 15, 16, 16])) == [
        "live_query, a query: 10.5 → 15.5 ms (+48%), worse"
    ]


def test_a_small_change_is_noise_however_steady_both_were():
    assert moved(figure([100] * 9), figure([102] * 9)) == []
    assert moved(figure([100] * 9), figure([104] * 9)) != []


@pytest.mark.parametrize(("other", "count"), [([109.0], 0), ([111.0], 1), ([89.0, 89.0], 1)])
def test_what_was_measured_once_must_differ_by_a_tenth(other, count):
    assert len(moved(figure([100.0]), figure(other))) == count


def test_a_machine_that_is_slower_in_all_moves_nothing_that_has_a_peer():
    slow = figure([20, 22, 24], peer=[40, 44, 48])
    assert moved(figure([10, 11, 12], peer=[20, 22, 24]), slow) == []
    assert moved(figure([10, 11, 12], peer=[20, 22, 24]), figure([5, 5, 5], peer=[20, 22, 24])) == [
        "live_query, a query: 0.500 → 0.227 × a read (-55%), better"
    ]


def test_more_is_better_of_what_is_counted_a_second_and_of_shares():
    faster = moved(figure([10.0], "pictures a second"), figure([20.0], "pictures a second"))
    assert faster == ["live_query, a query: 10 → 20 pictures a second (+100%), better"]
    (worse,) = moved(figure([0.9], "share"), figure([0.8], "share"))
    assert worse.endswith("worse")


def test_what_is_counted_moves_with_any_difference():
    assert moved(figure([0.0], "lists"), figure([1.0], "lists")) == [
        "live_query, a query: 0 → 1 lists, worse"
    ]
    assert moved(figure([0.0], "lists"), figure([0.0], "lists")) == []


def test_what_only_one_run_has_and_another_machine_are_said():
    a = results(figure([1.0], name="gone"))
    b = results(figure([1.0], name="new"), machine=a.machine | {"cores": 4})
    lines = list(compare(a, b))
    assert lines[0] == "A: 2026-11-28T03:00, 0123456, 2 cores, Python 3.11.7, load 0.1"
    assert lines[2:] == [
        "The machines differ: trust the ratios alone.",
        "Beyond the noise: 0 of 0 figures",
        "only in A: live_query, gone",
        "only in B: live_query, new",
    ]


def test_results_are_not_committed():
    assert "/benchmarks/results/" in (ROOT / ".gitignore").read_text().splitlines()


def test_a_file_of_results_holds_plain_json(tmp_path):
    kept = json.loads(results(figure([1.0, 3.0])).write(tmp_path).read_text())
    assert kept["figures"][0]["value"] == {"median": 2.0, "low": 1.5, "high": 2.5, "repeats": 2}
