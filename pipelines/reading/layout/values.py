"""Doubts about the values of a table that nothing is known about but its columns themselves.

Belongs here: what a column says about its own cells: kinds, lengths, leading zeros, damaged figures. Does not belong
here: sums (``totals``), structure (``layout``), any contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.contracts import Text
from pipelines.reading.doubts import Doubt
from pipelines.reading.identity import has_right_check_digit
from pipelines.reading.layout.looks import Codes, Look
from pipelines.reading.tables import Column, Kind

FEWEST = 4
MOST_PER_COLUMN = 200
PREVAILING = 0.8
NEARLY_ALL = 0.9
_NOTATIONS = (r"^\(.*\)$", r"[%％‰]\)?$", r"[Ee][+\-]?[0-9]+", r"^−", r"[$¥￥€£]")
_NOTATION = "|".join(_NOTATIONS)
SAFE_DIGITS = 15
_IDENTITY_NAME = re.compile(
    r"身份证|证件号|公民身份|银行卡|卡号|账号|帐号|社保号|残疾证|identity|id.?card|account", re.IGNORECASE
)
_CODE_NAME = re.compile(r"代码|编码|编号|区划|邮编|卡号|账号|帐号|\b(?:code|zip|postcode|fips)\b", re.IGNORECASE)
_EXPONENT = r"^\d(?:\.\d+)?[Ee]\+?\d{2}$"
_ROUNDED = r"^\d{15}000$|^\d{16,}0{3,}$"
_DIGITISH = r"^[+\-−]?[\d０-９OoОlI|，,．.。·'’\s%％‰]+$"
_IMPOSSIBLE_DATE = (
    r"^\d{4}[-/.年](?:0?0|1[3-9]|[2-9]\d)[-/.月]\d|^\d{4}[-/年](?:0?0|1[3-9]|[2-9]\d)月?$"
    r"|^\d{4}[-/.年]\d{1,2}[-/.月](?:0?0|3[2-9]|[4-9]\d)日?$"
)


@dataclass(frozen=True)
class Values:
    """The data cells of one column: text and kinds, the look of each, its source column and its rows."""

    column: Column
    codes: Codes
    position: int
    rows: npt.NDArray[np.int32]
    name: str

    def doubts(self, kind: str, where: pl.Series, detail: Text | None = None) -> Iterator[Doubt]:
        """A doubt per cell where ``where`` is true; of many, the first and one for the column with the count."""
        lines = where.fill_null(value=False).arg_true()
        for line in lines[:MOST_PER_COLUMN]:
            yield Doubt(kind, int(self.rows[line]), self.position, detail)
        if len(lines) > MOST_PER_COLUMN:
            rest = len(lines) - MOST_PER_COLUMN
            yield Doubt(kind, None, self.position, Text(zh=f"另有{rest}处", en=f"{rest} more cells"))


def doubts_of_values(
    columns: list[Column], codes: Codes, rows: npt.NDArray[np.int32], names: list[str], first: int
) -> list[Doubt]:
    """Every doubt about the data cells of a table; ``codes`` are their looks, ``first`` the first source column."""
    doubts: list[Doubt] = []
    if not len(rows):
        return doubts
    texts = pl.DataFrame([column.text.alias(str(at)) for at, column in enumerate(columns)])
    texts = texts.with_columns(pl.when(pl.all().str.strip_chars() != "").then(pl.all().str.strip_chars()))
    longest = texts.select(pl.all().str.len_chars().max()).row(0)
    has_exponent = texts.select(pl.all().str.contains(_EXPONENT).any()).row(0)
    for at, column in enumerate(columns):
        looks = codes[:, at]
        values = Values(Column(texts[str(at)], column.kinds), looks, first + at, rows, names[at] if names else "")
        has_code = bool((looks == Look.CODE).any())
        found: list[Doubt] = []
        if (has_code and (longest[at] or 0) > SAFE_DIGITS - 3) or has_exponent[at]:
            found = list(_identities(values))
        doubts += found
        doubts += _errors(values)
        if not found and (has_code or _CODE_NAME.search(values.name)):
            doubts += _lost_zeros(values)
        known = {doubt.row for doubt in found}
        doubts += (
            doubt for doubt in (*_mixed(values), *_notations(values)) if doubt.row is None or doubt.row not in known
        )
        if (looks == Look.DATE).any():
            doubts += _dates(values)
    return doubts


def _errors(values: Values) -> Iterator[Doubt]:
    if values.column.kinds is not None and (where := values.column.kinds == int(Kind.ERROR)).any():
        yield from values.doubts("formula", where)


def _identities(values: Values) -> Iterator[Doubt]:
    """Numbers too long for a numeric cell, exponents of such numbers, and 18 digits that end in zeros."""
    text = values.column.text
    longest = text.str.len_chars().max()
    if not isinstance(longest, int) or longest < 5:
        return
    is_named = bool(_IDENTITY_NAME.search(values.name))
    digits = text.str.len_chars()
    if values.column.kinds is not None:
        is_number = values.column.kinds == int(Kind.NUMBER)
        is_long = text.str.contains(r"^\d+$") & (digits > SAFE_DIGITS)
        is_named_long = pl.Series([is_named] * len(text), dtype=pl.Boolean) & text.str.contains(r"^\d{12,}")
        yield from values.doubts(
            "numeric_identity", is_number & (is_long | is_named_long | text.str.contains(r"(?i)e\+\d\d"))
        )
        text = pl.select(pl.when(~is_number).then(text)).to_series()
    is_exponent = text.str.contains(_EXPONENT)
    has_long = bool(text.str.contains(r"^\d{15}(?:\d{2}[\dXx])?$").sum() or 0)
    if is_exponent.any() and (is_named or has_long or (is_exponent.sum() or 0) * 2 > len(text.drop_nulls())):
        yield from values.doubts("numeric_identity", is_exponent)
    is_identity = text.str.contains(r"^\d{17}[\dXx]$")
    count = int(is_identity.sum() or 0)
    if not count:
        return
    distinct = text.filter(is_identity.fill_null(value=False)).unique()
    is_right = has_right_check_digit(distinct.str.to_uppercase())
    looks_like = is_named or int(is_right.sum() or 0) * 2 >= len(distinct)
    rounded = text.str.contains(_ROUNDED)
    if looks_like or int((rounded & is_identity).sum() or 0) * 2 > count:
        yield from values.doubts("numeric_identity", rounded)
    if looks_like:
        failing = distinct.filter(~is_right)
        yield from values.doubts("bad_check_digit", text.is_in(failing.implode()) & ~rounded)


def _lost_zeros(values: Values) -> Iterator[Doubt]:
    """Codes of one length of which some begin with a zero and some are shorter; and codes held as numbers."""
    text = values.column.text
    is_digits = text.str.contains(r"^\d+$").fill_null(value=False)
    digits = text.filter(is_digits)
    if len(digits) < FEWEST:
        return
    lengths = digits.str.len_chars()
    counts = np.bincount(lengths.to_numpy())
    usual = int(counts.argmax())
    is_code = bool(_CODE_NAME.search(values.name))
    has_zero = bool(digits.str.starts_with("0").any())
    if (
        usual < 4
        or counts[usual] < (0.5 if has_zero or is_code else PREVAILING) * len(digits)
        or not (has_zero or is_code)
    ):
        return
    length = text.str.len_chars()
    yield from values.doubts("lost_zero", is_digits & (length < usual) & (length >= usual - 2))


def _mixed(values: Values) -> Iterator[Doubt]:
    """Cells that are not of their column's kind, and figures with characters inside that figures do not have."""
    codes = values.codes
    filled = (codes != Look.BLANK) & (codes != Look.PLACEHOLDER)
    count = int(filled.sum())
    text = values.column.text
    if not count:
        return
    odd = pl.Series((codes == Look.CODE) | (codes == Look.WORDS), dtype=pl.Boolean)
    damaged = odd
    if odd.any():
        damaged = odd & text.str.contains(_DIGITISH) & text.str.contains(r"[\d０-９]") & ~text.str.contains(r"^[0-9]+$")
    counts = np.bincount(codes[filled], minlength=6)
    numbers = int(counts[Look.NUMBER])
    is_numeric = numbers >= max(2, 0.5 * count)
    if is_numeric and odd.any():
        yield from values.doubts("damaged_number", damaged)
    if count < FEWEST:
        return
    for look in (Look.NUMBER, Look.DATE):
        if PREVAILING * count <= counts[look] < len(codes):
            other = pl.Series((codes != look) & (codes != Look.BLANK), dtype=pl.Boolean)
            if look == Look.NUMBER and (codes == Look.CODE).any():
                other &= ~text.str.contains(r"^[0-9]+$")
            if look == Look.DATE:
                other &= pl.Series(codes != Look.PLACEHOLDER, dtype=pl.Boolean)
            yield from values.doubts("mixed_type", other & ~damaged)
            return
    if counts[Look.WORDS] >= NEARLY_ALL * count and count >= 2 * FEWEST:
        foreign = pl.Series((codes == Look.NUMBER) | (codes == Look.DATE), dtype=pl.Boolean)
        if foreign.any():
            yield from values.doubts("mixed_type", foreign)
    kinds = values.column.kinds
    if kinds is not None:
        yield from _mixed_kinds(values, kinds, filled, count)


