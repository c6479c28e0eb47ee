"""Why Python could not read what was typed: which character, which line, what to type instead."""

import keyword
import re
import unicodedata

from crmkit.i18n import gettext as _

TYPED_FOR = {
    "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "「": '"', "」": '"', "《": '"', "》": '"',
    "÷": "/", "×": "*", "−": "-", "–": "-", "—": "-", "≤": "<=", "≥": ">=", "≠": "!=",
    "、": ",", "。": ".", "【": "[", "】": "]", "·": ".", "…": "...", "√": "** 0.5",
}  # fmt: skip
"""Characters of an input method or a word processor, and what Python wants in their place."""


def explain(error: SyntaxError) -> str:
    """One sentence for an error that stopped the cell before it began."""
    line = error.lineno or 1
    text = (error.text or "").rstrip("\n")
    said = str(error.msg or "")
    return (
        _typed_otherwise(text, line)
        or _by_layout(error, line)
        or _by_words(said, text, line)
        or _("Python cannot read line {line}: look at the place shown, and just before it.").format(
            line=line
        )
    )


def meant(character: str) -> str | None:
    """What was meant by a character that Python does not know; None for one that is fine.

    >>> meant("（"), meant("÷"), meant("a")
    ('(', '/', None)
    """
    if character in TYPED_FOR:
        return TYPED_FOR[character]
    if character == "\u3000" or (unicodedata.category(character) == "Zs" and character != " "):
        return " "
    plain = unicodedata.normalize("NFKC", character)
    return plain if plain != character and plain.isascii() else None


def _outside_texts(text: str) -> str:
    """The line with the texts in plain quotes and the comment blanked out."""
    return re.sub(r"\"[^\"]*\"|'[^']*'|#.*", lambda match: " " * len(match[0]), text)


def _typed_otherwise(text: str, line: int) -> str | None:
    for character in _outside_texts(text):
        wanted = meant(character)
        if wanted == " ":
            return _("Line {line} holds a wide space: delete it and type an ordinary one.").format(
                line=line
            )
        if wanted:
            return _(
                "Line {line} holds the character [{found}]; Python wants [{wanted}] there. Switch the "
                "keyboard to English and type it again."
            ).format(line=line, found=character, wanted=wanted)
    bare = _outside_texts(text)
    if money := re.search(r"[¥￥$€£]\s*([\d.,]*)", bare):
        return _(
            "Line {line}: leave out the sign of money, type the number alone: {number}"
        ).format(line=line, number=money[1].replace(",", "") or "57.79")
    if day := re.search(r"(?<![\w.-])(\d{4}-\d{1,2}-\d{1,2})(?![\w-])", bare):
        return _(
            'Line {line}: a date goes in quotes, "{day}": without them it is a subtraction.'
        ).format(line=line, day=day[1])
    if "<>" in bare:
        return _("Line {line}: not equal is written != here, not <>.").format(line=line)
    if bare.lstrip().startswith("=") and not bare.lstrip().startswith("=="):
        return _("Line {line}: no = at the beginning; unlike in a spreadsheet, what follows is enough.").format(line=line)  # fmt: skip
    if percent := re.search(r"([\d.]+)\s*%\s*(?:$|[),\]])", bare):
        if float(percent[1].strip(".") or 0) == 100:  # as one writes a share as a percentage
            return _(
                "Line {line}: Python knows no percent sign: take it away. Times 100 is * 100."
            ).format(line=line)
        return _(
            "Line {line}: Python knows no percent sign. Type {number} / 100, or the number alone "
            "where a percentage is asked for."
        ).format(line=line, number=percent[1])
    unit = re.search(r"(?<![\w.])(\d[\d.]*)([^\W\d_]+)", bare)
    if unit and not re.fullmatch(r"[eEjJxXbBoO]", unit[2]):
        return _(
            "Line {line}: type the number without its unit: {number} instead of {found}."
        ).format(line=line, number=unit[1], found=unit[0])
    if zeros := re.search(r"(?<![\w.])0+(\d+)(?![\w.])", bare):
        return _(
            "Line {line}: a number must not begin with 0. Type {number}, or put {found} in quotes "
            "if it is a code."
        ).format(line=line, number=zeros[1], found=zeros[0])
    return None


