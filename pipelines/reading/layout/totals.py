"""Sums that a table itself claims: total rows, total columns, and rows that are the sum of rows after them.

Belongs here: finding such relations in the figures and the cells that break them. Does not belong here: which line is a
total (``layout``), control sums of a contract (``sums``).

A relation counts only when it holds in most of the places where it could: then the exception is the doubt. Rates,
means and densities never add up and are left out by their name or unit.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.contracts import Text
from pipelines.reading.doubts import Doubt
from pipelines.reading.grids import Grid

Figures = npt.NDArray[np.float64]
Lines = npt.NDArray[np.int64]
NO_SUM = re.compile(
    r"率|比重|比例|占|%|‰|％|每|均|密度|指数|增速|增长|幅度|系数|位次|排名|年龄|年度|年份|序号|编号|代码|号码|/|日期"
)
_PAIRS = tuple(
    (re.compile(one), re.compile(other))
    for one, other in ((r"男", r"女"), (r"城镇|城市", r"乡村|农村"), (r"非农业", r"(?<!非)农业"))
)
_TOTAL_ROW = re.compile(r"^(?:合计|总计|共计|总数|全[国省市县区州乡镇村]|(?:grand)?total)", re.IGNORECASE)
WIDEST_SUM = 15
LEVELS = (1, 2, 3)
CLOSE = 1e-6
PREVAILING = 0.6
FEWEST = 3
MOST_ROWS = 300
REACH = 6


def figures(columns: Sequence[pl.Series]) -> Figures:
    """The numbers of text columns, rows × columns, NaN where a cell is no plain number."""
    if not columns:
        return np.empty((0, 0))
    frame = pl.DataFrame([column.alias(str(at)) for at, column in enumerate(columns)])
    number = (
        pl.all()
        .str.strip_chars()
        .str.replace_all(r"[,，\s]", "")
        .str.replace_all("．", ".", literal=True)
        .str.extract(r"^([+\-]?\d+(?:\.\d+)?)$", 1)
        .cast(pl.Float64, strict=False)
    )
    return frame.select(number).to_numpy().astype(np.float64)


def decimals(columns: Sequence[pl.Series]) -> npt.NDArray[np.int64]:
    """How many decimals each figure of text columns has, rows × columns, 0 for other cells."""
    if not columns:
        return np.empty((0, 0), dtype=np.int64)
    frame = pl.DataFrame([column.alias(str(at)) for at, column in enumerate(columns)])
    length = pl.all().str.extract(r"[.．](\d+)\s*$", 1).str.len_chars().fill_null(0).cast(pl.Int64)
    return frame.select(length).to_numpy()


def tolerance(most_decimals: npt.NDArray[np.int64], parts: int) -> npt.NDArray[np.float64]:
    """What rounding may make of a sum of ``parts`` figures with so many decimals; whole numbers are exact."""
    rounded: npt.NDArray[np.float64] = 0.51 * 10.0 ** -most_decimals.astype(np.float64) * (parts + 1)
    return np.where(most_decimals > 0, rounded, 0.1)


def doubts_of_total_rows(grid: Grid, data: Lines, totals: dict[int, str], names: list[str]) -> list[Doubt]:
    """Total and sub-total lines (with their roles) against the data lines above them, per column that can add up.

    A total at the top of a list sums what is below it; one in the middle may sum the records since the total before.
    Listed figures add up exactly: a difference within rounding is a difference all the same.
    """
    if not totals:
        return []
    doubts: list[Doubt] = []
    lines = np.sort(np.concatenate((data, np.array(list(totals), dtype=np.int64))))
    texts = [column.text.gather(lines) for column in grid.columns]
    numbers = figures(texts)
    places = decimals(texts)
    is_data = ~np.isin(lines, list(totals))
    begin = 0
    for at in np.flatnonzero(~is_data).tolist():
        since = begin if totals[int(lines[at])] == "subtotal" else 0
        group_start, begin = begin, at + 1
        parts_of_group = np.where(is_data[group_start:at, None], numbers[group_start:at], np.nan)
        own = slice(since, at) if is_data[since:at].any() else slice(at + 1, None)
        parts = np.where(is_data[own, None], numbers[own], np.nan)
        counts = (~np.isnan(parts)).sum(axis=0)
        off = np.abs(np.nansum(parts, axis=0) - numbers[at])
        for position in np.flatnonzero((counts > 0) & ~np.isnan(numbers[at])).tolist():
            if names and NO_SUM.search(names[position]):
                continue
            if at > group_start and abs(np.nansum(parts_of_group[:, position]) - numbers[at, position]) < CLOSE:
                continue
            if off[position] > 0.1 * 10.0 ** -float(places[:, position].max()):
                row = int(grid.rows[int(lines[at])])
                doubts.append(Doubt("subtotal_mismatch", row, grid.first_column + position))
    return doubts


@dataclass(frozen=True)
class Relation:
    """A sum that a table keeps nearly everywhere: ``total`` and ``parts`` are columns, or rows, of the source.

    ``holds`` and ``fails`` count the places where it could be checked.
    """

    along: Literal["columns", "rows"]
    total: int
    parts: tuple[int, ...]
    holds: int
    fails: int


def relations(grid: Grid, data: Lines, names: list[str]) -> tuple[list[Relation], list[Doubt]]:
    """The sums that a small table keeps by itself, and the cells that break them: a total column, rows above parts."""
    if not FEWEST <= len(data) <= MOST_ROWS:
        return [], []
    body = [column.text.gather(data) for column in grid.columns]
    numbers = figures(body)
    numeric = np.flatnonzero((~np.isnan(numbers)).sum(axis=0) >= FEWEST)
    if not len(numeric):
        return [], []
    labels = [" ".join(str(column[line] or "") for column in body[: int(numeric[0])]) for line in range(len(data))]
    table = _Figures(numbers, decimals(body), numeric, labels, grid.rows.gather(data), grid.first_column, names)
    found: list[Relation] = []
    doubts: dict[tuple[int | None, int | None], Doubt] = {}
    for relation, broken in (*_of_columns(table), *_of_rows(table), *_of_named_rows(table)):
        found.append(relation)
        for doubt in broken:
            doubts.setdefault((doubt.row, doubt.column), doubt)
    return found, list(doubts.values())


@dataclass(frozen=True)
class _Figures:
    """A small table's figures and their decimals, which columns are numeric, row labels, source rows and names."""

    numbers: Figures
    decimals: npt.NDArray[np.int64]
    numeric: npt.NDArray[np.int64]
    labels: list[str]
    rows: pl.Series
    first: int
    names: list[str]

    @property
    def sums(self) -> npt.NDArray[np.bool_]:
        """Rows that may add up: no rates, no means."""
        return np.array([NO_SUM.search(label) is None for label in self.labels])

    def row(self, line: int) -> int:
        return int(self.rows[line])


