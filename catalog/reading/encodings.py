"""Which encoding a text without a byte order mark is in.

UTF-8 proves itself; a label counts where the bytes fit it. Without either, every encoding that
shops' programs write is tried, and the letters that come out are weighed by how often languages
use them. Where two readings are about as likely, none is taken: a wrong title is worse than none.
"""

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from itertools import islice
from math import log

import webencodings

# Bytes that are looked at to tell an encoding.
MAX_BYTES = 20_000
# So many times likelier than the next one has a reading to be.
MARGIN = log(20)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
# As they are in use: with the characters that vendors added.
_WIDER = {"shift_jis": "cp932", "euc-kr": "cp949", "gbk": "gb18030", "gb2312": "gb18030"}
OF_FILES = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "koi8_r", "cp866", "cp932", "euc_jp",
            "gb18030", "big5", "cp949", "iso8859_2", "iso8859_7", "mac_cyrillic", "cp850", "cp1255",
            "cp1256", "cp874")  # fmt: skip
# Labels that the web does not know, as headers have them.
_OLD = {name: name.replace("ibm", "cp") for name in
        ("cp437", "ibm437", "cp850", "ibm850", "cp852", "ibm852", "cp874")}  # fmt: skip
_UTF_7 = re.compile(rb"\+([A-Za-z0-9/]{3,})-")
# Few files are in these.
_RARE = dict.fromkeys(
    (
        "iso8859_2",
        "iso8859_7",
        "mac_cyrillic",
        "cp1255",
        "cp1256",
        "cp874",
        "cp737",
        "cp857",
        "cp862",
    ),
    log(1e-2),
)
_RARE_FILES = {"cp850": log(1e-2)}
OF_ZIP_NAMES = (
    "cp437",
    "cp1252",
    "cp1250",
    "cp850",
    "cp852",
    "cp866",
    "cp1251",
    "cp932",
    "gb18030",
    "big5",
    "cp949",
    "cp737",
    "cp1253",
    "cp857",
    "cp862",
    "cp1255",
    "cp1256",
    "cp874",
)
# Western Europe's, which most such files are in.
_USUAL = {"cp1252": log(10), "cp437": log(10), "cp850": log(10)} | _RARE

