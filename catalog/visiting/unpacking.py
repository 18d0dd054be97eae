"""Bytes packed with gzip or deflate, unpacked as they come; whether all of them came is known."""

import zlib

GZIP = b"\x1f\x8b"
_GZIP_BITS, _ZLIB_BITS, _RAW_BITS = 31, 15, -15


class Unpacker:
    """Takes one packing off. gzip may have several members; what is none behind them is passed
    over, as gzip itself does."""

    def __init__(self, packing: str = "gzip") -> None:
        self._is_gzip = "gzip" in packing
        self._held = b""
        self._members = 0
        self._decoder: zlib._Decompress | None = None

    @property
    def is_whole(self) -> bool:
        """Whether the end has come of all that began."""
        return self._decoder is None and (self._members > 0 or not self._held)

    def feed(self, data: bytes, most: int) -> bytes:
        """What comes out of these bytes, up to one byte more than `most`. Raises zlib.error."""
        data, self._held = self._held + data, b""
        out = bytearray()
        while data:
            if self._decoder is None:
                if len(data) < 2:
                    self._held = data
                    break
                if not self._begins(data):
                    break
                self._decoder = zlib.decompressobj(self._bits(data))
            out += self._decoder.decompress(data, most + 1 - len(out))
            if len(out) > most:
                break
            data = self._decoder.unused_data
            if self._decoder.eof:
                self._decoder, self._members = None, self._members + 1
        return bytes(out)

    def _begins(self, data: bytes) -> bool:
        """Whether something packed begins here: the first must, whatever it looks like."""
        return not self._members or (self._is_gzip and data.startswith(GZIP))

    def _bits(self, data: bytes) -> int:
        """Which format it is: `deflate` means that of zlib, and some send it bare."""
        if self._is_gzip:
            return _GZIP_BITS
        return _RAW_BITS if data[0] & 15 != 8 or int.from_bytes(data[:2]) % 31 else _ZLIB_BITS
