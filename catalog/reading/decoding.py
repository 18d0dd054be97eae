"""The bytes of a page as text, by the encodings that browsers know.

Only the labels of https://encoding.spec.whatwg.org/#names-and-labels are encodings: what Python
calls one besides (rot13, zip, idna …) is as no label at all.
"""

import re

import webencodings
from w3lib.encoding import html_body_declared_encoding, read_bom, resolve_encoding, to_unicode

_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';>]+)", re.IGNORECASE)
# Encodings of the standard that are none to read a page by.
_NOT_READ = ("replacement", "x-user-defined")


def decoded(body: bytes, content_type: str = "") -> str:
    """The text of a page: a byte order mark counts first, then the header, then the page itself.

    Without a label that is one, it is UTF-8 if it can be, else windows-1252.
    """
    by_mark, mark = read_bom(body)
    if by_mark and mark:
        return to_unicode(body[len(mark) :], by_mark)
    label = _CHARSET.search(content_type)
    codec = codec_of(label[1]) if label else None
    codec = codec or _declared(body)
    if codec is None:
        try:
            return body.decode()
        except UnicodeDecodeError:
            codec = "cp1252"
    return to_unicode(body, codec)


def codec_of(label: str) -> str | None:
    """Python's codec for a label of the WHATWG's: gb2312 is GBK, Shift_JIS is cp932."""
    known = webencodings.lookup(label)
    if known is None or known.name in _NOT_READ:
        return None
    return resolve_encoding(known.name) or known.codec_info.name


_CODECS = {codec_of(name) for name in webencodings.LABELS.values()} - {None}


def _declared(body: bytes) -> str | None:
    """The encoding that the page's own meta tag names; UTF-16 there can only mean UTF-8."""
    codec = html_body_declared_encoding(body)
    if codec not in _CODECS:
        label = _CHARSET.search(body[:4096].decode("latin-1"))
        codec = codec_of(label[1]) if label else None
    return "utf-8" if codec and codec.startswith("utf-16") else codec
