"""What people type, checked once at the door; a `BadValue` names the field and the reason."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, overload
from zoneinfo import ZoneInfo

from crmkit.i18n import LANGUAGES, label, labels
from crmkit.i18n import gettext as _
from crmkit.labels import short_day
from crmkit.money import yuan
from crmkit.practice import display
from crmkit.practice.errors import BadValue


@dataclass(frozen=True)
class OneOf:
    """A closed set of codes; `kind` is the context of their labels, unless the field's name is."""

    codes: tuple[str, ...]
    kind: str | None = None


@dataclass(frozen=True)
class Check:
    """What an argument has to pass, called with its value and its name, and what it becomes."""

    passed: Callable[[object, str], object]


@dataclass(frozen=True)
class Named:
    """What an element of an argument is called."""

    name: str


Units = Sequence[tuple[Annotated[str, Named("product")], Annotated[int, Named("quantity")]]]
FIRST_YEAR, CLOCKS_FROM, LAST_YEAR = 1900, 2000, 2200
MOST_CENTS = 100_000_000_00
LONGEST_OF_ALL = 10_000
LONGEST = {"name": 60, "reason": 200, "note": 2000, "body": 5000, "comment": 2000}


def at_the_door(arguments: object, name: str = "") -> None:
    """Refuse what no database takes, wherever it stands among a method's arguments: characters
    that are none, numbers beyond all counting."""
    if isinstance(arguments, dict):
        for key, one in arguments.items():
            if key != "self":
                at_the_door(key, "value")
                at_the_door(one, key if isinstance(key, str) else "value")
    elif isinstance(arguments, list | tuple | set | frozenset):
        for one in arguments:
            at_the_door(one, name)
    elif isinstance(arguments, str):
        if len(arguments) > LONGEST_OF_ALL:
            raise BadValue(
                _("{field} is too long: at most {longest} characters."),
                field=name,
                longest=LONGEST_OF_ALL,
            )
        if "\0" in arguments or any("\ud800" <= one <= "\udfff" for one in arguments):
            raise BadValue(_("{field} holds characters that cannot be shown."), field=name)
    elif isinstance(arguments, int | float) and not -(2**62) < arguments < 2**62:
        raise BadValue(_("{field}: {value} is no number."), field=name, value=arguments)


def field_label(field: str) -> str:
    """The field's label, to begin a sentence or to stand before a blank."""
    shown = label("field", field)
    return shown[:1].upper() + shown[1:]


@overload
def text(value: object, field: str) -> str: ...
@overload
def text(value: object, field: str, *, needed: bool) -> str | None: ...
def text(value: object, field: str, *, needed: bool = True) -> str | None:
    """The text without spaces around it; too long or with control characters is refused."""
    if value is not None and not isinstance(value, str):
        raise BadValue(_("{field} must be text."), field=field)
    tidy = unicodedata.normalize("NFC", value or "").strip()
    if not tidy:
        if needed:
            raise BadValue(_("{field} is missing."), field=field)
        return None
    longest = LONGEST.get(field, 200)
    if len(tidy) > longest:
        raise BadValue(
            _("{field} is too long: at most {longest} characters."), field=field, longest=longest
        )
    if any(unicodedata.category(one) in ("Cc", "Cs") and one not in "\n\t" for one in tidy):
        raise BadValue(_("{field} holds characters that cannot be shown."), field=field)
    return tidy


def name(value: object) -> str:
    """A person's name, with single spaces.

    >>> name("  王  小明 ")
    '王 小明'
    """
    return re.sub(r"\s+", " ", text(value, "name"))


def phone(value: object) -> str:
    """A phone as digits: 11 for a mobile in China, or `+` and the country code.

    >>> phone("１４０ 1234-5678"), phone("+86 140 1234 5678"), phone("+44 20 7946 0000")
    ('14012345678', '14012345678', '+442079460000')
    """
    tidy = plain(text(value, "phone"))
    tidy = re.sub(r"[\s().\-]", "", tidy)
    tidy = re.sub(r"^(\+|00)86(?=1)", "", tidy)
    if re.fullmatch(r"1[3-9]\d{9}", tidy) and tidy.isascii():
        return tidy
    if re.fullmatch(r"(\+|00)[1-9]\d{6,14}", tidy) and tidy.isascii():
        return "+" + re.sub(r"^(\+|00)", "", tidy)
    raise BadValue(
        _("This is no phone number: it needs 11 digits and begins with 13 to 19, or with + abroad.")
    )


def tail(value: object) -> str:
    """The last four digits of a phone."""
    tidy = plain(text(value, "phone_tail"))
    if not re.fullmatch(r"[0-9]{4}", tidy):
        raise BadValue(_("Type the last four digits of the phone."))
    return tidy


