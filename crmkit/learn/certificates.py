"""A certificate for a completed track: a PDF to print, and a code that proves what it says.

The code holds everything that is certified (who, which track, how well, when, by whom) and an Ed25519
signature over it, so that it is checked without a network and nothing can be changed or left out. Alone
a learner's own machine signs, and the certificate says that nobody else looked; in a class it is the
class's key, `grading/class-key.pem`, which stays with the trainer.
"""

import base64
import contextlib
import datetime as dt
import hashlib
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmkit.errors import CrmkitError
from crmkit.i18n import get_language
from crmkit.i18n import gettext as _
from crmkit.learn import records
from crmkit.learn.course import Course
from crmkit.learn.journey import ENOUGH, progress
from crmkit.learn.tracks import lesson_names, short_names, titles, track_of

SELF, CLASS = "self", "class"
_MARK = "crmkit1."
_LONGEST = 60


@dataclass(frozen=True)
class Certificate:
    """What is certified: a score is a share from 0 to 1, a day is written 2025-06-30."""

    name: str
    track: str
    score: float
    day: str
    kind: str
    steps: tuple[tuple[str, float], ...]

    def told(self) -> str:
        """The certificate in a sentence."""
        words = (
            _("{name} completed the track “{track}” on {day}, score {score}%; signed by a class.")
            if self.kind == CLASS
            else _("{name} completed the track “{track}” on {day}, score {score}%; self-assessed.")
        )
        track = titles().get(self.track, self.track)
        return words.format(
            name=self.name, track=track, day=self.day, score=round(100 * self.score)
        )


def certificate(name: str, track: str | None = None, folder: str | Path = ".") -> Path:
    """Write a certificate for a completed track as a PDF; gives its path.

    It says that the learner assessed themselves: a class's certificate is another thing.
    Raises `CrmkitError` while something is left to do, and says what.
    """
    name = tidy_name(name)
    path = progress(track)
    if not path.complete:
        left = _(", ").join(step.title for step in path.todo) or _("everything")
        raise CrmkitError(_("Not complete yet. Left to do: {left}").format(left=left))
    steps = tuple((step.id, step.score) for step in path.steps if step.score is not None)
    made = Certificate(name, path.track, path.score or 0.0, _today(), SELF, steps)
    return write(made, records.records_file().parent / "own-key.pem", folder)


def of_class(course: Course, learner: str, name: str, track: str, folder: str | Path = ".") -> Path:
    """Write the class's certificate for a learner whose exercises of the track are all graded.

    Raises `CrmkitError` that says which are not graded yet, or are below what is needed.
    """
    name, steps, left, named = tidy_name(name), [], [], short_names()
    wanted = [step.id for step in progress(track).steps if step.kind == "exercise" and step.there]
    marked = _marked(course, learner, wanted)
    for one in wanted:
        called = named.get(one, one)
        if one not in marked:
            left.append(_("{exercise} is not graded yet").format(exercise=called))
            continue
        share, waits = marked[one]
        if waits:
            left.append(_("{exercise} waits for the trainer's marks").format(exercise=called))
        elif share < ENOUGH:
            words = _("{exercise} has {share}%, {enough}% is needed")
            left.append(
                words.format(exercise=called, share=int(100 * share), enough=round(100 * ENOUGH))
            )
        steps.append((one, share))
    if left or not steps:
        words = _(", ").join(left) or _("everything")
        raise CrmkitError(_("Not complete yet. Left to do: {left}").format(left=words))
    score = sum(share for _id, share in steps) / len(steps)
    made = Certificate(name, track, score, _today(), CLASS, tuple(steps))
    return write(made, class_key(course), folder)


def in_class(course: Course) -> list[tuple[str, str]]:
    """Who is in the class's gradebook: the id and the name, else the id again."""
    with _gradebook(course) as gradebook:
        people = gradebook.students if gradebook else []
        named = [
            (one.id, " ".join(filter(None, (one.last_name, one.first_name)))) for one in people
        ]
    return [(id_, name or id_) for id_, name in named]


def _marked(course: Course, learner: str, wanted: list[str]) -> dict[str, tuple[float, bool]]:
    """The share each of these exercises got, and whether marks are still to come."""
    from nbgrader.api import MissingEntry

    found = {}
    with _gradebook(course) as gradebook:
        for one in wanted if gradebook else ():
            with contextlib.suppress(MissingEntry):
                mine = gradebook.find_submission(one, learner)
                share = mine.score / mine.max_score if mine.max_score else 0.0
                found[one] = (share, bool(mine.needs_manual_grade))
    return found