def _mixed_kinds(values: Values, kinds: pl.Series, filled: npt.NDArray[np.bool_], count: int) -> Iterator[Doubt]:
    """In a workbook: single numbers among texts that are no figures, or single texts among dates."""
    is_filled = pl.Series(filled, dtype=pl.Boolean)
    for kind in (Kind.NUMBER, Kind.DATE):
        same = (kinds == int(kind)) & is_filled
        share = int(same.sum() or 0) / count
        if 0 < share <= 1 - PREVAILING and bool((values.codes[~same.to_numpy() & filled] != kind).any()):
            yield from values.doubts("mixed_type", same)


def _dates(values: Values) -> Iterator[Doubt]:
    """Days and times that no calendar and no clock has, in columns of dates."""
    text = values.column.text
    dates = int((values.codes == Look.DATE).sum())
    if dates < 2 and len(values.codes) >= FEWEST:
        return
    parts = (
        text.str.extract_groups(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]|$)").struct.unnest().cast(pl.Int32)
    )
    is_day = parts["1"].is_not_null()
    written = parts.select(
        pl.format(
            "{}-{}-{}", pl.col("1"), pl.col("2").cast(pl.String).str.zfill(2), pl.col("3").cast(pl.String).str.zfill(2)
        )
    ).to_series()
    is_false_day = is_day & written.str.to_date("%Y-%m-%d", strict=False).is_null()
    is_false_time = text.str.contains(r"(?:^|[ T])(?:2[4-9]|[3-9]\d):\d{2}|:[6-9]\d(?::|$)")
    yield from values.doubts("bad_date", text.str.contains(_IMPOSSIBLE_DATE) | is_false_day | is_false_time)


def _notations(values: Values) -> Iterator[Doubt]:
    """Numbers written another way than nearly all of their column: in parentheses, with %, as a power of ten."""
    is_number = pl.Series(values.codes == Look.NUMBER, dtype=pl.Boolean)
    count = int(is_number.sum() or 0)
    text = values.column.text
    odd = is_number & text.str.contains(_NOTATION)
    many = int(odd.sum() or 0)
    if count < 2 * FEWEST or not many or values.column.kinds is not None:
        return
    detail = Text(zh="与本列其他数字的写法不同", en="written another way than the other figures of the column")
    for pattern in _NOTATIONS:
        same = is_number & text.str.contains(pattern)
        share = int(same.sum() or 0) / count
        if 0 < share <= 1 - NEARLY_ALL:
            yield from values.doubts("mixed_type", same, detail)
        elif NEARLY_ALL <= share < 1:
            yield from values.doubts("mixed_type", is_number & ~same, detail)