def email(value: object) -> str:
    """An e-mail address, its domain in small letters.

    >>> email("ａｎｎ＠Example。com")
    'ann@example.com'
    """
    from email_validator import EmailNotValidError, validate_email

    try:
        return validate_email(
            plain(text(value, "email")).replace("。", "."),
            check_deliverability=False,
            test_environment=True,
        ).normalized
    except EmailNotValidError as error:
        raise BadValue(_("This is no e-mail address.")) from error


def plain(typed: str) -> str:
    """Full-width letters and signs as their plain ones."""
    return unicodedata.normalize("NFKC", typed)


def card(value: object) -> str:
    """A card number: 6 to 20 digits."""
    tidy = re.sub(r"[\s\-]", "", plain(text(value, "card")))
    if not re.fullmatch(r"[0-9]{6,20}", tidy):
        raise BadValue(_("A card number has 6 to 20 digits."))
    return tidy


def birth_date(value: object, today: date) -> date:
    """A day between 1900 and today, given as a date or as 1990-05-17."""
    day = _day_written(value) if isinstance(value, str) else value
    if not isinstance(day, date) or isinstance(day, datetime) or not day.year >= 1900:
        raise BadValue(_("Type the birth date like 1990-05-17."))
    if day > today:
        raise BadValue(_("The birth date lies in the future."))
    return day


def _day_written(text: str) -> date | None:
    tidy = plain(text).strip()
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", tidy):
        return None
    try:
        return date.fromisoformat(tidy)
    except ValueError:
        return None


def quantity(
    value: object, field: str = "quantity", *, least: int = 1, most: int = 1_000_000
) -> int:
    """A whole number of units, from `least` to `most`."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadValue(_("{field} must be a whole number."), field=field)
    if not least <= value <= most:
        raise BadValue(
            _("{field} must be between {least} and {most}, not {value}."),
            field=field,
            least=least,
            most=f"{most:,}",
            value=value,
        )
    return value


def pairs(units: Units) -> list[tuple[str, int]]:
    """Pairs of product and a quantity of at least one; anything else is refused."""
    if not units or not isinstance(units, list | tuple):
        raise BadValue(_("Name at least one product and its quantity."))
    checked = []
    for one in units:
        if not isinstance(one, list | tuple) or len(one) != 2:
            raise BadValue(_("Give pairs of product and quantity."))
        checked.append((one[0], quantity(one[1])))
    return checked


def code(value: object) -> str:
    """The id of something on file, as typed; what cannot be one names nothing."""
    return value if isinstance(value, str) and value.isprintable() and len(value) <= 64 else ""


def codes(value: object) -> tuple[str, ...]:
    """The ids that what was typed may stand for, the likeliest first: people type them in small or
    in full-width letters.

    >>> codes("P0280"), codes(" ｐ０２８０")
    (('P0280', 'p0280'), (' ｐ０２８０', 'p0280', 'P0280'))
    """
    typed = code(value)
    tidy = plain(typed).strip()
    return tuple(dict.fromkeys((typed, tidy, tidy.upper(), tidy.lower())))


def is_code(value: object) -> bool:
    """Whether what was typed looks like an id at all, and not like a name."""
    return any(one.isdigit() for one in code(value))


def new_code(value: object, field: str) -> str:
    """The id that something new is to have: one line of at most 64 characters.

    >>> new_code(" P9 ", "product")
    'P9'
    """
    tidy = text(value, field)
    if code(tidy) != tidy and tidy.isprintable():
        raise BadValue(
            _("{field} is too long: at most {longest} characters."), field=field, longest=64
        )
    if code(tidy) != tidy:
        raise BadValue(_("{field} holds characters that cannot be shown."), field=field)
    return tidy


def clock_time(value: object, field: str) -> str:
    """A time of day such as 21:00.

    >>> clock_time("9:00", "setting")
    '09:00'
    """
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", text(value, field))
    if not found:
        raise BadValue(_("{field} must be a time like 21:00."), field=field)
    return f"{int(found[1]):02d}:{found[2]}"


def moment(value: object, field: str, zone: ZoneInfo) -> datetime:
    """A moment, given as a datetime or as 2025-07-01 09:00; without a zone it is the shop's.

    >>> moment("2025-07-01 09:00", "at", ZoneInfo("Asia/Shanghai")).utcoffset().seconds // 3600
    8
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(plain(value).strip())
        except ValueError:
            value = None
    if not isinstance(value, datetime):
        raise BadValue(_("{field} must be a moment like 2025-07-01 09:00."), field=field)
    _in_our_time(value, field, CLOCKS_FROM)
    return value if value.tzinfo else value.replace(tzinfo=zone)


def path(value: object) -> Path:
    """Where a file is or is to be."""
    if not isinstance(value, str | Path) or not str(value).strip():
        raise BadValue(_("{field} is missing."), field="path")
    if any(len(part.encode()) > 255 for part in Path(value).parts):
        raise BadValue(
            _("{field} is too long: at most {longest} characters."), field="path", longest=255
        )
    return Path(value)