# Of each language's letters beyond a to z, how many in a thousand letters of its texts.
_LATIN: dict[str, dict[str, float]] = {
    "German": {"ä": 5.8, "ö": 4.4, "ü": 10, "ß": 3.1},
    "French": {"é": 15, "è": 2.7, "à": 4.9, "ê": 2.2, "ç": 0.9, "â": 0.5, "î": 0.5, "ô": 0.2,
               "û": 0.6, "ù": 0.6, "ë": 0.1, "ï": 0.1, "œ": 0.2},
    "Spanish": {"ó": 8.3, "í": 7.3, "á": 5, "é": 4.3, "ñ": 3.1, "ú": 1.7, "ü": 0.1},
    "Portuguese": {"ã": 7.3, "ç": 5.3, "é": 3.4, "ê": 4.5, "ó": 3, "á": 1.2, "í": 1.3, "õ": 0.4,
                   "à": 0.7, "ú": 2, "â": 0.6, "ô": 0.6},
    "Italian": {"à": 6.4, "è": 2.6, "é": 1, "ì": 0.3, "ò": 0.2, "ù": 1.7},
    "Nordic": {"å": 11, "ä": 11, "ö": 10, "ø": 8, "æ": 7, "é": 0.3},
    "Icelandic": {"ð": 44, "á": 18, "æ": 9, "í": 16, "ó": 10, "ö": 8, "þ": 15, "é": 6, "ú": 6,
                  "ý": 2},
    "Dutch": {"é": 0.5, "ë": 0.6, "ï": 0.2, "è": 0.1, "ö": 0.1, "ü": 0.1},
    "Finnish": {"ä": 36, "ö": 4.4},
    "Polish": {"ł": 18, "ą": 10, "ę": 11, "ó": 8.5, "ż": 8.3, "ś": 6.6, "ć": 4, "ń": 2, "ź": 0.6},
    "Czech": {"í": 26, "á": 21, "é": 11, "ě": 12, "ž": 7.2, "š": 6.9, "č": 4.6, "ř": 3.8, "ý": 10,
              "ů": 2, "ú": 1, "ť": 0.1, "ď": 0.1, "ň": 0.1, "ó": 0.2},
    "Slovak": {"á": 18, "č": 12, "ž": 9, "š": 8, "í": 10, "é": 8, "ý": 9, "ľ": 4, "ť": 4, "ú": 6,
               "ô": 2, "ň": 1, "ä": 0.5, "ď": 1, "ó": 0.5, "ŕ": 0.1, "ĺ": 0.1},
    "Hungarian": {"é": 35, "á": 34, "ö": 9, "ó": 10, "ő": 9, "ü": 6, "í": 5, "ú": 3, "ű": 3},
    "Romanian": {"ă": 21, "î": 14, "â": 6, "ş": 10, "ţ": 10},
    "Croatian": {"č": 11, "š": 10, "ž": 6, "ć": 6, "đ": 3},
    "Turkish": {"ı": 51, "ü": 19, "ş": 18, "ç": 12, "ğ": 11, "ö": 8, "i̇": 1, "â": 0.1},
}  # fmt: skip
_CYRILLIC = dict(
    zip(
        "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґўђјљњћџ",
        (110, 85, 80, 74, 67, 63, 55, 47, 45, 44, 35, 32, 30, 28, 26, 20, 19, 17, 17, 16, 16, 14,
         12, 10, 9, 7, 6, 5, 4, 3, 3, 1, 1, *[0.3] * 11),
        strict=True,
    )
)  # fmt: skip
_GREEK = dict(
    zip(
        "αοιετσνηυρπκμλςωδγχθφβξζψάέήίόύώϊϋΐ",
        (99, 98, 78, 83, 80, 49, 64, 44, 43, 42, 39, 40, 33, 26, 40, 17, 17, 17, 11, 12, 7, 6, 4, 3,
         1, 24, 20, 18, 26, 21, 10, 10, 1, 1, 1),
        strict=True,
    )
)  # fmt: skip
# What stands in any text: typographic marks, and signs of currencies, sizes and brands.
_MARKS = dict.fromkeys("–—’‘“”„«»…·•©®™°²³½¼×€£¥§´¿¡№ªº±‚‹›\u00a0", 1e-3)
_MARKS |= {"€": 0.1, "£": 0.1}
_NEVER_TWICE = frozenset("áàâãåçèéêëìíîïñòóôõùúûýß") - {"é"}
_WIDE_MARKS = frozenset("、。・「」『』【】（）～！？：；，％／＋〜\u3000")
_UNLIKELY = 1e-6


class UnknownEncoding(ValueError):
    """The bytes are in an encoding that cannot be told; the message says so."""


def encoding_of(body: bytes, label: str = "") -> str:
    """Python's name of the encoding that a body is in. Raises UnknownEncoding.

    `label` is what came with it, as in a Content-Type. A few bytes that are no UTF-8, in a text
    that is, do not make it another.
    """
    if marked := _marked(body):
        return marked
    labelled = _labelled(label)
    if labelled.startswith(("utf-16", "iso2022")) and fits(body, labelled):
        return labelled
    if body.isascii():
        return _utf_16(body) or _of_seven_bits(body)
    if _is_mostly_utf_8(body):
        return "utf-8"
    if labelled not in ("", "utf-8") and fits(body, labelled):
        return labelled
    return _utf_16(body) or likeliest(body, OF_FILES)


def _of_seven_bits(body: bytes) -> str:
    """Plain, or one that writes other letters with plain ones. Raises UnknownEncoding."""
    if b"\x1b$" in body and fits(body, "iso2022_jp"):
        return "iso2022_jp"
    if any(_is_utf_7(match[0]) for match in islice(_UTF_7.finditer(body), 100)):
        raise UnknownEncoding("its encoding cannot be told (UTF-7?); save it as UTF-8")
    return "utf-8"


