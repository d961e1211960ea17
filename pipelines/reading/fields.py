"""One column against its field of the contract: cleaned, typed, each bad value with its reason.

Belongs here: what can be judged within one column, on distinct values. Does not belong here: rules over several
columns or rows, and the writing of results.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np
import polars as pl

from pipelines.contracts import CodeValue, Field
from pipelines.reading import values
from pipelines.reading.identity import judge_identities
from pipelines.reading.reasons import CODE_NUMBER
from pipelines.reading.tables import Column, Kind
from pipelines.reading.text.garbling import garbled, wrongly_decoded

_TYPES: dict[str, pl.DataType] = {
    "date": pl.Date(),
    "month": pl.Date(),
    "year": pl.Int32(),
    "integer": pl.Int32(),
    "boolean": pl.Boolean(),
}
# Where other values of a column write the decimal point as a comma, 1,250 may be one and a quarter.
_DECIMAL_COMMA = r"^[+-]?\d+,\d{1,2}$|^[+-]?\d{1,3}(?:\.\d{3})+,\d+$"
_ONE_GROUP = r"^[+-]?\d{1,3},\d{3}$"
_SUSPECT = f"{values.CONTROL_CHARACTER}|{values.MOJIBAKE}"
# Ranges of bytes in UTF-8: blanks, control characters, and the first bytes of all characters that cleaning changes.
_MAY_BE_ODD = ((0, 0x1F), (0x7F, 0x7F), (0xC2, 0xC2), (0xE2, 0xE3), (0xEF, 0xEF))
_MAY_BE_UNCLEAN = (*_MAY_BE_ODD, (0x20, 0x20), (0xE1, 0xE1))
# All that is not plain ASCII, and the mark that stands for lost characters.
_MAY_BE_GARBLED = ((0x7F, 0xFF), (0, 0x1F), (ord("?"), ord("?")))
_EQUALS_SIGN = ((ord("="), ord("=")),)
_AS_TEXT = r'^\s*="(.*)"\s*$'  # how exporters keep a spreadsheet from taking a text for a number
_BLOCK = 1 << 17


class Parser(Protocol):
    """One cleaned text to its value or problem."""

    def __call__(self, text: str, *, from_number: bool) -> Any:
        """``from_number`` says that the cell was a number."""


@dataclass
class JudgedField:
    """A judged column: the cleaned text, the typed value, and the number of the reason where there is a problem.

    A value that parsed keeps its value also when it is out of range, so that sums are conserved. ``birth``,
    ``is_female`` and ``is_unknown_area`` are what an identity number says.
    """

    field: Field
    text: pl.Series
    value: pl.Series
    problem: pl.Series
    birth: pl.Series | None = None
    is_female: pl.Series | None = None
    is_unknown_area: pl.Series | None = None

    def add_problem(self, where: pl.Series, code: str) -> None:
        """Give rows where ``where`` is true the reason, unless they have one already."""
        if where.any():
            number = pl.lit(CODE_NUMBER[code], dtype=pl.Int8)
            self.problem = pl.select(
                pl.when(self.problem.is_null() & where.fill_null(value=False)).then(number).otherwise(self.problem)
            ).to_series()


def dtype_of(field: Field) -> pl.DataType:
    """The Polars type of a field's bronze column before pseudonyms."""
    if field.type == "decimal":
        return pl.Decimal(18, 2 if field.name.endswith("_cny") else 4)
    return _TYPES.get(field.type, pl.String())


def clean_column(column: Column) -> Column:
    """Outer blanks cut, ``="…"`` unwrapped, full-width digits and letters made plain, empty text made null."""
    text = column.text
    codes = _codes(text)
    is_sound = not _has(codes, _MAY_BE_GARBLED)
    if _has(codes, _EQUALS_SIGN):
        text = text.str.replace(_AS_TEXT, "$1")
    if _has(codes, _MAY_BE_UNCLEAN):
        if not _repeats(text):
            text = _cleaned(text)
        else:
            distinct = text.unique()
            cleaned = _cleaned(distinct)
            if (differs := distinct.ne_missing(cleaned)).any():
                text = text.replace(distinct.filter(differs), cleaned.filter(differs))
    if (text == "").any():
        text = pl.select(pl.when(text != "").then(text)).to_series()
    return Column(text, column.kinds, is_sound)


