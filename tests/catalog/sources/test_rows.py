"""The rows of a table of text."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.records import SourceError, Unreadable
from catalog.sources.rows import bytes_out_of_place, delimiter_of, read_rows, text_lines


def read(text):
    """(rows, what was told of the others), under a header that has `id`."""
    found = list(
        read_rows(iter(text.splitlines(keepends=True)), "t.csv", lambda h: "id" in h, "has no id")
    )
    told = [one for one in found if isinstance(one, Unreadable)]
    return [one for one in found if not isinstance(one, Unreadable)], told


def cells(text):
    return [list(row.values()) for _, row in read(text)[0]]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("id,name\n1,Tee\n2,Coat\n", [["1", "Tee"], ["2", "Coat"]]),
        ("id;name\r\n1;Tee, blue\r\n", [["1", "Tee, blue"]]),
        ("id\tname\n1\tTee", [["1", "Tee"]]),
        ("id|name\n1|Tee\n", [["1", "Tee"]]),
        ("sep=;\nid;name,x\n1;a,b\n", [["1", "a,b"]]),
        ('id,name\n1,"Tee, ""blue"""\n', [["1", 'Tee, "blue"']]),
        ('id,name\n1,"two\nlines"\n', [["1", "two\nlines"]]),
        ("ID, Name \n1,Tee\n", [["1", "Tee"]]),
        ("id,name\n\n,\n1,Tee\n", [["1", "Tee"]]),  # empty rows are none
        ("id,name\n1,Tee,,\n", [["1", "Tee"]]),  # empty cells behind the last
        ("id,name\n1\n", [["1"]]),
        ("id\n1\n2\n", [["1"], ["2"]]),
        ("id,名前\n1,シャツ\n", [["1", "シャツ"]]),
        ("id,name\n", []),
    ],
)
def test_csv_of_all_kinds_is_read(text, rows):
    assert cells(text) == rows


def test_what_excel_is_told_to_keep_as_text_is_that_text():
    assert cells('id,title\n="00123","=""0,7"""\n') == [["00123", "0,7"]]


def test_a_row_knows_its_line_and_its_columns():
    rows, told = read('id,name\n1,"two\nlines"\n2,Coat\n')
    assert rows == [(3, {"id": "1", "name": "two\nlines"}), (4, {"id": "2", "name": "Coat"})]
    assert told == []


def test_of_a_column_that_is_there_twice_the_first_that_says_something_counts():
    assert cells("id,name,name\n1,,Tee\n2,A,B\n") == [["1", "Tee"], ["2", "A"]]


@pytest.mark.parametrize(
    "bad",
    [
        '2,"Coat\n',  # nothing closes it
        '2,12" ruler\n',
        '2,"Coat" warm\n',
    ],
)
def test_a_stray_quotation_mark_costs_no_other_row(bad):
    text = f"id,name\n1,Tee\n{bad}3,Hat\n4,Sock\n"
    assert [row[0] for row in cells(text)] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2,Coat,5,6\n", "line 3 cannot be read: it has 4 cells, the header 2"),
        (
            "2",
            "line 3 cannot be read: the file ends in the middle of it; it has 1 cells, the header 2",
        ),
    ],
)
def test_a_row_that_is_not_whole_is_told_and_may_hide_a_product(row, why):
    rows, (told,) = read(f"id,name\n1,Tee\n{row}")
    assert [line for line, _ in rows] == [2]
    assert (told.reason, told.hides, told.left_out) == (why, True, False)


def test_what_stands_above_the_header_is_told():
    rows, told = read("Our catalogue\nas of today\nid,name\n1,Tee\n")
    assert [line for line, _ in rows] == [4]
    assert [one.reason for one in told] == [
        "line 1 stands above the header and was passed over: 'Our catalogue'",
        "line 2 stands above the header and was passed over: 'as of today'",
    ]
    (one,) = read("note\n" * 9 + "id,name\n1,Tee\n")[1]
    assert one.reason == "lines 1 to 9 stand above the header and were passed over"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", r"^t\.csv: it is empty\.$"),
        ("\n \n;;\n", r"^t\.csv: it is empty\.$"),
        ("\nname,price\n1,2\n", r"^t\.csv: line 2, 'name,price', has no id\.$"),
        ("x\n" * 100 + "id,name\n", "line 1, 'x'"),  # so far down is no header
    ],
)
def test_a_table_without_a_header_is_refused_in_a_sentence(text, sentence):
    with pytest.raises(SourceError, match=sentence):
        read(text)


@pytest.mark.parametrize(
    ("header", "mark"), [("a,b;c;d", ";"), ("a\tb", "\t"), ("a|b", "|"), ("a", ",")]
)
def test_the_separator_is_what_the_header_has_most_of(header, mark):
    assert delimiter_of(header) == mark


CELL = st.text(
    st.characters(
        codec="utf-8", exclude_characters="\r\n\0", exclude_categories=["Cs", "Cc", "Zl", "Zp"]
    )
)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=8), st.sampled_from(",;\t|"))
def test_what_a_program_wrote_comes_back(rows, delimiter):
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(
        [["id", "b", "c"], *rows]
    )
    expected = [row for row in rows if any(cell.strip() for cell in row)]
    assert cells(written.getvalue()) == expected


@given(st.text(alphabet='id,;"\n\r\t 1x', max_size=60))
def test_any_text_is_rows_or_our_error(text):
    lines = text_lines(text.encode(), "utf-8")
    try:
        found = list(read_rows(lines, "t.csv", lambda header: True, "has no header"))
    except SourceError:
        return
    numbers = [one[0] for one in found if not isinstance(one, Unreadable)]
    assert numbers == sorted(set(numbers))


def test_lines_end_at_line_breaks_only_and_the_mark_before_them_is_taken_off():
    body = "\ufeffid\u2028x\x0b\x1c,b\n\ufeff2\r\n".encode()
    assert list(text_lines(body, "utf-8")) == ["id\u2028x\x0b\x1c,b\n", "\ufeff2\r\n"]
    assert list(text_lines(b"\xff", "utf-8")) == ["\ufffd"]
    assert list(text_lines(b"", "utf-8")) == []


def test_the_first_byte_out_of_place_is_told_with_its_line():
    (told,) = bytes_out_of_place(b"id\n1\n\xff2\n\xff", "utf-8")
    assert (told.reason, told.left_out) == ("line 3: a byte that is no utf-8", True)
    assert list(bytes_out_of_place("é".encode(), "utf-8")) == []