@contextlib.contextmanager
def _gradebook(course: Course) -> Iterator[Any]:
    """The class's gradebook to read; None where nothing was graded yet."""
    file = course.grading / "gradebook.db"
    if not file.is_file():
        yield None
        return
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{file}", "crmkit") as gradebook:
        yield gradebook


def class_key(course: Course) -> Path:
    """The class's key: who has it can sign, so it stays with the trainer and out of git."""
    return course.grading / "class-key.pem"


def tidy_name(name: str) -> str:
    """A name to print, without what cannot be seen. Raises `CrmkitError` where none is left."""
    plain = unicodedata.normalize("NFC", name)
    plain = " ".join(
        "".join(
            one for one in plain if one.isspace() or unicodedata.category(one)[0] != "C"
        ).split()
    )
    if not plain:
        raise CrmkitError(_("Whose certificate? Give a name."))
    if len(plain) > _LONGEST:
        raise CrmkitError(_("The name has at most {n} letters.").format(n=_LONGEST))
    return plain


def _today() -> str:
    return dt.date.today().isoformat()


# what is signed


def _key(path: Path) -> Any:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        try:
            path.touch(mode=0o600, exist_ok=False)
            path.write_bytes(fresh)
        except FileExistsError:
            pass  # somebody else was quicker: theirs counts
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise CrmkitError(_("{path} holds no key.").format(path=path)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise CrmkitError(_("{path} holds no key.").format(path=path))
    return key


def _public(key: Any) -> bytes:
    return key.public_key().public_bytes_raw()


def fingerprint(public: bytes) -> str:
    """What people compare a key by: four groups of four signs."""
    digest = base64.b32encode(hashlib.sha256(public).digest()).decode()[:16]
    return "-".join(digest[at : at + 4] for at in range(0, 16, 4))


def sign(made: Certificate, key: Path) -> str:
    """The code of a certificate."""
    private = _key(key)
    says = [made.name, made.track, round(made.score, 4), made.day, made.kind,
            [[id_, round(share, 4)] for id_, share in made.steps]]  # fmt: skip
    said = json.dumps(says, ensure_ascii=False, separators=(",", ":")).encode()
    whole = _public(private) + private.sign(_MARK.encode() + said) + said
    return _MARK + base64.urlsafe_b64encode(whole).decode().rstrip("=")


def read(code: str) -> tuple[Certificate, str]:
    """What a code certifies, and the fingerprint of the key that signed it.

    Raises `CrmkitError` for a code that was changed, cut or never was one.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    plain = "".join(code.split())
    try:
        if not plain.startswith(_MARK):
            raise ValueError
        body = plain.removeprefix(_MARK)
        whole = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        public, signature, said = whole[:32], whole[32:96], whole[96:]
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _MARK.encode() + said)
        name, track, score, day, kind, steps = json.loads(said)
        made = Certificate(name, track, score, day, kind, tuple((a, b) for a, b in steps))
        if kind not in (SELF, CLASS) or tidy_name(name) != name:
            raise ValueError
    except (ValueError, TypeError, InvalidSignature, CrmkitError) as error:
        raise CrmkitError(
            _("This code was changed or is not complete: it proves nothing.")
        ) from error
    return made, fingerprint(public)


def code_of(given: str) -> str:
    """The code in a certificate's PDF, or the code itself. Raises `CrmkitError` where there is none."""
    file = Path(given) if len(given) < 400 and not given.startswith(_MARK) else None
    if file is None or not file.is_file():
        return given
    found = set(re.findall(rb"crmkit1\.[\w-]+", file.read_bytes()))
    if not found:
        raise CrmkitError(_("{path} carries no code.").format(path=given))
    if len(found) > 1:
        raise CrmkitError(
            _("{path} carries more than one code: somebody changed it.").format(path=given)
        )
    return found.pop().decode()


def known_key(course: Course | None, given: str | None = None) -> str | None:
    """The fingerprint a class's certificate must have: the one that is given, else this class's."""
    if given:
        return "-".join(re.findall(r"[A-Z2-7]{4}", given.upper()))
    if course is not None and class_key(course).is_file():
        return fingerprint(_public(_key(class_key(course))))
    return None


# what is printed


def write(made: Certificate, key: Path, folder: str | Path = ".") -> Path:
    """Sign a certificate and write it in the current language; gives the path of the PDF."""
    code = sign(made, key)
    page = _page(made, code, fingerprint(_public(_key(key))))
    plain = re.sub(r"\W+", "-", made.name).strip("-")
    target = Path(folder) / f"certificate-{made.track}-{plain}.pdf"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(page)
    return target


def _page(made: Certificate, code: str, key: str) -> bytes:
    import segno
    from matplotlib.backends.backend_pdf import FigureCanvasPdf
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties, get_font

    from crmkit.plot import _style

    font = FontProperties(fname=_style.FONT_FILE)
    known = get_font(str(_style.FONT_FILE)).get_charmap()
    strange = [one for one in made.name if ord(one) not in known and not one.isspace()]
    if strange:
        raise CrmkitError(
            _(
                "The certificate's font has no sign for {sign}: write the name in another way."
            ).format(sign=strange[0])
        )
    figure = Figure(figsize=(11.69, 8.27))
    FigureCanvasPdf(figure)
    green, quiet = "#14532d", "#56635f"

    # the font's quotes are as wide as a Chinese sign
    narrow = str.maketrans("’‘“”", "''\"\"") if get_language() == "en" else {}

    def say(words: str, high: float, size: float, colour: str = "#18211f") -> None:
        # a $ in a name is a letter, no formula
        figure.text(0.5, high, words.translate(narrow), fontproperties=font, fontsize=size,
                    color=colour, parse_math=False, ha="center", va="center")  # fmt: skip

    track = titles().get(made.track, made.track)
    say(_("Certificate of completion"), 0.86, 36, green)
    wide = sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in made.name)
    say(made.name, 0.71, min(34.0, 34 * 40 / max(wide, 1)))
    say(_("completed the track “{track}” of the crmkit course.").format(track=track), 0.60, 20)
    score = _("Score: {score}%").format(score=round(100 * made.score))
    say(f"{score}   ·   {made.day}", 0.525, 18)
    shown = _printed(made)
    for row, at in enumerate(range(0, len(shown), 2)):
        say("   ·   ".join(shown[at : at + 2]), 0.475 - 0.021 * row, 9, quiet)
    assessed = (
        _("Graded in a class and signed with its key.")
        if made.kind == CLASS
        else _("Checked by the course itself, without a trainer.")
    )
    say(assessed, 0.345, 15, green)
    say(_("Signature {key}").format(key=key), 0.305, 11, quiet)
    say(
        _("To check it: scan the code, or open this file with crmkit (crmkit verify)."),
        0.085,
        10,
        quiet,
    )
    square = figure.add_axes((0.5 - 0.085 * 8.27 / 11.69, 0.105, 0.17 * 8.27 / 11.69, 0.17))
    dots = [list(line) for line in segno.make(code, error="l", micro=False).matrix_iter(border=2)]
    square.pcolormesh(
        [[1 - dot for dot in line] for line in reversed(dots)], cmap="gray", vmin=0, vmax=1
    )
    square.set_axis_off()
    for inset, width in ((0.03, 3.0), (0.042, 0.8)):
        frame = figure.add_axes((inset, inset * 1.2, 1 - 2 * inset, 1 - 2.4 * inset))
        frame.set(xticks=[], yticks=[], facecolor="none")
        frame.spines[:].set(color=green, linewidth=width)
    out = io.BytesIO()
    day = dt.datetime.fromisoformat(made.day)
    figure.savefig(out, format="pdf", metadata={
        "Title": _("Certificate of completion"), "Keywords": code, "Creator": "crmkit",
        "Producer": None, "CreationDate": day,
    })  # fmt: skip
    return out.getvalue()