def _of_columns(table: _Figures) -> Iterator[tuple[Relation, list[Doubt]]]:
    """A column that is the sum of all other figures in most rows."""
    if len(table.numeric) < FEWEST:
        return
    allowed = [int(at) for at in table.numeric if not (table.names and NO_SUM.search(table.names[at]))]
    if len(allowed) < FEWEST:
        return
    for index, total in enumerate(allowed):
        for others in _part_columns(allowed, index):
            stated, parts = table.numbers[:, total], table.numbers[:, others]
            is_due = table.sums & ~np.isnan(stated) & ((~np.isnan(parts)).sum(axis=1) >= 2)
            lines = np.flatnonzero(is_due)
            if len(lines) < FEWEST:
                continue
            limits = tolerance(table.decimals[lines].max(axis=1), len(others))
            off = np.abs(np.nansum(parts[lines], axis=1) - stated[lines]) > limits
            if (~off).sum() < max(FEWEST, PREVAILING * len(lines)) or not np.any(stated[lines]):
                continue
            places = tuple(table.first + position for position in others)
            relation = Relation("columns", table.first + total, places, int((~off).sum()), int(off.sum()))
            yield (
                relation,
                [Doubt("subtotal_mismatch", table.row(int(line)), table.first + total) for line in lines[off]],
            )
            break


def _part_columns(allowed: list[int], index: int) -> Iterator[list[int]]:
    """Columns that may be the parts of one: all others, or neighbours right of it, or left of it, the most first."""
    everything = [position for position in allowed if position != allowed[index]]
    right, left = allowed[index + 1 : index + 1 + WIDEST_SUM], allowed[max(0, index - WIDEST_SUM) : index]
    yield everything
    for count in range(len(right), 1, -1):
        yield right[:count]
    for count in range(len(left), 1, -1):
        yield left[-count:]