def _is_utf_7(part: bytes) -> bool:
    """Whether it stands for letters beyond ASCII, of Europe."""
    return fits(part, "utf-7") and all("\x7f" < c < "\u0530" and c.isalpha()
                                       for c in part.decode("utf-7"))  # fmt: skip


def unicode_of(begin: bytes) -> str:
    """The encoding of a text's beginning, where a mark or noughts show one of Unicode's."""
    return _marked(begin) or _utf_16(begin[:1000])


def _marked(body: bytes) -> str:
    return next((name for bom, name in _BOMS if body.startswith(bom)), "")


def _labelled(label: str) -> str:
    """What Python calls the encoding of a label; nothing where the web knows no such label."""
    known = webencodings.lookup(label.strip(" \t\"'")) if label else None
    if not known:
        return _OLD.get(label.strip(" \t\"'").lower(), "")
    return _WIDER.get(known.name, str(known.codec_info.name))


def fits(body: bytes, encoding: str) -> bool:
    """Whether every byte means something in an encoding."""
    return first_misfit(body, encoding) is None


def first_misfit(body: bytes, encoding: str) -> int | None:
    """Where the first byte stands that means nothing in an encoding; flat in memory."""
    decoder, place = codecs.getincrementaldecoder(encoding)(), 0
    try:
        for place in range(0, max(len(body), 1), 1 << 20):
            decoder.decode(body[place : place + (1 << 20)], place + (1 << 20) >= len(body))
    except UnicodeDecodeError as error:
        return place + error.start
    return None


def _is_mostly_utf_8(body: bytes) -> bool:
    if fits(body, "utf-8"):
        return True
    beyond = [character for character in _sample(body).decode("utf-8", "replace")
              if ord(character) > 127]  # fmt: skip
    bad = beyond.count("\N{REPLACEMENT CHARACTER}")
    return len(beyond) - bad >= 3 * bad


def _utf_16(body: bytes) -> str:
    """UTF-16 without its mark: of text with Latin letters, every other byte is nought."""
    begin = body[:1000]
    even, odd = begin[::2].count(0), begin[1::2].count(0)
    if 10 * max(even, odd) < len(begin) or 4 * min(even, odd) > max(even, odd):
        return ""
    name = "utf-16-be" if even > odd else "utf-16-le"
    return name if len(body) % 2 == 0 and fits(body, name) else ""


def likeliest(body: bytes, tried: tuple[str, ...]) -> str:
    """The encoding in which the letters are by far the likeliest. Raises UnknownEncoding."""
    sample = _sample(body)
    readings: dict[str, tuple[float, str]] = {}
    for encoding in tried:
        if fits(body, encoding):
            text = sample.decode(encoding, "ignore")
            prior = _RARE_FILES if tried is OF_FILES and encoding in _RARE_FILES else _USUAL
            scored = _likelihood(text) + prior.get(encoding, 0.0), encoding
            readings[text] = max(readings.get(text, scored), scored)
    ranked = sorted(readings.values(), reverse=True)
    if not ranked or ranked[0][0] == float("-inf"):
        raise UnknownEncoding("its encoding cannot be told; save it as UTF-8")
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < MARGIN:
        names = " or ".join(name for _, name in ranked[:2])
        raise UnknownEncoding(f"its encoding cannot be told ({names}?); save it as UTF-8")
    return ranked[0][1]


def _sample(body: bytes) -> bytes:
    """Whole lines that are not plain ASCII, as many as tell enough."""
    lines, size = [], 0
    for line in body.splitlines(keepends=True) if len(body) < 10 * MAX_BYTES else [body]:
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > MAX_BYTES:
                break
    return b"".join(lines)[:MAX_BYTES]


