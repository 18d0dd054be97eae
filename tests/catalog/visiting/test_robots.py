import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.visiting.robots import LONGEST_LINE, MAX_BYTES, decoded, parse_robots

RULES = "User-agent: *\nDisallow: /private\nCrawl-delay: 3\n"
AT_HOME = "https://shop.example/"


def forbids(rules, path="private/a"):
    return not rules.can_fetch(AT_HOME + path, "Lookalike/1.0")


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "ascii"],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_rules_are_understood_in_whatever_they_are_written(encoding, ending):
    rules = parse_robots(RULES.replace("\n", ending).encode(encoding))
    assert forbids(rules)
    assert not forbids(rules, "shirts/a")
    assert rules.crawl_delay("Lookalike/1.0") == 3


@pytest.mark.parametrize("mark", [b"\xfe\xff", b"\x00\x00\xfe\xff"])
def test_big_endian_marks_are_understood_too(mark):
    encoding = "utf-16-be" if len(mark) == 2 else "utf-32-be"
    assert forbids(parse_robots(mark + RULES.encode(encoding)))


def test_bytes_that_are_no_text_spoil_their_own_line_only():
    body = b"# caf\xe9 \xff\xfe\x00\n" + RULES.encode() + b"Disallow: /\xff\n"
    assert forbids(parse_robots(body))
    assert not forbids(parse_robots(b"\xff\x00\xff<html>\x00 not rules at all \xfe"))


def test_what_stands_behind_the_limit_is_not_read():
    filler = b"# x\n" * (MAX_BYTES // 4)
    assert not forbids(parse_robots(b"User-agent: *\n" + filler + b"Disallow: /private\n"))
    assert forbids(parse_robots(RULES.encode() + filler * 16))


def test_rules_made_to_take_for_ever_are_read_in_time():
    rule = "Disallow: /" + "*a" * 500 + "*b$\n"
    rules = RULES + rule * (MAX_BYTES // len(rule))
    began = time.monotonic()
    assert forbids(parse_robots(rules.encode()))
    assert not forbids(parse_robots(rules.encode()), "a" * 1500)
    assert time.monotonic() - began < 5


def test_a_rule_too_long_forbids_more_and_allows_no_more():
    long = "x" * LONGEST_LINE
    assert forbids(parse_robots(f"User-agent: *\nDisallow: /{long}y".encode()), f"{long}y")
    assert forbids(parse_robots(f"{RULES}Allow: /private/{long}".encode()), f"private/{long}")


@pytest.mark.parametrize("path", ["caf%E9/a", "caf%C3%A9/a", "café/a"])
def test_a_line_that_is_no_utf_8_forbids_every_path_that_it_can_mean(path):
    assert forbids(parse_robots("User-agent: *\nDisallow: /café/\n".encode("latin-1")), path)


@pytest.mark.parametrize(
    "start", [b"\0", b"# caf\xe9\n\xef\xbb\xbf", b"\xef\xbb\xbf" * 2, "# 店\n".encode("utf-16-le")]
)
def test_what_stands_before_the_rules_does_not_hide_them(start):
    assert forbids(parse_robots(start + RULES.encode()))


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fail(body):
    assert forbids(parse_robots(body)) in (True, False)


def test_an_empty_file_forbids_nothing():
    assert decoded(b"") == ""
    assert not forbids(parse_robots(b""))
