"""A stream that gives no more than a file can hold, and the opcodes that a plain file needs."""

from collections.abc import Callable
from pickle import _Unpickler as PickleInPython
from typing import Any, BinaryIO

# What a pickle reads at once: a text, or a frame of small things. Arrays are read by `read_array`.
MAX_AT_ONCE = 1 << 26
CHUNK = 1 << 24
# Two million products take so many: three to map an id to its row, two to map it back.
MAX_OPCODES = 10_000_000
# A file has three dictionaries at most, and a handful of small things for each array.
MAX_CONTAINERS = 10_000

_CONTAINERS = (
    "empty_dictionary", "empty_list", "empty_tuple", "dict", "list", "tuple", "tuple1", "tuple2",
    "tuple3", "newobj", "reduce",
)  # fmt: skip
_PLAIN = (
    "append", "appends", "binbytes", "binfloat", "binget", "binint", "binint1", "binint2",
    "binput", "binstring", "binunicode", "build", "false", "float", "frame", "get", "global", "int",
    "long", "long1", "long_binget", "long_binput", "mark", "memoize", "none", "proto", "put",
    "setitem", "setitems", "short_binbytes", "short_binstring", "short_binunicode", "stack_global",
    "stop", "true", "unicode",
)  # fmt: skip


class UnsoundFile(ValueError):
    """The file is not what a sound one could be; the message says in what."""


def shown(value: object) -> str:
    """A value of the file for a message: short, printable, and never taken apart."""
    if isinstance(value, str):
        return ascii(value[:60])[1:-1]
    return str(value) if type(value) is int and value.bit_length() < 64 else type(value).__name__


class Bounded:
    """Reads `limit` bytes of a stream at most; what claims to hold more is refused unread."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self.stream, self.left = stream, limit

    def read(self, size: int) -> bytes:
        self.require(size, min(self.left, MAX_AT_ONCE))
        data = self.stream.read(size)
        self.left -= len(data)
        return data

    def readline(self) -> bytes:
        line = self.stream.readline(min(self.left, MAX_AT_ONCE))
        self.left -= len(line)
        return line

    def read_array(self, size: int) -> bytearray:
        """`size` bytes; room is made for them as they come."""
        self.require(size, self.left)
        data = bytearray()
        while len(data) < size:
            part = self.stream.read(min(CHUNK, size - len(data)))
            if not part:
                raise UnsoundFile("it ends within an array")
            data += part
        self.left -= size
        return data

    def skip(self, size: int) -> int:
        """Passes over `size` bytes of a file, and says where they began."""
        self.require(size, self.left)
        start = self.stream.tell()
        self.stream.seek(start + size)
        self.left -= size
        return start

    def require(self, size: int, most: int) -> None:
        """Raises UnsoundFile unless `size` bytes can be there."""
        if not 0 <= size <= most:
            raise UnsoundFile(f"it claims to hold {shown(size)} bytes, where {most} could be")


class Opcodes(dict[int, Callable[[Any], None]]):
    """What pickle's opcodes do, of those that plain containers need; each use is counted."""

    def __init__(self, changed: dict[int, Callable[[Any], None]]) -> None:
        known = {function.__name__: code for code, function in PickleInPython.dispatch.items()}
        self.containers = {known[f"load_{name}"] for name in _CONTAINERS}
        plain = self.containers | {known[f"load_{name}"] for name in _PLAIN}
        super().__init__({code: PickleInPython.dispatch[code] for code in plain} | changed)
        self.used = self.made = 0

    def __getitem__(self, code: int) -> Callable[[Any], None]:
        self.used += 1
        self.made += code in self.containers
        if self.used > MAX_OPCODES or self.made > MAX_CONTAINERS:
            raise UnsoundFile("it is made of more parts than a sound file")
        if code not in self:
            raise UnsoundFile(f"it has the opcode {code}, which no plain file has")
        return super().__getitem__(code)
