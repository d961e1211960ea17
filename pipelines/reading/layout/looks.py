"""What a cell looks like: number, date, code, words or a placeholder; on whole columns at once.

Belongs here: classes of cells and of columns. Does not belong here: what follows from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.reading.tables import Column, Kind


class Look(IntEnum):
    """The look of a cell; ``CODE`` holds a digit and is neither number nor date, ``WORDS`` holds none."""

    BLANK = 0
    NUMBER = 1
    DATE = 2
    CODE = 3
    WORDS = 4
    PLACEHOLDER = 5


Codes = npt.NDArray[np.uint8]

NUMBER = (
    r"^\(?[+\-−]?[$¥￥€£]?\s?[+\-]?(?:[0-9]{1,3}(?:[,，][0-9]{3})+|[0-9]+)?(?:\.[0-9]+)?"
    r"(?:[Ee][+\-]?[0-9]+)?\s?[%％‰]?\)?$"
)
_MONTH, _DAY = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?"
_DATE = (
    rf"^(?:\d{{4}}[-/.年]\d{{1,2}}[-/.月]\d{{1,2}}日?|(?:19|20)\d{{2}}(?:[-/]{_MONTH}|年(?:{_MONTH}月)?)|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{4}}"
    rf"|{_MONTH}月(?:{_DAY}日)?|(?:19|20)\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:[ T]{_TIME})?$|^{_TIME}$"
)
PLACEHOLDER = r"^(?:[-—–－…/\\*#.·]+|无|空|暂无|不详|未知|null|NULL|NaN|nan|N/?A|n/?a|None|\?+)$"
_LONG_CODE = r"^0[0-9]+$|^[0-9]{9,}$"
TYPED_SHARE = 0.6


def looks(columns: Sequence[Column]) -> Codes:
    """The look of every cell: a matrix of lines × columns, worked out in one pass."""
    if not columns:
        return np.empty((0, 0), dtype=np.uint8)
    frame = pl.DataFrame([column.text.alias(str(at)) for at, column in enumerate(columns)])
    codes: Codes = frame.select(_look(pl.col(name).str.strip_chars()).alias(name) for name in frame.columns).to_numpy(
        order="fortran", writable=True
    )
    for at, column in enumerate(columns):
        if column.kinds is not None:
            found, kinds = codes[:, at], column.kinds.to_numpy()
            filled = found != Look.BLANK
            found[filled & (kinds == Kind.NUMBER) & (found != Look.CODE)] = Look.NUMBER
            found[filled & (kinds == Kind.DATE)] = Look.DATE
    return codes


def _look(text: pl.Expr) -> pl.Expr:
    return (
        pl.when(text.is_null() | (text == ""))
        .then(Look.BLANK)
        .when(text.str.contains(PLACEHOLDER))
        .then(Look.PLACEHOLDER)
        .when(~text.str.contains(r"\d"))
        .then(Look.WORDS)
        .when(text.str.contains(_DATE))
        .then(Look.DATE)
        .when(text.str.contains(_LONG_CODE))
        .then(Look.CODE)
        .when(text.str.contains(NUMBER) & text.str.contains(r"[0-9]"))
        .then(Look.NUMBER)
        .otherwise(Look.CODE)
        .cast(pl.UInt8)
    )


def main_look(codes: Codes) -> Look:
    """The look that most filled cells of a column have, ``BLANK`` for none and ``WORDS`` where no look prevails."""
    filled = codes[(codes != Look.BLANK) & (codes != Look.PLACEHOLDER)]
    if not len(filled):
        return Look.BLANK
    counts = np.bincount(filled, minlength=6)
    best = int(counts.argmax())
    return Look(best) if counts[best] >= TYPED_SHARE * len(filled) else Look.WORDS
