"""The rows of a table of text: CSV as all kinds of programs write it.

A quotation mark that nothing closes would take the rest of the file into one cell. So a row that
does not end where a row should is read again as one line, in which such a mark is a character like
any other; where that does not give a whole row, its line is named, and the rows behind it go on.
"""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterator
from io import BytesIO, TextIOWrapper

from catalog.reading.encodings import first_misfit
from catalog.reading.money import money
from catalog.records import SourceError, Unreadable

LONGEST_LINE = 1_000_000
# Lines in which the header is looked for.
MAX_BEFORE = 50
# Of the lines above it so many are told one by one.
MAX_TOLD = 3
_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE | re.DOTALL)
# Excel's way of keeping an id's zeroes: ="00123".
_EXCEL_TEXT = re.compile(r'^="([^"]*)"$')
Row = tuple[int, dict[str, str]]


def text_lines(body: bytes, encoding: str) -> Iterator[str]:
    """A body's lines as text, up to a length each. Nothing but a line break ends one."""
    text = TextIOWrapper(BytesIO(body), encoding, errors="replace", newline="")
    is_first = True
    while line := text.readline(LONGEST_LINE):
        yield line.lstrip("\ufeff") if is_first else line
        is_first = False


def bytes_out_of_place(body: bytes, encoding: str) -> Iterator[Unreadable]:
    """Where the first byte stands that means nothing in the body's encoding, to be told."""
    misfit = first_misfit(body, encoding)
    if misfit is not None:
        line = body.count(b"\n", 0, misfit) + 1
        note = f"line {line}: a byte that is no {encoding}"
        yield Unreadable("mended", note, left_out=True)


def read_rows(
    lines: Iterator[str], name: str, is_header: Callable[[list[str]], bool], lacks: str
) -> Iterator[Row | Unreadable]:
    """Each row below the header, as its line and its cells by the header's names in small letters.

    The header is the first line that `is_header`; what stands above it is passed over, and told.
    Without one, SourceError says that the first line `lacks` something. A line `sep=;` tells the
    separator; else it is what the header has most of.
    """
    source = _Lines(lines)
    header, delimiter, above = _header(source, is_header)
    if not header:
        where, line = above[0] if above else (1, "")
        note = f"line {where}, {line.strip()[:60]!r}, {lacks}" if above else "it is empty"
        raise SourceError(f"{name}: {note}.")
    if len(above) > MAX_TOLD:
        note = f"lines {above[0][0]} to {above[-1][0]} stand above the header and were passed over"
        yield Unreadable("above", note, left_out=True)
        above = []
    for where, line in above:
        note = f"line {where} stands above the header and was passed over: {line.strip()[:60]!r}"
        yield Unreadable("above", note, left_out=True)
    yield from _Table(source, header, delimiter).rows()


def delimiter_of(header: str) -> str:
    """Comma, semicolon, tab or bar: what the header has most of."""
    return max(",;\t|", key=header.count)


class _Lines:
    """Lines that are counted, and may be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._back: deque[str] = deque()
        self.number = 0
        self.taken: list[str] = []  # since `begin`

    def begin(self) -> None:
        self.taken = []

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines)
        self.number += 1
        self.taken.append(line)
        return line

    def give_back_but_first(self) -> None:
        self.number -= len(self.taken) - 1
        self._back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def _header(
    source: _Lines, is_header: Callable[[list[str]], bool]
) -> tuple[list[str], str, list[tuple[int, str]]]:
    """(cells, what separates them, the lines above); no cells where there is no header."""
    declared, above = "", list[tuple[int, str]]()
    for _ in range(MAX_BEFORE):
        source.begin()
        line = next(source, "")
        separator = _SEPARATOR.fullmatch(line)
        if separator and not above:
            declared = separator[1]
        elif line.strip(" ,;\t|\r\n"):
            number = source.number
            for delimiter in filter(None, (declared, delimiter_of(line))):  # a hint may be wrong
                cells = _header_cells(source, line, delimiter)
                if is_header(cells) and (len(cells) > 1 or delimiter != declared):
                    return cells, delimiter, above
                source.give_back_but_first()
            above.append((number, line))
    return [], "", above


def _header_cells(source: _Lines, line: str, delimiter: str) -> list[str]:
    """A header's cells, which may have line breaks; but a mark that nothing closes is passed by."""
    alone = [cell.strip(' "\r\n') for cell in line.split(delimiter)]
    try:
        whole = next(csv.reader(_again(line, source), delimiter=delimiter, strict=True), [])
    except csv.Error:
        whole = []
    if not whole or (len(source.taken) > 1 and len(alone) >= len(whole)):
        source.give_back_but_first()
        whole = alone
    return [" ".join(cell.split()).lower() for cell in whole]


