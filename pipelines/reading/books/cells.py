"""Typed cells as columns of text with their kinds.

Belongs here: the canonical text of a number, date, time or truth value. Does not belong here: files, what columns mean.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import polars as pl

from pipelines.reading.tables import Column, Kind

_WHOLE_LIMIT = 1e15


@contextmanager
def without_collection() -> Iterator[None]:
    """Millions of cells come into being at once and none refers to another: looking for cycles among them is vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class FormulaError(str):
    """A cell that holds a formula's error; an empty one is a formula without a result."""

    __slots__ = ()


_KIND_OF_TYPE = {
    FormulaError: Kind.ERROR,
    str: Kind.TEXT,
    bool: Kind.BOOLEAN,
    int: Kind.NUMBER,
    float: Kind.NUMBER,
    datetime: Kind.DATE,
    date: Kind.DATE,
    time: Kind.DATE,
    timedelta: Kind.DATE,
}


def number_text(value: float) -> str:
    """A number as text: whole ones without a fraction, others by the fewest digits that give the same number back.

    >>> number_text(3.0), number_text(0.1), number_text(9.90101198001011e17)
    ('3', '0.1', '9.90101198001011e+17')
    """
    if value.is_integer() and abs(value) < _WHOLE_LIMIT:
        return str(int(value))
    return repr(value).removesuffix(".0")


def cell_text(cell: object, words: tuple[str, str] = ("是", "否")) -> str:
    """A cell as text: whole numbers without a fraction, dates in ISO form, booleans as ``words``.

    >>> cell_text(3.0)
    '3'
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return words[0] if cell else words[1]
    if isinstance(cell, float):
        return number_text(cell)
    if isinstance(cell, datetime):
        near = _whole_second(cell)
        return near.date().isoformat() if near.time() == time() else near.isoformat(" ")
    if isinstance(cell, timedelta):
        seconds = round(cell.total_seconds())
        return f"{'-' * (seconds < 0)}{abs(seconds) // 3600}:{abs(seconds) // 60 % 60:02d}:{abs(seconds) % 60:02d}"
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _whole_second(moment: datetime) -> datetime:
    """The moment without the fraction of a millisecond that a serial number cannot hold exactly."""
    rest = moment.microsecond
    if rest == 0 or 1_000 < rest < 999_000:
        return moment
    return moment.replace(microsecond=0) + timedelta(seconds=1 if rest > 500_000 else 0)


def to_column(
    cells: Sequence[object], words: tuple[str, str] = ("是", "否"), *, has_formula_errors: bool = True
) -> Column:
    """A column of typed cells as text and kinds; an empty string stays one.

    Where no cell of a sheet is a formula's error, a column of nothing but text is taken without a look at each cell.
    """
    if not has_formula_errors:
        try:
            return Column(pl.Series(cells, dtype=pl.String, strict=True))
        except TypeError:
            pass  # some are no text
    types = set(map(type, cells))
    if types <= {str}:
        return Column(pl.Series(cells, dtype=pl.String))
    if types <= {str, float}:
        return _floats_to_column(cells)
    text = pl.Series([cell if type(cell) is str else cell_text(cell, words) for cell in cells], dtype=pl.String)
    kinds = pl.Series([_KIND_OF_TYPE[type(cell)] for cell in cells], dtype=pl.Int8)
    return Column(text, kinds)


def _floats_to_column(cells: Sequence[object]) -> Column:
    # Numbers of a register repeat: each different one is written once. True and 1 cannot meet here.
    distinct = set(cells)
    texts: dict[object, str] = {}
    kinds: dict[object, int] = {}
    for cell in distinct:
        is_number = type(cell) is float
        texts[cell] = number_text(cell) if is_number else cell  # type: ignore[arg-type, assignment]
        kinds[cell] = (1 if math.isfinite(cell) else 4) if is_number else 0  # type: ignore[arg-type]
    return Column(
        pl.Series([texts[cell] for cell in cells], dtype=pl.String),
        pl.Series([kinds[cell] for cell in cells], dtype=pl.Int8),
    )


def to_grid_column(cells: Sequence[object]) -> Column:
    """Like ``to_column``, with TRUE/FALSE for truth values and null for blank cells."""
    column = to_column(cells, ("TRUE", "FALSE"))
    return Column(pl.select(pl.when(column.text != "").then(column.text)).to_series(), column.kinds)
