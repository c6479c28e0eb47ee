"""Which encoding a text has: what its bytes can be, and of that what reads like words."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from crmkit.data.reading.files import CHUNK, FileUnreadable, looks_utf16
from crmkit.data.reading.meanings import meaning
from crmkit.i18n import gettext as _

HEAD = 1024 * 1024
"""How many bytes are looked at to tell one encoding from another."""

CANDIDATES = ("gb18030", "big5hkscs", "shift_jis", "euc_kr", "cp1252")
SURE = 0.9
"""Which share of the letters beyond ASCII must be common ones for an encoding to be believed."""
LIKELY = 0.5
"""And which share where no other encoding can be meant, or before one is asked for."""


def detect_encoding(path: Path) -> str:
    """The encoding of a text file: UTF-8 or UTF-16 where its bytes say so, else the one of
    CANDIDATES in which its letters are common ones.

    Raises `FileUnreadable`: UTF-8 that is damaged or cut off (where), or bytes that read as words in
    no encoding or in several; the message lists how they read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if utf16 := looks_utf16(head[:4096]):
        return utf16
    try:
        for _piece in decoded(path, "utf-8"):
            pass
        return "utf-8"
    except FileUnreadable as error:
        not_utf8 = error
    data = path.read_bytes() if path.stat().st_size <= HEAD else _around(path)
    readable = data.decode("utf-8", "replace")
    good = sum(char > "\x7f" and char != "\ufffd" for char in readable)
    if good >= 3 * readable.count("\ufffd"):  # so much UTF-8 does not happen by chance
        raise not_utf8
    found = sorted(
        ((share, -at, name) for at, name in enumerate(CANDIDATES) if (share := _sense(data, name))),
        reverse=True,
    )
    share, name = (found[0][0], found[0][2]) if found else (0.0, "")
    # bytes of rare letters, as names have them, are of two bytes each in one encoding only
    only = len(found) == 1 and share >= LIKELY and name != "cp1252"
    if only or (share >= SURE and (len(found) == 1 or share - found[1][0] >= 0.05)):
        for _piece in decoded(path, name):  # every byte of it, or told where not
            pass
        return name
    if share < LIKELY:
        raise not_utf8
    known = {name: _headings_known(data, name) for _share, _at, name in found}
    best = max(known, key=lambda name: known[name])
    if sum(n == known[best] for n in known.values()) == 1:  # its headings are those of a till
        for _piece in decoded(path, best):
            pass
        return best
    shown = "; ".join(
        f"{name}: {_first_words(data.decode(name, 'replace'))}" for _s, _at, name in found[:3]
    )
    raise FileUnreadable(
        _(
            "{file} is not UTF-8, and it cannot be told for sure which encoding it has. It would "
            'read, {shown}. Say which is right: encoding="{first}", or --encoding {first} after the command.'
        ).format(file=path, shown=shown, first=found[0][2])
    )


def _around(path: Path) -> bytes:
    """The first lines, and the lines around the first bytes beyond ASCII."""
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            if not piece.isascii():
                at = next(i for i, byte in enumerate(piece) if byte > 127)
                start = piece.rfind(b"\n", 0, at) + 1
                part = piece[start : start + HEAD]
                return part[: part.rfind(b"\n") + 1] or part
    return b""