def _cleaned(text: pl.Series) -> pl.Series:
    text = text.str.strip_chars()
    if not _has(_codes(text), _MAY_BE_ODD):
        return text
    odd = text.str.contains(values.ODD_CHARACTER).fill_null(value=False)
    if not odd.any():
        return text
    distinct = text.filter(odd).unique()
    cleaned = pl.Series([values.clean_text(value) for value in distinct], dtype=pl.String)
    return text.scatter(odd.arg_true(), text.filter(odd).replace_strict(distinct, cleaned))


def _repeats(text: pl.Series) -> bool:
    """True when most values occur more than once, roughly: then the distinct ones are less work than all."""
    distinct: Any = text.approx_n_unique()
    return bool(distinct <= len(text) // 2)


def _codes(text: pl.Series) -> np.ndarray:
    """The bytes of all values, one after the other."""
    data = text.to_arrow().buffers()[-1]
    return np.frombuffer(data or b"", dtype=np.uint8)


def _has(codes: np.ndarray, ranges: tuple[tuple[int, int], ...]) -> bool:
    """True when a byte lies in one of the ranges: many times faster than a pattern, value by value."""
    blocks = (codes[at : at + _BLOCK] for at in range(0, len(codes), _BLOCK))
    return any(((block - np.uint8(low)) <= high - low).any() for block in blocks for low, high in ranges)


def _may_be_garbled(column: Column) -> bool:
    """True when a value may be damaged text; repeated values are looked at once."""
    if column.is_sound:
        return False
    looked_at = column.text.unique() if _repeats(column.text) else column.text
    return bool(looked_at.str.contains(f"{_SUSPECT}|{wrongly_decoded()}").any())


def empty_field(field: Field, height: int) -> JudgedField:
    """The column of a field that the file does not have."""
    return JudgedField(
        field,
        pl.Series([None] * height, dtype=pl.String),
        pl.Series([None] * height, dtype=dtype_of(field)),
        pl.Series([None] * height, dtype=pl.Int8),
    )


def allowed_values(code_list: tuple[CodeValue, ...]) -> dict[str, str]:
    """Every accepted spelling of a code list to the value that is kept."""
    return {spelling: value.value for value in code_list for spelling in (value.value, *value.codes)}


def judge_field(
    field: Field,
    column: Column,
    *,
    unit: str | None,
    code_lists: dict[str, tuple[CodeValue, ...]],
    latest: date,
    allow_synthetic: bool,
) -> JudgedField:
    """Judge a cleaned column.

    ``unit`` is the money unit that the header states, else the contract's; ``latest`` is the last plausible day.
    """
    text = column.text
    if field.type == "text" and field.pattern is None and column.kinds is None:
        judged = JudgedField(field, text, text, _no_problem(len(text)))
    elif field.type == "identity":
        judged = _judge_identity(field, column, allow_synthetic=allow_synthetic)
    else:
        judged = _judge_distinct(field, column, _parser(field, unit, code_lists))
    if _may_be_garbled(column) and (suspect := text.str.contains(_SUSPECT) | garbled(text)).any():
        is_control = text.str.contains(values.CONTROL_CHARACTER)
        judged.problem = pl.select(
            pl.when(suspect.fill_null(value=False)).then(None).otherwise(judged.problem)
        ).to_series()
        judged.add_problem(is_control, "control_character")
        judged.add_problem(suspect, "mojibake")
    if column.kinds is not None:
        is_error = column.kinds == int(Kind.ERROR)
        if is_error.any():
            judged.problem = pl.select(pl.when(is_error).then(None).otherwise(judged.problem)).to_series()
            judged.add_problem(is_error, "formula_error")
    if field.required:
        judged.add_problem(text.is_null(), "missing_required")
    if field.min is not None:
        judged.add_problem(judged.value < _limit(field, field.min), "out_of_range")
    if field.max is not None:
        judged.add_problem(judged.value > _limit(field, field.max), "out_of_range")
    if field.type in ("date", "month") and not field.may_be_future:
        judged.add_problem(judged.value > latest, "future_date")
    return judged


def _limit(field: Field, limit: float) -> float:
    """A contract's limit as the value is kept: limits of money are in the contract's unit, values in yuan."""
    return limit * values.YUAN_PER_UNIT[field.unit] if field.name.endswith("_cny") and field.unit else limit


def _parser(field: Field, unit: str | None, code_lists: dict[str, tuple[CodeValue, ...]]) -> Parser:
    """The parser of this field's cleaned texts; ``unit`` is the money unit of the column."""
    if field.type == "decimal":
        places = values.CENT if field.name.endswith("_cny") else values.FOUR_PLACES
        return lambda text, *, from_number: values.parse_decimal(
            text, unit=unit, places=places, from_number=from_number
        )
    if field.type == "month":
        return values.parse_month
    if field.type in ("code", "codes"):
        allowed = allowed_values(code_lists[field.code_list or ""])
        parse = (values.code_parser if field.type == "code" else values.codes_parser)(allowed)
        return lambda text, **_: parse(text)
    simple = {
        "date": values.parse_date,
        "year": values.parse_year,
        "integer": values.parse_integer,
        "boolean": values.parse_boolean,
    }
    if field.type in simple:
        return lambda text, **_: simple[field.type](text)
    pattern = re.compile(field.pattern) if field.pattern else None

    def parse_text(text: str, *, from_number: bool) -> str | values.Problem:
        kept = values.check_text(text, from_number=from_number)
        if isinstance(kept, str) and pattern is not None and pattern.fullmatch(kept) is None:
            return values.Problem("pattern_mismatch")
        return kept

    return parse_text


def _with_number_flag(column: Column) -> pl.DataFrame:
    if column.kinds is None:
        return pl.DataFrame({"text": column.text}).with_columns(pl.lit(value=False).alias("number"))
    return pl.DataFrame({"text": column.text, "number": column.kinds == int(Kind.NUMBER)})


def _judge_distinct(field: Field, column: Column, parse: Parser) -> JudgedField:
    rows = _with_number_flag(column)
    if column.kinds is None:
        distinct = column.text.unique().drop_nulls().to_frame("text").with_columns(pl.lit(value=False).alias("number"))
    else:
        distinct = rows.unique().drop_nulls("text")
    is_plain = column.kinds is None and field.type in ("text", "key") and field.pattern is not None
    if is_plain and all(map(re.compile(field.pattern or "").fullmatch, distinct["text"])):
        return JudgedField(field, column.text, column.text, _no_problem(len(rows)))
    kept: list[Any] = []
    problems: list[int | None] = []
    for text, number in distinct.iter_rows():
        value = parse(text, from_number=number)
        is_problem = isinstance(value, values.Problem)
        kept.append(None if is_problem else value)
        problems.append(CODE_NUMBER[value.code] if is_problem else None)
    found = distinct.with_columns(
        pl.Series("value", kept, dtype=dtype_of(field)), pl.Series("problem", problems, dtype=pl.Int8)
    )
    if field.type == "decimal" and distinct["text"].str.contains(_DECIMAL_COMMA).any():
        is_unclear = pl.col("text").str.contains(_ONE_GROUP)
        found = found.with_columns(
            pl.when(is_unclear).then(None).otherwise(pl.col("value")).alias("value"),
            pl.when(is_unclear)
            .then(CODE_NUMBER["bad_number"])
            .otherwise(pl.col("problem"))
            .cast(pl.Int8)
            .alias("problem"),
        )
    if column.kinds is None:
        is_sound = found["problem"].null_count() == len(found)
        if is_sound and found["value"].equals(found["text"], check_dtypes=True):
            return JudgedField(field, column.text, column.text, _no_problem(len(rows)))
        joined = rows.join(found.drop("number"), on="text", how="left", maintain_order="left")
    else:
        joined = rows.join(found, on=["text", "number"], how="left", maintain_order="left")
    return JudgedField(field, column.text, joined["value"], joined["problem"])


def _no_problem(height: int) -> pl.Series:
    return pl.repeat(None, height, dtype=pl.Int8, eager=True)


def _judge_identity(field: Field, column: Column, *, allow_synthetic: bool) -> JudgedField:
    rows = _with_number_flag(column)
    if field.prefix is not None:
        lettered = rf"^(?i:{field.prefix})([0-9]{{17}}[0-9Xx])$"
        rows = rows.with_columns(pl.col("text").str.replace(lettered, "$1"))
    judged = judge_identities(rows["text"], rows["number"], allow_synthetic=allow_synthetic)
    return JudgedField(
        field, column.text, judged.number, judged.problem, judged.birth, judged.is_female, judged.is_unknown_area
    )
