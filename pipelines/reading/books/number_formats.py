"""What a cell's number format shows that the cell does not hold: a unit, another scale, zeros in front, a date.

Belongs here: one format code, the built-in ones, the styles of a workbook. Does not belong here: cells.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pipelines.contracts import Text

_BRACKETS = re.compile(r"\[([^\]]*)\]")
_GENERAL = re.compile(r"general|g/通用格式|常规|标准", re.IGNORECASE)
_UNIT_WORD = re.compile(r"[\u4e00-\u9fffA-Za-z%‰℃°²³/]{1,8}")
_DATE_PARTS = re.compile(r"[yd年日]|e(?![+-])|m|aaa", re.IGNORECASE)
_PLAIN_DATE_PARTS = re.compile(r"[ymdhs]", re.IGNORECASE)
_TIME_PARTS = re.compile(r"[hs]|am/pm|上午/下午", re.IGNORECASE)
_DATES = (*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58)
_TIMES = (18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56)
_CURRENCY = dict.fromkeys(("¥", "￥", "CNY", "RMB"), "元") | dict.fromkeys(("$", "US$", "USD"), "美元")
_CURRENCY |= {"€": "欧元", "HK$": "港元"}
_ZEROS = re.compile(r"0{2,}")


@dataclass(frozen=True)
class NumberFormat:
    """One format: ``unit`` as written in it, ``scale`` by which the shown figure is smaller than the cell's.

    ``digits`` is the number of places that are filled with zeros (0: none); ``is_symbol`` says that the unit is a mere
    currency sign, ``is_label`` that its words also stand before the figure and are no unit; ``is_missed_date`` marks a
    date format that the cell parser takes for a number's.
    """

    unit: str | None = None
    scale: float = 1.0
    digits: int = 0
    is_text: bool = False
    is_date: bool = False
    is_time: bool = False
    is_symbol: bool = False
    is_label: bool = False
    is_missed_date: bool = False
    is_unknown: bool = False

    @property
    def is_telling(self) -> bool:
        """True when what is shown is not what the cell holds, or has a unit."""
        return self.unit is not None or self.scale != 1.0 or self.digits > 0 or self.is_text or self.is_odd

    @property
    def is_odd(self) -> bool:
        """True for a style that does not exist, and for dates that the cell parser does not recognise."""
        return self.is_unknown or self.is_missed_date

    @property
    def changes(self) -> Text | None:
        """What the format does to the figure, for people; None when a mere sign of currency is added, or nothing."""
        if self.is_unknown:
            return Text(zh="样式编号无效，不知道显示为何", en="its style does not exist: what it shows is not known")
        zh, en = [], []
        if self.scale != 1.0:
            zh.append("按百分数显示" if self.scale == 0.01 else f"显示值为单元格值的1/{self.scale:.0f}")
            en.append("shown as per cent" if self.scale == 0.01 else f"shown divided by {self.scale:.0f}")
        if self.unit is not None and not self.is_symbol:
            zh.append(f"格式带有文字“{self.unit}”")
            en.append(f"the format adds “{self.unit}”")
        if self.digits:
            zh.append(f"显示时补零到{self.digits}位")
            en.append(f"shown with zeros in front, {self.digits} digits")
        if self.is_text:
            zh.append("文本格式的单元格存的是数字")
            en.append("a number in a cell formatted as text")
        return Text(zh="，".join(zh), en=", ".join(en)) if zh else None


PLAIN = NumberFormat()
TEXT = NumberFormat(is_text=True)
PER_CENT = NumberFormat(scale=0.01)
UNKNOWN = NumberFormat(is_unknown=True)


def built_in(number: int) -> NumberFormat:
    """The meaning of a built-in format number."""
    if number in _DATES:
        return NumberFormat(is_date=True)
    if number in _TIMES:
        return NumberFormat(is_time=True)
    return {9: PER_CENT, 10: PER_CENT, 49: TEXT}.get(number, PLAIN)


def sections(code: str) -> list[str]:
    """The parts of a format code between semicolons that are not quoted."""
    parts, at, is_quoted = [""], 0, False
    while at < len(code):
        letter = code[at]
        if letter == '"':
            is_quoted = not is_quoted
        if not is_quoted and letter in "\\!" and at + 1 < len(code):
            parts[-1] += code[at : at + 2]
            at += 2
            continue
        if letter == ";" and not is_quoted:
            parts.append("")
        else:
            parts[-1] += letter
        at += 1
    return parts


def parse_format(code: str) -> NumberFormat:
    """The meaning of a custom format code.

    >>> parse_format('0.00"万元"').unit
    '万元'
    >>> parse_format('0!.0,').scale
    10000.0
    """
    found = [_section(part) for part in sections(code)[:2] if part.strip()]
    if not found:
        return PLAIN
    first, others = found[0], found[1:]
    for other in others:
        if first.unit is None and other.unit is not None:
            first = replace(first, unit=other.unit, is_symbol=other.is_symbol)
        if first.scale == 1.0 and other.scale != 1.0:
            first = replace(first, scale=other.scale)
    return first


def _section(code: str) -> NumberFormat:
    shape, literal, currency = "", "", ""
    has_literal_point, is_label = False, False
    at = 0
    while at < len(code):
        letter = code[at]
        if letter == '"':
            end = code.find('"', at + 1)
            end = len(code) if end < 0 else end
            quoted, at = code[at + 1 : end], end + 1
            if quoted == "." and shape[-1:] in ("0", "#", "?"):
                shape, has_literal_point = shape + "·", True
            is_label |= not re.search(r"[0#?]", shape) and bool(re.search(r"[\u4e00-\u9fff]", quoted))
            literal += quoted
        elif letter in "\\!" and at + 1 < len(code):
            escaped, at = code[at + 1], at + 2
            if escaped == "." and re.search(r"[0#?],*$", shape):
                shape, has_literal_point = shape + "·", True
            else:
                literal += escaped
        elif letter in "_*" and at + 1 < len(code):
            at += 2
        elif letter == "[":
            end = code.find("]", at)
            end = len(code) if end < 0 else end
            inner, at = code[at + 1 : end], end + 1
            if inner.startswith("$"):
                currency += inner[1:].split("-")[0]
            elif re.fullmatch(r"[hms]+", inner, re.IGNORECASE):
                shape += inner
        else:
            shape, at = shape + letter, at + 1
    found = _meaning(shape, literal, currency, has_literal_point=has_literal_point)
    is_general = _GENERAL.search(shape) is not None
    return replace(found, is_label=is_label and not is_general and found.unit is not None and not found.is_symbol)


def _meaning(shape: str, literal: str, currency: str, *, has_literal_point: bool) -> NumberFormat:
    bare = _GENERAL.sub("", shape)
    has_digits = bool(re.search(r"[0#?]", bare))
    if not has_digits and bare == shape and (date := bool(_DATE_PARTS.search(bare))) | bool(_TIME_PARTS.search(bare)):
        is_time = bool(_TIME_PARTS.search(bare))
        is_date = date and bool(re.search(r"[yd年日e]|aaa", bare, re.IGNORECASE) or not is_time)
        is_missed = is_date and _PLAIN_DATE_PARTS.search(bare) is None
        return NumberFormat(is_date=is_date, is_time=is_time and not is_date, is_missed_date=is_missed)
    is_text = "@" in bare and not has_digits
    scale = 1.0
    if commas := re.search(r"[0#?](,+)(?![0#?,])", bare.replace("·", "")):
        scale *= 1000.0 ** len(commas[1])
    if has_literal_point:
        scale *= 10.0 ** len(re.findall(r"[0#?]", bare.split("·", 1)[1]))
    if "%" in bare:
        scale *= 0.01
    if "‰" in bare:
        literal += "‰"
    whole = re.split(r"[.·]", bare)[0].replace(",", "")
    zeros = _ZEROS.search(whole)
    digits = len(zeros[0]) if zeros and "E" not in bare.upper() else 0
    plain = re.sub(r"[0#?.,%·+\-()/\sE@:]", "", bare, flags=re.IGNORECASE)
    words = f"{literal} {plain}".strip()
    unit = next(iter(_UNIT_WORD.findall(words)), None)
    symbol = next((word for sign, word in _CURRENCY.items() if sign in (currency, words) or currency == sign), None)
    if symbol is None and words and words[0] in "¥￥":
        symbol = "元"
    if unit is not None and unit not in _CURRENCY:
        return NumberFormat(unit=unit, scale=scale, digits=digits, is_text=is_text)
    return NumberFormat(
        unit=symbol or currency or None,
        scale=scale,
        digits=digits,
        is_text=is_text,
        is_symbol=symbol == "元",
    )


def read_styles(xml: bytes) -> dict[int, NumberFormat]:
    """The format of each cell style of a workbook, by style number."""
    from pipelines.reading.books.sheet_tags import attributes

    text = re.sub(rb"<(/?)\w+:(?=\w)", rb"<\1", re.sub(rb"<!--.*?-->", b"", xml, flags=re.DOTALL))
    custom: dict[int, NumberFormat] = {}
    formats = re.search(rb"<numFmts\b.*?</numFmts>", text, re.DOTALL)
    for tag in re.findall(rb"<numFmt\b[^>]*>", formats[0] if formats else b""):
        given = attributes(tag)
        number = given.get("numFmtId", b"")
        if number.isdigit():
            custom[int(number)] = parse_format(_unescaped(given.get("formatCode", b"")))
    found = re.search(rb"<cellXfs\b.*?</cellXfs>", text, re.DOTALL)
    styles: dict[int, NumberFormat] = {}
    for index, tag in enumerate(re.findall(rb"<xf\b[^>]*>", found[0] if found else b"")):
        number = attributes(tag).get("numFmtId", b"0")
        value = int(number) if number.isdigit() else 0
        styles[index] = custom[value] if value in custom else built_in(value)
    return styles


def _unescaped(value: bytes) -> str:
    from html import unescape

    return unescape(value.decode(errors="replace"))