def _printed(made: Certificate) -> list[str]:
    """What was done, a lesson by its whole name with its exercise beside it."""
    lessons, short, found = lesson_names(), short_names(), []
    for id_, share in made.steps:
        score = f"{round(100 * share)}%"
        if id_ in lessons:
            found.append(f"{lessons[id_]} {score}")
        elif made.kind == SELF and found and track_of(id_) == made.track:
            found[-1] += _(", exercise {score}").format(score=score)
        else:
            found.append(f"{short.get(id_, id_)} {score}")
    return found


def in_words(course: Course | None, given: str, key: str | None = None) -> tuple[bool, str]:
    """Whether a certificate (its file, or its code) proves what it says, and that in words."""
    made, signed = read(code_of(given))
    expected = known_key(course, key)
    lines = [made.told()]
    if made.kind == CLASS and signed == expected:
        lines.append(_("Signed with the class's key {key}.").format(key=signed))
        good = True
    elif made.kind == CLASS:
        good = False
        lines[0] = _("Not proven: {claim}").format(claim=lines[0])
        lines.append(
            _(
                "It is signed with the key {key}, which is not this class's. Ask the class for the "
                "signs of its key and give them with --key."
            ).format(key=signed)
        )
    else:
        good = expected is None or not key
        lines.append(
            _("The learner's own word, unchanged since it was written; no class signed it.")
        )
    lines.append(_("Whatever else is printed on the paper is not certified."))
    return good, "\n".join(lines)


__all__ = ["Certificate", "certificate", "in_words", "of_class", "read", "sign", "write"]