def _likelihood(text: str) -> float:
    """The logarithm of how likely what is beyond ASCII is, in the language that suits it best."""
    met, unfit = Counter[str](), 0.0
    for before, character, after in zip(f" {text}", text, f"{text[1:]} ", strict=False):
        if character > "\x7f":
            met[character.lower()] += 1
        if character > "\x7f" or before > "\x7f":
            unfit += _unfit(before, character, after)
    if any(unicodedata.category(character[0]) in ("Cc", "Co", "Cn") for character in met):
        return float("-inf")
    return unfit + max(_of_language(met, language) for language in (*_LATIN, *_OTHERS))


def _unfit(before: str, character: str, after: str) -> float:
    """What its neighbours take from a letter's likelihood: a capital behind a small letter, or by
    itself; two scripts side by side; a letter twice, as few are; a mark between two letters."""
    if not character.isalpha():
        between = before.isalpha() and after.isalpha() and character not in "’´·"
        return log(1e-3) if between and character > "\x7f" else 0.0
    behind = before.isalpha()
    rises = character.isupper() and before.islower()
    mixed = behind and _script(before) != _script(character)
    twice = before == character and character in _NEVER_TWICE
    mixed |= _is_ideograph(character) and before.isascii() and before.islower()
    alone = character.isupper() and not behind and not after.isalpha()
    return (rises + mixed + twice) * log(1e-3) + alone * log(1e-2)


_SCRIPTS = ("CYRILLIC", "GREEK", "HEBREW", "ARABIC", "THAI")
_OFTEN_ARABIC = frozenset("البيتمنروعدسقكفهحجةشصأطزخ")
_OFTEN_THAI = frozenset("านรอกเงมยลวดทสตะปบคหแจพชขใไโผซถ่้ี็ิ์ัืุูำ")


def _is_ideograph(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    """LATIN or one of _SCRIPTS; those of the Far East stand beside any."""
    name = unicodedata.name(letter, "").partition(" ")[0]
    return name if name in _SCRIPTS else "LATIN"


def _of_language(met: Counter[str], language: str) -> float:
    return sum(number * _log_share(character, language) for character, number in met.items())


@lru_cache(maxsize=100_000)
def _log_share(character: str, language: str) -> float:
    """How often a character is met among a language's beyond ASCII, as a logarithm."""
    if language in _OTHERS:
        found = _OTHERS[language](character)
    else:
        table = _LATIN[language]
        found = table.get(character, 0.0) / sum(table.values())
    return log(max(found, _MARKS.get(character, 0.0), _UNLIKELY))


def _japanese(character: str) -> float:
    if "\u3041" <= character <= "\u30ff":
        return 1 / 100
    if "\uff66" <= character <= "\uff9f":  # of half the width
        return 1e-4
    return _wide(character, "euc_jp", 0xB0, 0xCF, 1 / 6000)


def _wide(character: str, encoding: str, first: int, last: int, share: float) -> float:
    """The share of each character of the rows that a language's common ones stand in."""
    if character in _WIDE_MARKS:
        return 1 / 500
    try:
        row = character.encode(encoding)
    except UnicodeEncodeError:
        return 0.0
    return share if len(row) == 2 and first <= row[0] <= last else 0.0


_OTHERS: dict[str, Callable[[str], float]] = {
    "Cyrillic": lambda character: _CYRILLIC.get(character, 0.0) / 1000,
    "Greek": lambda character: _GREEK.get(character, 0.0) / 1000,
    "Hebrew": lambda character: ("\u05d0" <= character <= "\u05ea") / 22,
    "Arabic": lambda character: 1 / 25 if character in _OFTEN_ARABIC else 1e-5,
    "Thai": lambda character: 1 / 40 if character in _OFTEN_THAI else 1e-5,
    "Japanese": _japanese,
    "Chinese": lambda character: _wide(character, "gb2312", 0xB0, 0xD7, 1 / 3755),
    "Chinese of Taiwan": lambda character: _wide(character, "big5", 0xA4, 0xC6, 1 / 5401),
    "Korean": lambda character: _wide(character, "euc_kr", 0xB0, 0xC8, 1 / 1000),
}