def _by_layout(error: SyntaxError, line: int) -> str | None:
    if isinstance(error, TabError):
        return _("Line {line} mixes tabs and spaces: use four spaces for each step.").format(
            line=line
        )
    if not isinstance(error, IndentationError):
        return None
    if "expected an indented block" in error.msg:
        return _(
            "After a line that ends with a colon, the next one (line {line}) must begin four "
            "spaces further in."
        ).format(line=line)
    if "unindent" in error.msg:
        return _(
            "Line {line} begins at a place where no line above it begins: give it the same number "
            "of spaces as the lines it belongs to."
        ).format(line=line)
    return _("Line {line} begins too far in: take the spaces before it away.").format(line=line)


def _left_open(text: str) -> str | None:
    opened: list[str] = []
    for character in _outside_texts(text):
        if character in "([{":
            opened.append(character)
        elif character in ")]}" and opened:
            opened.pop()
    return opened[-1] if opened else None


def _within_brackets(text: str) -> bool:
    """Whether the first single = of the line stands inside brackets, as a condition would."""
    bare = _outside_texts(text)
    sign = re.search(r"(?<![=!<>])=(?!=)", bare)
    return sign is not None and _left_open(bare[: sign.start()]) is not None


def _to_compare(line: int) -> str:
    return _(
        "Line {line}: to compare two things, type == (twice); a single = gives a name to a value."
    ).format(line=line)


def _by_words(said: str, text: str, line: int) -> str | None:
    if "unicodeescape" in said:
        path = re.search(r"\"[^\"]*\\[^\"]*\"|'[^']*\\[^']*'", text)
        return _(
            "Line {line}: in a text, Python takes \\ for the beginning of a special sign. Put an r "
            "in front of the quotes of a Windows path: {sample}"
        ).format(line=line, sample="r" + (path[0] if path else r'"C:\Users\…"'))
    if "unterminated" in said and "string" in said:
        return _(
            "A quote is missing in line {line}: a text needs one before and one after it."
        ).format(line=line)
    if match := re.search(r"'(.)' was never closed", said):
        return _(
            "The bracket {bracket} of line {line} is never closed: type its other half."
        ).format(bracket=match[1], line=line)
    if match := re.search(r"unmatched '(.)'", said):
        return _(
            "In line {line} the bracket {bracket} has no other half before it: delete it, or open it."
        ).format(bracket=match[1], line=line)
    if match := re.search(
        r"closing parenthesis '(.)' does not match opening parenthesis '(.)'", said
    ):
        return _(
            "In line {line} the bracket {opened} is closed by {closed}: both must be of one kind."
        ).format(line=line, opened=match[2], closed=match[1])
    if "incomplete input" in said or "unexpected EOF" in said:
        left = _left_open(text)
        if left:
            return _(
                "The bracket {bracket} of line {line} is never closed: type its other half."
            ).format(bracket=left, line=line)
    if "Maybe you meant '=='" in said and _within_brackets(text):
        return _to_compare(line)
    if "cannot assign to" in said and not re.match(r"\s*(if|elif|while)\b", text):
        return _(
            "Line {line}: on the left of = stands a name, nothing else; the value goes on the right."
        ).format(line=line)
    if re.search(r"\.\s*\[", _outside_texts(text)):
        return _("Line {line}: no dot before a square bracket: …[ ], not ….[ ].").format(line=line)
    if "expected ':'" in said:
        return _("Line {line} needs a colon (:) at its end.").format(line=line)
    if "Maybe you meant '=='" in said or re.match(r"\s*(el)?if\b[^=]*[^=!<>]=[^=]", text):
        return _to_compare(line)
    if "forgot a comma" in said:
        return _(
            "A comma seems to be missing in line {line}, between two things inside the brackets."
        ).format(line=line)
    if "Missing parentheses in call" in said:
        return _("Line {line}: what is to be printed goes in brackets: print(...).").format(
            line=line
        )
    if "outside function" in said:
        return _(
            "Line {line}: return belongs inside a function, below its def line and four spaces in."
        ).format(line=line)
    if "positional argument follows keyword" in said:
        return _(
            "Line {line}: inside the brackets, values with a name (such as by=...) come last."
        ).format(line=line)
    if "f-string" in said:
        return _(
            "Line {line}: something is wrong in the curly brackets of a text that begins with f."
        ).format(line=line)
    if word := next(
        (w for w in re.findall(r"[a-z]+(?=\s*=[^=])", text) if keyword.iskeyword(w)), None
    ):
        return _(
            "Line {line}: {word} is a word of Python's own and cannot be a name; choose another."
        ).format(line=line, word=word)
    if text.rstrip().endswith(("=", "+", "-", "*", "/", ",")) or re.search(r"=\s*$", text):
        return _("Line {line} stops in the middle: something has to follow its last sign.").format(
            line=line
        )
    return None