def _of_rows(table: _Figures) -> Iterator[tuple[Relation, list[Doubt]]]:
    """A row that is the sum of two rows shortly after it in most columns, as 总人口 above 男 and 女."""
    matrix = table.numbers[:, table.numeric]
    usable = np.flatnonzero(table.sums & ((~np.isnan(matrix)).sum(axis=1) >= 2))
    matrix = matrix[usable]
    limit = float(tolerance(table.decimals[:, table.numeric].max(keepdims=True), 2).max())
    for one, other in itertools.combinations(range(1, REACH + 1), 2):
        if other >= len(usable):
            continue
        count = len(usable) - other
        first, second, stated = matrix[one : one + count], matrix[other : other + count], matrix[:count]
        parts = first + second
        due = ~np.isnan(stated) & ~np.isnan(parts)
        off = due & (np.abs(parts - stated) > limit)
        holds = (due & ~off).sum(axis=1)
        is_empty = (np.where(due, first, 0) == 0).all(axis=1) | (np.where(due, second, 0) == 0).all(axis=1)
        for line in np.flatnonzero((holds >= 1) & ~is_empty & (holds >= PREVAILING * due.sum(axis=1))).tolist():
            lines = [int(usable[at]) for at in (line, line + one, line + other)]
            is_pair = _is_pair(table.labels[lines[1]], table.labels[lines[2]])
            if due[line].sum() >= 2 if is_pair else holds[line] >= FEWEST and lines[2] - lines[0] <= REACH:
                yield _row_sum(table, lines, int(holds[line]), np.flatnonzero(off[line]))


def _of_named_rows(table: _Figures) -> Iterator[tuple[Relation, list[Doubt]]]:
    """A first or last row that calls itself a total, against all other rows or those of one level of indentation.

    Where it holds in no column, the row itself is doubted: its name promises a sum.
    """
    usable = np.flatnonzero(table.sums)
    for line in (0, len(table.labels) - 1):
        others = usable[usable != line]
        columns = [at for at in table.numeric.tolist() if not (table.names and NO_SUM.search(table.names[at]))]
        columns = [at for at in columns if not np.isnan(table.numbers[line, at])]
        if len(others) < 2 or not columns or not _TOTAL_ROW.match("".join(table.labels[line].split())):
            continue
        depths = np.array([len(table.labels[at]) - len(table.labels[at].lstrip()) for at in others.tolist()])
        limit = tolerance(table.decimals[:, columns].max(axis=0), len(others))
        stated = table.numbers[line, columns]
        best = others
        most: npt.NDArray[np.bool_] = np.zeros(len(columns), dtype=np.bool_)
        for chosen in (others, *(others[depths == depth] for depth in np.unique(depths))):
            sums = np.nansum(table.numbers[chosen][:, columns], axis=0)
            holds: npt.NDArray[np.bool_] = np.any([np.abs(sums / times - stated) <= limit for times in LEVELS], axis=0)
            if holds.sum() > most.sum():
                best, most = chosen, holds
        rows = tuple(table.row(int(at)) for at in best)
        relation = Relation("rows", table.row(line), rows, int(most.sum()), int((~most).sum()))
        off = [table.first + at for at, is_right in zip(columns, most, strict=True) if not is_right]
        where: list[int | None] = [*off] if most.any() else [None]
        yield relation, [Doubt("subtotal_mismatch", table.row(line), column) for column in where]


def _row_sum(table: _Figures, lines: list[int], holds: int, off: npt.NDArray[np.int64]) -> tuple[Relation, list[Doubt]]:
    """The relation of a row with its two parts, and a doubt where it fails."""
    total, one, other = (table.row(line) for line in lines)
    detail = Text(zh=f"应为第{one}行与第{other}行之和", en=f"should be the sum of rows {one} and {other}")
    broken = [Doubt("subtotal_mismatch", total, table.first + int(table.numeric[at]), detail) for at in off]
    return Relation("rows", total, (one, other), holds, len(off)), broken


def _is_pair(one: str, other: str) -> bool:
    """Labels of two halves that make a whole by their meaning."""
    return any(first.search(one) and second.search(other) for first, second in _PAIRS)
