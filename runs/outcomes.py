"""What became of one item of a run."""

import re
from dataclasses import dataclass
from enum import StrEnum

# What a terminal may act on, or what turns the order of letters round: no text needs them.
_NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Status(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    GONE = "gone"
    SKIPPED = "skipped"
    FAILED = "failed"
    NOTED = "noted"  # said of the run as a whole; counts as no item


@dataclass(frozen=True)
class Outcome:
    """`key` names the item; `detail` says what changed, or why it failed.

    `note` is something a user should hear of although the item is well. `of_source` is said of
    where the items come from, which is none of them: a folder that is not there, a shop that fails.
    """

    key: str
    status: Status
    detail: str = ""
    note: str = ""
    of_source: bool = False

    @property
    def explanation(self) -> str:
        """What there is to say of it, fit for a terminal."""
        return printable("; ".join(filter(None, [self.detail, self.note])))


def storable(text: str) -> str:
    """A text that a database takes: what is a half of a character, as in the names of files that
    are in no encoding, is written out."""
    return text.encode("utf-8", "backslashreplace").decode()


def printable(text: str) -> str:
    """A text that others wrote, without characters that a terminal acts on."""
    return _NOT_SHOWN.sub("\N{REPLACEMENT CHARACTER}", text)