def number(value: object) -> int:
    """The number of a document (a sale, a transfer); what is none names no document."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**62:
        return value
    return -1


def cents(value: object, field: str = "amount", *, least: int = 0) -> int:
    """An amount of money in whole cents."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadValue(_("{field} is counted in cents: write 1999 for 19.99."), field=field)
    if not least <= value <= MOST_CENTS:
        raise BadValue(
            _(
                "{field} is at least {least} and at most {most} yuan; {value} cents are {yuan} yuan."
            ),
            field=field,
            least=yuan(least),
            most=f"{MOST_CENTS // 100:,}",
            value=value,
            yuan=yuan(value),
        )
    return value


KINDS = {"method": "payment_method", "status": "outbox_status"}


def one_of(value: object, codes: tuple[str, ...], field: str, kind: str | None = None) -> str:
    """One of a fixed set of codes, labelled as `kind` where that is not the field's name."""
    kind = kind or KINDS.get(field, field)
    if value not in codes:
        for language in LANGUAGES:
            for code, shown in labels(kind, language).items():
                if code in codes and isinstance(value, str) and value.strip() == shown:
                    return code
        raise BadValue(_("{field} is one of {codes}."), field=field, codes=listed(codes, kind))
    return value


def listed(codes: Iterable[str], kind: str) -> str:
    """The codes to choose from, each with what it means where the code does not say so itself; on
    a screen, where one chooses by the labels, these alone.

    >>> from crmkit.i18n import use_language
    >>> with use_language("zh"):
    ...     listed(("female", "male"), "gender")
    'female（女）、male（男）'
    """
    shown = []
    for one in codes:
        means = label(kind, one)
        if display.for_people():
            shown.append(means)
            continue
        says_so = means.casefold().replace(" ", "_").replace("-", "_") == one.casefold()
        shown.append(one if says_so else _("{code} ({means})").format(code=one, means=means))
    return label("list", ", ").join(shown)


def day(value: object, field: str) -> date:
    """A calendar day, given as a date or as 2025-06-30."""
    if isinstance(value, str):
        value = _day_written(value)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise BadValue(_("{field} must be a day like 2025-06-30."), field=field)
    return _in_our_time(value, field)


def day_ahead(value: object, field: str, today: date) -> date:
    """A calendar day on which something is to be done: within a year from today."""
    found = day(value, field)
    if found > today + timedelta(days=366):
        raise BadValue(
            _("{field}: {day} is more than a year away. Is the year right?"),
            field=field,
            day=f"{found}",
        )
    return found


def month_day(value: object, field: str) -> str:
    """A day of every year, however people write it.

    >>> month_day("10-01", "month_day"), month_day("2025-10-1", "d"), month_day("10月1日", "d")
    ('10-01', '10-01', '10-01')
    >>> month_day("十月三十一日", "d"), month_day("1 October", "d"), month_day("Oct 1st", "d")
    ('10-31', '10-01', '10-01')
    """
    said = _in_digits(plain(text(value, field)).strip().casefold())
    try:
        [found] = re.findall(r"\A(?:\d{4}\D+)?(\d{1,2})\D+(\d{1,2})\D*\Z", said)
        return f"{date(2024, *map(int, found)):%m-%d}"  # a leap year
    except ValueError:
        example = short_day(date(2024, 10, 1))
        raise BadValue(
            _("{field} must be a day of the year like {day}."), field=field, day=example
        ) from None


def _in_digits(said: str) -> str:
    """A day of the year in words, in digits: 十月一日 is 10月1日, 1 October is 10-1."""
    digits = {word: str(n) for n, word in enumerate("〇一二三四五六七八九")}
    said = re.sub(
        "([二三]?)十([一二三四五六七八九]?)",
        lambda ten: digits.get(ten[1], "1") + digits.get(ten[2], "0"),
        said,
    )
    said = said.translate(str.maketrans("".join(digits), "".join(digits.values())))
    from babel.dates import get_month_names

    for n, month in get_month_names("wide", locale="en").items():
        name = rf"{month[:3].casefold()}[a-z]*\.?"
        day = r"(\d{1,2})(?:st|nd|rd|th)?"
        for words in (rf"{day} *(?:of )?{name}(?:,? \d{{4}})?", rf"{name} *{day}(?:,? \d{{4}})?"):
            if found := re.fullmatch(words, said):
                return f"{n}-{found[1]}"
    return said


def _in_our_time(value: date, field: str, first: int = FIRST_YEAR) -> date:
    """The day or moment, unless it lies where calendars end and nothing can be reckoned."""
    if not first <= value.year < LAST_YEAR:
        raise BadValue(
            _("{field} must lie between {first} and {last}."),
            field=field,
            first=first,
            last=LAST_YEAR,
        )
    return value
