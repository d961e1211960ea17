"""One value at a time: text of a cell to a typed value, or the reason why not.

Belongs here: pure functions of one value; the judge calls them once per distinct value. Does not belong here:
anything that needs another row, the contract or the period.

Every parser takes the cleaned text and returns the value, or the reason code as a ``Problem``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

CENT = Decimal("0.01")
FOUR_PLACES = Decimal("0.0001")
FLOAT_TOLERANCE = Decimal("0.000001")
EARLIEST_YEAR = 1900
LATEST_YEAR = 2100
LARGEST = Decimal(10) ** 14
YUAN_PER_UNIT = {"元": 1, "万元": 10_000, "亿元": 100_000_000}


@dataclass(frozen=True)
class Problem:
    """A value that could not be taken; ``code`` is one of the reason codes."""

    code: str


BAD_NUMBER = Problem("bad_number")
BAD_DATE = Problem("bad_date")
LOST_DIGITS = Problem("numeric_identity")

_FULL_WIDTH: dict[int, int | str | None] = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF1A)}
_FULL_WIDTH |= {code: code - 0xFEE0 for start in (0xFF21, 0xFF41) for code in range(start, start + 26)}
_FULL_WIDTH |= {0xFF0D: "-", 0xFF0E: ".", 0xFF0F: "/", 0xFF0B: "+", 0x3000: " ", 0xA0: " ", 0x2007: " ", 0x202F: " "}
_FULL_WIDTH |= dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))

ODD_CHARACTER = r"[\x00-\x1f\x7f\xa0\x{2000}-\x{206f}\x{3000}\x{feff}\x{ff0b}-\x{ff5a}]"
CONTROL_CHARACTER = r"[\x00-\x08\x0b-\x1f\x7f-\x{9f}\x{202a}-\x{202e}\x{2066}-\x{2069}]"
MOJIBAKE = r"锟斤|斤拷|烫烫烫|屯屯屯|\x{fffd}|ï¿½|ï»¿|\?\?+|？？+"


def clean_text(text: str) -> str:
    """Full-width digits and letters made plain, no-break and zero-width blanks removed, outer blanks cut.

    >>> clean_text("　１２３\u00a0")
    '123'
    """
    return text.translate(_FULL_WIDTH).strip()


# Year, month and day without marks, between marks of one kind, or followed by their Chinese names.
_DATE = re.compile(
    r"([0-9]{4})(?:([0-9]{2})([0-9]{2})|([-./])([0-9]{1,2})\4([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)"
)
_TIME_TAIL = re.compile(r"[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.0+)?)?$")
_MONTH_FORMS = (
    re.compile(r"([0-9]{4})([0-9]{2})"),
    re.compile(r"([0-9]{4})[-./]([0-9]{1,2})"),
    re.compile(r"([0-9]{4})年([0-9]{1,2})月"),
)
_YEAR = re.compile(r"([0-9]{4})(?:年|年度)?")
_INTEGER = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.0+)?")
_DECIMAL = re.compile(
    r"([+-]?(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?)(?:[eE]([+-]?[0-9]{1,2}))?\s*(元|万元|亿元|万|亿)?"
)
_TRUE = frozenset(("是", "1", "Y"))
_FALSE = frozenset(("否", "0", "N"))


def _day(year: str, month: str, day: str) -> date | Problem:
    try:
        value = date(int(year), int(month), int(day))
    except ValueError:
        return BAD_DATE
    return value if EARLIEST_YEAR <= value.year <= LATEST_YEAR else BAD_DATE


def parse_date(text: str) -> date | Problem:
    """A calendar day; two-digit years, impossible days and years outside 1900–2100 are refused.

    >>> parse_date("2020年6月30日")
    datetime.date(2020, 6, 30)
    """
    if ":" in text:
        text = _TIME_TAIL.sub("", text)
    if (found := _DATE.fullmatch(text)) is None:
        return BAD_DATE
    return _day(found[1], found[2] or found[5] or found[7], found[3] or found[6] or found[8])


def parse_month(text: str, *, from_number: bool = False) -> date | Problem:
    """The first day of a month, from a month or a whole date.

    A number with a fraction is refused: 2019.1 may have been 2019.10 before a spreadsheet took it for a number.
    """
    if from_number and "." in text:
        return BAD_DATE
    for form in _MONTH_FORMS:
        if found := form.fullmatch(text):
            return _day(found[1], found[2], "1")
    day = parse_date(text)
    return day.replace(day=1) if isinstance(day, date) else day


def parse_year(text: str) -> int | Problem:
    """A four-digit year between 1900 and 2100, with or without 年."""
    found = _YEAR.fullmatch(text)
    if found is None or not EARLIEST_YEAR <= int(found[1]) <= LATEST_YEAR:
        return BAD_DATE
    return int(found[1])


def parse_integer(text: str) -> int | Problem:
    """A whole number; thousands separators only where they belong."""
    if _INTEGER.fullmatch(text) is None:
        return BAD_NUMBER
    value = int(text.replace(",", "").split(".")[0])
    return value if abs(value) < 2**31 else Problem("out_of_range")


def parse_decimal(
    text: str, *, unit: str | None = None, places: Decimal = FOUR_PLACES, from_number: bool = False
) -> Decimal | Problem:
    """An exact decimal; with a money ``unit`` (元, 万元, 亿元) the result is in yuan.

    A suffix inside the value (1.2万元) states its own unit; a bare 万 or 亿 is only clear in a column of 元. Digits
    beyond ``places`` are refused, except the tail of a binary fraction in a numeric cell (below 0.000001).

    >>> parse_decimal("1,234.5", unit="万元", places=CENT)
    Decimal('12345000.00')
    """
    found = _DECIMAL.fullmatch(text)
    if found is None or (found[2] and not from_number):
        return BAD_NUMBER
    factor = YUAN_PER_UNIT.get(unit or "", 1)
    if suffix := found[3]:
        if unit is None or (suffix in ("万", "亿") and unit != "元"):
            return BAD_NUMBER
        factor = YUAN_PER_UNIT[suffix if suffix.endswith("元") else suffix + "元"]
    value = Decimal(found[1].replace(",", "")).scaleb(int(found[2] or 0)) * factor
    if abs(value) >= LARGEST:
        return Problem("out_of_range")
    rounded = value.quantize(places)
    if rounded != value and not (from_number and abs(rounded - value) <= FLOAT_TOLERANCE):
        return BAD_NUMBER
    return rounded


def parse_boolean(text: str) -> bool | Problem:
    """是/否, 1/0 or Y/N; anything else is an unknown code."""
    if text in _TRUE:
        return True
    return False if text in _FALSE else Problem("unknown_code")


def check_text(text: str, *, from_number: bool = False) -> str | Problem:
    """The text itself; a numeric cell of 16 digits and more has lost digits and is refused."""
    return LOST_DIGITS if from_number and has_lost_digits(text) else text


def has_lost_digits(text: str) -> bool:
    """True for a number of 16 digits and more, or one in exponent form: a spreadsheet keeps 15."""
    return "e" in text.lower() or len(text.lstrip("-").split(".")[0]) > 15


def code_parser(allowed: dict[str, str]) -> Callable[[str], str | Problem]:
    """A parser for one value of a code list; ``allowed`` maps every accepted spelling to the kept value."""

    def parse(text: str) -> str | Problem:
        return allowed.get(text) or Problem("unknown_code")

    return parse


_CODES_SEPARATOR = re.compile(r"[;；,，、|/\s]+")


def codes_parser(allowed: dict[str, str]) -> Callable[[str], str | Problem]:
    """A parser for several values of a code list, kept in file order and joined with a semicolon."""

    def parse(text: str) -> str | Problem:
        kept = [allowed.get(part) for part in _CODES_SEPARATOR.split(text) if part]
        if not kept or None in kept:
            return Problem("unknown_code")
        return ";".join(dict.fromkeys(value for value in kept if value))

    return parse
