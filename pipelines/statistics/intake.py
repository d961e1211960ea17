"""Columns of a file for the statistics, through the reader: every refused cell is counted with its row, none guessed.

Belongs here: finding the table and the columns, parsing their cells, the account of rows. Does not belong here:
reading a file (``pipelines.reading`` does, in its confined process), statistics.

No message and no account repeats a cell.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipelines.contracts import Text
from pipelines.reading.inspection_runs import inspect_files
from pipelines.reading.values import YUAN_PER_UNIT, Problem, clean_text, parse_decimal
from pipelines.settings import Settings
from pipelines.statistics.distribution import Floats

# Survey weights are printed with all digits of a binary number: far more places than money has.
PLACES = Decimal("1e-18")
DIGITS = 60
SHOWN_ROWS = 20
WORKBOOKS = ("xlsx", "xls", "parquet")
_UNIT_IN_NAME = re.compile(r"\s*[(（\[【][^()（）\[\]【】]*[)）\]】]\s*$")
_PERCENT = "%％"

REFUSALS: Mapping[str, Text] = {
    "missing": Text(zh="空白", en="blank"),
    "bad_number": Text(zh="不是数字或已损坏", en="no number, or a damaged one"),
    "out_of_range": Text(zh="数字过大", en="too large a number"),
    "not_above_zero": Text(zh="权数或人口数不大于0", en="weight or size is not above 0"),
}


class IntakeError(ValueError):
    """The file, the table or a column cannot be used; the text says why and what to do, in both languages."""

    def __init__(self, text: Text) -> None:
        super().__init__(f"{text.zh} {text.en}")
        self.text = text


@dataclass
class Refusal:
    """Cells of one column refused for one reason: how many, and the first source rows."""

    column: str
    reason: str
    count: int
    rows: list[int]


@dataclass
class Intake:
    """The table as it was found and its columns; numbers are NaN and texts None where a cell was refused.

    ``rows`` are source rows; ``units`` the money unit of each number column that states one, already turned into yuan;
    ``doubts`` are the reader's about the table or these columns.
    """

    file: str
    sheet: str
    rows: list[int]
    data_row_count: int
    non_data_row_count: int
    numbers: dict[str, Floats]
    texts: dict[str, list[str | None]]
    units: dict[str, str]
    refusals: list[Refusal] = field(default_factory=list)
    doubts: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, column: str, reason: str, where: np.typing.NDArray[np.bool_]) -> None:
        """Account for cells that were refused."""
        lines = np.flatnonzero(where)
        if len(lines):
            shown = [self.rows[line] for line in lines[:SHOWN_ROWS]]
            self.refusals.append(Refusal(column, reason, len(lines), shown))

    def check_units(self, columns: Sequence[str]) -> None:
        """Raise IntakeError when one of these columns states 万元 or 亿元 and another states no unit."""
        stated = {self.units.get(column) for column in columns}
        if None in stated and stated - {None, "元"}:
            raise IntakeError(
                Text(
                    zh="有的收入列写明了单位，有的没有：请补全单位。",
                    en="Some income columns state their unit and some do not: add the missing ones.",
                )
            )

    def refuse_not_above_zero(self, column: str) -> None:
        """Turn weights or sizes of 0 and less into refused cells."""
        where = self.numbers[column] <= 0
        self.refuse(column, "not_above_zero", where)
        self.numbers[column] = np.where(where, np.nan, self.numbers[column])


def read_columns(
    file: Path,
    settings: Settings,
    *,
    numbers: Sequence[str],
    texts: Sequence[str] = (),
    table: int | None = None,
    takes_percent: bool = False,
) -> Intake:
    """Read these columns of the one table that has them all (``table`` chooses by number, from 1).

    ``takes_percent`` reads a column whose every cell ends with % as its figures; else such a cell is refused. Raises
    IntakeError when the file was refused, when no table has the columns or several have.
    """
    wanted = list(dict.fromkeys([*numbers, *texts]))
    with tempfile.TemporaryDirectory(prefix="xianqing-stats-") as folder:
        report = next(inspect_files([file], settings, to=Path(folder)))
        if report["refused"]:
            reason, remedy = (Text(zh=report[f"{key}_zh"], en=report[key]) for key in ("refused", "remedy"))
            raise IntakeError(Text(zh=f"{reason.zh}{remedy.zh}", en=f"{reason.en} {remedy.en}"))
        about, at = _choose(report["tables"], wanted, table)
        frame = pl.read_csv(about["rows"], has_header=False, infer_schema=False).slice(1)
    if len(frame) != about["data_rows"]:
        raise IntakeError(Text(zh="读出的行数与表不一致。", en="The rows read do not agree with the table."))
    if _has_units_by_row(about):
        raise IntakeError(
            Text(zh="各行的单位不同，请先换算成同一单位。", en="Its rows have different units: convert them first.")
        )
    rows = [first + step for first, size in about["row_runs"] for step in range(size)]
    found = Intake(report["file"], about["sheet"], rows, about["data_rows"], about["non_data_rows"], {}, {}, {})
    is_workbook = report["format"] in WORKBOOKS
    for name in numbers:
        unit = (about["units"][at[name]] or about["unit"] or "").split("/")[0]
        money = unit if unit in YUAN_PER_UNIT else None
        if money:
            found.units[name] = money
        found.numbers[name] = _numbers(
            frame.to_series(at[name]), name, money, found, from_number=is_workbook, takes_percent=takes_percent
        )
    for name in texts:
        found.texts[name] = [clean_text(text) if text else None for text in frame.to_series(at[name])]
    used = {about["first_column"] + position for position in at.values()}
    found.doubts = [doubt for doubt in about["doubts"] if doubt["column"] is None or doubt["column"] in used]
    return found


def _choose(
    tables: list[dict[str, Any]], wanted: list[str], number: int | None
) -> tuple[dict[str, Any], dict[str, int]]:
    if number is not None and not 1 <= number <= len(tables):
        raise IntakeError(
            Text(
                zh=f"文件中有{len(tables)}张表，没有第{number}张。", en=f"There are {len(tables)} tables, no {number}."
            )
        )
    candidates = tables if number is None else [tables[number - 1]]
    fitting = [(about, at) for about in candidates if (at := _positions(about["columns"], wanted)) is not None]
    if len(fitting) > 1:
        raise IntakeError(
            Text(
                zh=f"有{len(fitting)}张表都有这些列，请用--table选一张。",
                en=f"{len(fitting)} tables have these columns: choose one with --table.",
            )
        )
    if not fitting:
        names = {name for about in candidates for name in about["columns"] if name}
        missing = [name for name in wanted if all(_position(about["columns"], name) is None for about in candidates)]
        known = "、".join(sorted(names)) or "—"
        asked = "、".join(missing or wanted)
        raise IntakeError(
            Text(zh=f"没有列“{asked}”，文件中的列有：{known}。", en=f"No column {asked}. The columns are: {known}.")
        )
    return fitting[0]


def _positions(columns: list[str], wanted: list[str]) -> dict[str, int] | None:
    found = {name: _position(columns, name) for name in wanted}
    return {name: at for name, at in found.items() if at is not None} if None not in found.values() else None


def _position(columns: list[str], name: str) -> int | None:
    """Where a column is: by its name, or by its name without the unit in brackets; None unless there is exactly one."""
    for names in (columns, [_UNIT_IN_NAME.sub("", column) for column in columns]):
        if names.count(name) == 1:
            return names.index(name)
    return None


def _has_units_by_row(about: dict[str, Any]) -> bool:
    units = {unit for unit in about["row_units"] if unit}
    return len(units & set(YUAN_PER_UNIT)) > 1


def _numbers(
    column: pl.Series, name: str, unit: str | None, into: Intake, *, from_number: bool, takes_percent: bool
) -> Floats:
    """Every cell as a number; each distinct text is parsed once."""
    filled = column.replace("", None)
    distinct = filled.drop_nulls().unique()
    is_percent = takes_percent and all(text.strip()[-1:] in _PERCENT for text in distinct)
    values: dict[str, float] = {}
    problems: dict[str, str] = {}
    with localcontext() as context:
        context.prec = DIGITS
        for text in distinct:
            cleaned = clean_text(text.strip().rstrip(_PERCENT) if is_percent else text)
            value = parse_decimal(cleaned, unit=unit, places=PLACES, from_number=from_number)
            if isinstance(value, Problem):
                problems[text] = value.code
            else:
                values[text] = float(value)
    into.refuse(name, "missing", filled.is_null().to_numpy())
    for code in sorted(set(problems.values())):
        texts = [text for text, problem in problems.items() if problem == code]
        into.refuse(name, code, filled.is_in(texts).fill_null(value=False).to_numpy())
    if not values:
        return np.full(len(column), np.nan)
    parsed = filled.replace_strict(values, default=None, return_dtype=pl.Float64)
    return parsed.fill_null(float("nan")).to_numpy().astype(np.float64)