def _sense(data: bytes, encoding: str) -> float:
    """The share of letters beyond ASCII that people use, if the bytes are of this encoding."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start < len(data) - 3:  # not only the last letter, cut in two
            return 0.0
        text = data[: error.start].decode(encoding)
    if encoding == "cp1252":
        if re.search("[ÂÃ][\u0080-\u00bf]", text):
            return 0.5  # Ã© is UTF-8 read wrongly: lines of two encodings, perhaps
        words = re.findall(r"[^\W\d_]+", text)
        beyond = [word for word in words if not word.isascii()]
        # letters with accents stand alone among plain ones: CAFÉ, Müller, not ÖÐÎÄ
        likely = [w for w in beyond if sum(c > "\x7f" for c in w) <= max(1, len(w) // 3)]
        marks = sum(c in "€£°§©®–—’‘“”…" for c in text)
        return (len(likely) + marks) / (len(beyond) + marks) if beyond or marks else 0.0
    beyond = [char for char in text if char > "\x7f"]
    common = _common(encoding)
    return sum(char in common for char in beyond) / len(beyond) if beyond else 0.0


@cache
def _common(encoding: str) -> frozenset[str]:
    """The letters an encoding's own standard puts first: those in daily use, and punctuation."""
    rows = {
        "gb18030": ("gb2312", [*range(0xA1, 0xA4), *range(0xB0, 0xD8)], range(0xA1, 0xFF)),
        "big5hkscs": ("big5", [0xA1, 0xA2, *range(0xA4, 0xC7)], [*range(0x40, 0x7F), *range(0xA1, 0xFF)]),
        "shift_jis": ("shift_jis", [0x81, 0x82, 0x83, *range(0x88, 0x98)], [*range(0x40, 0x7F), *range(0x80, 0xFD)]),
        "euc_kr": ("euc_kr", [0xA1, 0xA3, *range(0xB0, 0xC9)], range(0xA1, 0xFF)),
    }  # fmt: skip
    codec, leads, trails = rows[encoding]
    pairs = (bytes((lead, trail)) for lead in leads for trail in trails)
    return frozenset("".join(pair.decode(codec, "ignore") for pair in pairs) + "￥·—…“”‘’℃")


def _headings_known(data: bytes, encoding: str) -> int:
    """How many words of the first lines are known as headings."""
    lines = data.decode(encoding, "replace").splitlines()[:10]
    return sum(meaning(word) is not None for line in lines for word in re.split("[,;\t|]", line))


def _first_words(text: str) -> str:
    line = next((line for line in text.splitlines() if not line.isascii()), "")
    at = next((i for i, char in enumerate(line) if char > "\x7f"), 0)
    return "“" + line[max(0, at - 8) : at + 16].strip() + "”"


def decoded(path: Path, encoding: str) -> Iterator[str]:
    """The file's text, piece by piece."""
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except (LookupError, TypeError) as error:
        raise FileUnreadable(
            _("There is no encoding {encoding!r}. Common ones: utf-8, gb18030, utf-16.").format(
                encoding=encoding
            )
        ) from error
    done = 0
    with path.open("rb") as file:
        while True:
            piece = file.read(CHUNK)
            try:
                yield decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                held = len(error.object) - len(piece)  # bytes the decoder kept from before
                at = done - held + error.start
                byte = None if not piece else error.object[error.start]
                raise _undecodable(path, encoding, at, byte) from error
            except UnicodeError as error:  # UTF-16 without its mark, asked for by name
                raise FileUnreadable(
                    _("{file} is not {encoding} text: {reason}.").format(
                        file=path, encoding=encoding.upper(), reason=error
                    )
                ) from error
            if not piece:
                return
            done += len(piece)


def _undecodable(path: Path, encoding: str, at: int, byte: int | None) -> FileUnreadable:
    if byte is None:  # what was read is right so far, and the file ends
        return FileUnreadable(
            _(
                "{file} ends in the middle of a letter ({encoding}, byte {at}): it was cut off, so "
                "lines may be missing. Copy or export it again."
            ).format(file=path, encoding=encoding.upper(), at=at)
        )
    return FileUnreadable(
        _(
            "{file} is not {encoding} text: byte {at} (line {line}) is 0x{byte:02x}. If you named the "
            "encoding, leave it out: crmkit finds out by itself. Else save the file once more as CSV UTF-8."
        ).format(file=path, encoding=encoding.upper(), at=at, line=_line_of(path, at), byte=byte)
    )


def _line_of(path: Path, at: int) -> int:
    lines = 1
    with path.open("rb") as file:
        while at > 0:
            piece = file.read(min(CHUNK, at))
            lines += piece.count(b"\n")
            at -= len(piece)
    return lines


def encoding_name(encoding: str) -> str:
    """As people call it."""
    return {"gb18030": "GBK", "big5hkscs": "Big5", "shift_jis": "Shift-JIS", "euc_kr": "EUC-KR",
            "cp1252": "Windows-1252"}.get(encoding, encoding.upper())  # fmt: skip