def _again(line: str, source: _Lines) -> Iterator[str]:
    yield line
    yield from source


class _Table:
    """The rows below a header. `counts` are the numbers of cells that sound rows have had."""

    def __init__(self, source: _Lines, header: list[str], delimiter: str) -> None:
        self._source = source
        self._header = header
        self._delimiter = delimiter
        self._counts = {len(header)}
        self._kinds: list[str] = []
        self._is_shaken = False

    def rows(self) -> Iterator[Row | Unreadable]:
        while True:
            self._source.begin()
            try:
                cells = next(csv.reader(self._source, delimiter=self._delimiter, strict=True))
            except StopIteration:
                return
            except csv.Error as error:
                yield from self._alone(str(error))
                continue
            taken = self._source.taken
            if len(taken) > 1 and self._swallows_rows(taken):
                last = self._source.number
                yield from self._alone(f"a quotation mark in it is closed in line {last} only")
            elif any(cell.strip() for cell in cells):
                yield self._row(cells, self._source.number, taken[-1])

    def _row(self, cells: list[str], line: int, last: str) -> Row | Unreadable:
        """A row; what has more cells than the header, or far fewer than the others, is none."""
        wanted = len(self._header)
        while len(cells) > wanted and not cells[-1].strip():
            cells.pop()
        is_cut = not last.endswith(("\n", "\r")) and len(cells) < min(self._counts)
        is_odd = self._is_shaken and len(cells) not in self._counts
        if len(cells) > wanted or is_cut or is_odd:
            why = f"it has {len(cells)} cells, the header {wanted}"
            return _unreadable(line, f"the file ends in the middle of it; {why}" if is_cut else why)
        self._counts.add(len(cells))
        self._kinds = self._kinds or _kinds(cells)
        row: dict[str, str] = {}
        for name, cell in zip(self._header, cells, strict=False):
            row[name] = row.get(name) or _EXCEL_TEXT.sub(r"\1", cell)
        return line, row

    def _alone(self, why: str) -> Iterator[Row | Unreadable]:
        """The first of the lines taken as a row by itself; the others are read again."""
        self._source.give_back_but_first()
        self._is_shaken = True
        line, number = self._source.taken[0], self._source.number
        for cells in self._readings(line):
            if len(cells) in self._counts:
                note = f"line {number}: a quotation mark that nothing closes is read as a character"
                yield Unreadable("mended", note, left_out=True)
                yield self._row(cells, number, line)
                return
        yield _unreadable(number, why)

    def _readings(self, line: str) -> Iterator[list[str]]:
        """A line's cells, its quotation marks counting as such as far as they go, or not at all."""
        for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
            try:
                yield next(csv.reader([line], delimiter=self._delimiter, quoting=quoting), [])
            except csv.Error:
                continue

    def _swallows_rows(self, taken: list[str]) -> bool:
        """Whether lines within one row look like rows of this table."""
        *_, literal = [[], *self._readings(taken[0])]
        if len(literal) not in self._counts:
            return False
        kinds = self._kinds or _kinds(literal)
        return any(
            len(cells) in self._counts and _is_alike(cells, kinds)
            for line in taken[1:]
            for cells in self._readings(line)
        )


def _unreadable(line: int, why: str) -> Unreadable:
    return Unreadable(f"line {line}", f"line {line} cannot be read: {why}", hides=True)


def _kinds(cells: list[str]) -> list[str]:
    """What stands in each cell: an address, a number, or nothing that tells a row."""
    return [
        "address" if "://" in cell else "number" if money(cell) is not None else ""
        for cell in cells
    ]


def _is_alike(cells: list[str], kinds: list[str]) -> bool:
    """Whether each cell holds what it held in another row, or nothing; and one, something."""
    pairs = [
        (found, kind)
        for cell, found, kind in zip(cells, _kinds(cells), kinds, strict=False)
        if kind and cell.strip()
    ]
    return bool(pairs) and all(found == kind for found, kind in pairs)
