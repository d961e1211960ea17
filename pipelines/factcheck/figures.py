"""The lexer of figures: every number of a normalised text with value, unit, printed precision and approximation.

Belongs here: what one figure says by itself. Does not belong here: whose figure it is, and what it is compared with.
Dates, ordinals, document numbers, list numbers and addresses are recognised so that they are no figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from pipelines.factcheck.notation import (
    ABOUT,
    DATE,
    FIGURE,
    FRACTION,
    HIGH,
    LIST_NUMBER,
    LOW,
    NEARLY,
    NO_FIGURE,
    PEOPLE,
    PEOPLE_BEFORE,
    PERCENT_WORDS,
    QUOTED,
    RANGE_TAIL,
    RATIO,
    SAME_UNIT,
    SCALES,
    TIME_UNITS,
)
from pipelines.factcheck.numerals import chinese_number


@dataclass(frozen=True)
class Figure:
    """One figure. ``value`` and ``step`` (of the last printed digit) are in the base unit: 元, 人, per cent as printed.

    ``kind``: quantity, percent, points, times, number, ratio. ``approx``: "" exact, about, over, nearly, at_least,
    at_most. ``scale`` is the multiplier that was printed (万 = 10,000). ``core`` is where the digits begin.
    """

    start: int
    end: int
    core: int
    kind: str
    value: Decimal
    step: Decimal
    unit: str
    text: str
    scale: int = 1
    approx: str = ""
    high: Decimal | None = None
    parts: tuple[Decimal, ...] = ()
    steps: tuple[Decimal, ...] = ()
    is_slip: bool = False
    is_hanzi: bool = False

    @property
    def is_exact_count(self) -> bool:
        """A whole number of things, printed to the last digit: no rounding can be meant."""
        return self.kind == "quantity" and not self.approx and self.step == 1 and self.scale == 1 and self.unit != "元"

    @property
    def digits(self) -> int:
        """Significant digits as printed, without trailing zeros."""
        count, place = 1, self.place
        while place * 10 <= abs(self.value):
            place *= 10
            count += 1
        return count

    @cached_property
    def interval(self) -> tuple[Decimal, Decimal]:
        """What the true value may be, when rounding and truncation are both allowed."""
        value, place = self.value, self.place
        if self.is_exact_count:
            return value, value
        if self.high is not None:
            return value, self.high
        reach = max(place / 2, abs(value) / 20)
        return {
            "over": (value, value + place),
            "nearly": (value - place, value),
            "about": (value - reach, value + reach),
            "at_least": (value, Decimal("Infinity")),
            "at_most": (Decimal(0), value),
        }.get(self.approx, (value - self.step / 2, value + self.step))

    @property
    def place(self) -> Decimal:
        """The place value of the last digit that is not zero: 1,100 → 100."""
        place = self.step
        while place * 10 <= abs(self.value) and self.value % (place * 10) == 0:
            place *= 10
        return place


@dataclass(frozen=True)
class Date:
    """A time expression; ``years`` are the calendar years it names (first and last of a range)."""

    start: int
    end: int
    text: str
    years: tuple[int, ...] = ()


@dataclass(frozen=True)
class Filler:
    """Digits that are no figure: document numbers, ordinals, durations, telephone numbers."""

    start: int
    end: int
    text: str


Lexeme = Figure | Date | Filler
_KIND_OF = {"%": "percent", "‰": "percent", "个百分点": "points", "倍": "times", "": "number"}
_START = re.compile(
    r"\d|[零〇一二两三四五六七八九十百千上去前今本同年下第后“\"‘\[(〔【①-⑳hwNGA-Za-z0]|约|大约|将近|接近|近|超|突破|逾|不|至少|最|多达|高达|达|-"
)


def lexemes(text: str, start: int = 0, end: int | None = None) -> Iterator[Lexeme]:
    """Figures, dates and fillers of ``text[start:end]`` from left to right, never overlapping."""
    at, stop = start, len(text) if end is None else end
    while at < stop:
        hit = _START.search(text, at, stop)
        if hit is None:
            return
        found = _lexeme_at(text, hit.start(), start, stop)
        if found is None or found.end <= hit.start():
            at = hit.start() + 1
            continue
        yield found
        at = found.end


def _lexeme_at(text: str, at: int, start: int, stop: int) -> Lexeme | None:
    """What begins at ``at``: the first reading that holds."""
    if (filler := _filler(text, at, start, stop)) is not None:
        return filler
    before = text[max(start, at - 8) : at]
    if found := DATE.match(text, at, stop):
        years = tuple(int(found[name]) for name in ("from", "to", "year", "iso") if found[name])
        if found["from"] or ":" not in found[0] or "比" not in before:
            return Date(at, found.end(), found[0], years)
    if found := PERCENT_WORDS.match(text, at, stop):
        return _percent_in_words(found)
    if (found := FRACTION.match(text, at, stop)) and 0 < int(found["top"]) < int(found["bottom"]):
        return _fraction(found)
    if (found := RATIO.match(text, at, stop)) and (found[0].count(":") > 1 or "比" in before or "结构" in before):
        return _ratio(found)
    found = FIGURE.match(text, at, stop)
    return None if found is None else _figure(found, text)


def _filler(text: str, at: int, start: int, stop: int) -> Filler | None:
    """Digits that are no figure."""
    is_line_start = at == start or text[at - 1] in "\n。"
    if is_line_start and (number := LIST_NUMBER.match(text, at, stop)):
        return Filler(at, number.end(), number[0])
    for pattern in (QUOTED, NO_FIGURE):
        found = pattern.match(text, at, stop)
        if found and any(letter.isdigit() or letter in "第前后一二三四五六七八九十" for letter in found[0]):
            return Filler(at, found.end(), found[0])
    return None


def _percent_in_words(found: re.Match[str]) -> Figure | None:
    def number(name: str) -> Decimal | None:
        value = found[name]
        return Decimal(value) if value and value[0].isascii() else chinese_number(value or "")

    if found["per"]:
        value, unit, step = number("part"), "%" if found["per"] == "百" else "‰", Decimal(1)
        if value is not None:
            step = Decimal(1).scaleb(int(value.as_tuple().exponent))
    elif found["tenths"]:
        digits = [chinese_number(letter) for letter in found["tenths"]]
        step = Decimal(1 if len(digits) > 1 else 10)
        value, unit = Decimal("".join(str(digit) for digit in digits)) * step, "%"
    else:
        top, bottom = number("top"), number("bottom")
        if not top or not bottom or top >= bottom:
            return None
        value, unit, step = 100 * top / bottom, "%", Decimal(2)
    if value is None:
        return None
    approx = _approx(found["before"] or "", found["after"] or "", "over" if found["after"] == "多" else "")
    return Figure(
        found.start(), found.end(), max(found.start(), found.end("before")), "percent", value, step, unit,
        found[0], approx=approx, is_hanzi=True,
    )  # fmt: skip


def _fraction(found: re.Match[str]) -> Figure:
    value = Decimal(100) * int(found["top"]) / int(found["bottom"])
    return Figure(found.start(), found.end(), found.start(), "percent", value, Decimal(2), "%", found[0])


def _ratio(found: re.Match[str]) -> Figure:
    parts = tuple(Decimal(part) for part in found[0].split(":"))
    steps = tuple(Decimal(1).scaleb(int(part.as_tuple().exponent)) for part in parts)
    return Figure(
        found.start(), found.end(), found.start(), "ratio", parts[0], steps[0], ":", found[0], parts=parts, steps=steps
    )


def _approx(before: str, after: str, mid: str) -> str:
    if mid:
        return "over"
    for word in (after, before):
        if word in ABOUT:
            return "about"
        if word in NEARLY:
            return "nearly"
        if word in HIGH:
            return "at_least"
        if word in LOW:
            return "at_most"
    return "over" if after in ("余", "多") else ""


def _plain_value(found: re.Match[str], text: str) -> tuple[Decimal, Decimal] | None:
    """Value and step of the digits or the numeral, without its multiplier; None when they count nothing."""
    unit = found["unit"] or ""
    if not found["hanzi"]:
        value = Decimal(found["plain"].replace(",", "").replace(" ", ""))
        return value, Decimal(1).scaleb(min(0, int(value.as_tuple().exponent)))
    value_in_words = chinese_number(found["hanzi"])
    is_small = len(found["hanzi"]) < 2 and not found["scale"]
    is_place = unit == "个" and text.startswith(("乡镇", "街道", "行政村"), found.end())
    is_named = unit in ("镇", "乡", "街道") or is_place
    if value_in_words is None or not unit or (is_small and not is_named) or unit in TIME_UNITS:
        return None
    return value_in_words, Decimal(1)


def _unit(found: re.Match[str], text: str, scale: int) -> str:
    """The canonical unit; 万 and 亿 before or behind 人口 count persons."""
    unit = found["unit"] or ""
    canonical = SAME_UNIT.get(unit, unit) + (found["per"] or "")
    if not canonical and scale >= 10_000:
        before = PEOPLE_BEFORE.search(text, max(0, found.start() - 4), found.start())
        if before or PEOPLE.match(text, found.end()):
            return "人"
    return canonical


def _figure(found: re.Match[str], text: str, *, is_tail: bool = False) -> Lexeme:
    printed = _plain_value(found, text)
    if printed is None:
        return Filler(found.start("hanzi"), found.end("hanzi"), found["hanzi"])
    value, step = printed
    if " " in (found["plain"] or "") and not found["unit"]:
        first = found["plain"].split(" ")[0]
        return Filler(found.start(), found.start("plain") + len(first), first)
    scale_word = found["scale"] or ""
    scale = SCALES[scale_word]
    canonical = _unit(found, text, scale)
    if canonical in TIME_UNITS:
        return Filler(found.start(), found.end(), found[0])
    core = found.start("plain") if found["plain"] else found.start("hanzi")
    start = found.start("before") if found["before"] else found.start("sign") if found["sign"] else core
    if not is_tail and (several := _range(found, text, start)) is not None:
        return several
    sign = -1 if found["sign"] and not text[max(0, found.start() - 1) : found.start()].isdigit() else 1
    approx = _approx(found["before"] or "", found["after"] or "", found["mid"] or found["mid2"] or "")
    return Figure(
        start, found.end(), core, _KIND_OF.get(canonical, "quantity"), sign * value * scale, step * scale, canonical,
        text[start : found.end()], scale, approx,
        is_slip=scale_word == "亿万" and canonical == "元" and bool(found["plain"]), is_hanzi=bool(found["hanzi"]),
    )  # fmt: skip


def _range(found: re.Match[str], text: str, start: int) -> Lexeme | None:
    """8至10万元, 12.5%—15%, 1-2个: the first number with the second's unit; numbers without any unit are no figure."""
    tail = RANGE_TAIL.match(text, found.end())
    if tail is None or found["after"] or found["mid"] or found["hanzi"]:
        return None
    other = FIGURE.match(text, tail.start("number"))
    if other is None or (found["unit"] and other["unit"] != found["unit"]):
        return None
    second = _figure(other, text, is_tail=True)
    if not isinstance(second, Figure) or (not found["unit"] and not other["unit"]):
        return Filler(start, other.end(), text[start : other.end()])
    own_scale = SCALES[found["scale"] or ""]
    scale = own_scale if found["unit"] or found["scale"] else second.scale
    value = Decimal(found["plain"].replace(",", "").replace(" ", ""))
    return Figure(
        start, second.end, found.start("plain"), second.kind, value * scale, second.step, second.unit,
        text[start : second.end], second.scale, "about", max(value * scale, second.value),
    )  # fmt: skip
