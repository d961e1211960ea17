"""How a department spells its file: header variants, date styles, units, small untidiness.

Belongs here: canonical frame → table as sent. Does not belong here: damage, and what is true.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any, Literal

import numpy as np
import polars as pl

from pipelines.simulate.calibration import FOLDER, delivery_plan
from pipelines.simulate.sheets import OLD_ROWS
from pipelines.simulate.writing import Cell, CellKind, Table

DateStyle = Literal["iso", "compact", "dotted", "excel"]
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True)
class Header:
    """One column of a feed as the field list has it."""

    name: str
    aliases: tuple[str, ...]
    type: str


@dataclass(frozen=True)
class Noise:
    """A cell that is untidy but right; row and column from 0."""

    row: int
    column: int
    kind: str


@dataclass(frozen=True)
class Presented:
    """A table as sent, its untidy cells, and what each data row truly says."""

    table: Table
    noise: tuple[Noise, ...]
    truth: pl.DataFrame


@cache
def headers_of(feed: str) -> tuple[Header, ...]:
    """The columns of a feed in their usual order."""
    with (FOLDER / "headers.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["feed"] == feed]
    return tuple(
        Header(row["header"], tuple(alias for alias in row["aliases"].split(";") if alias), row["type"]) for row in rows
    )


def present(
    feed: str, frame: pl.DataFrame, rng: np.random.Generator, *, sheet: str, titles: list[str], is_text: bool
) -> Presented:
    """Lay ``frame`` (canonical) out as the department does this time; the variant is drawn from ``rng``."""
    wanted, spec = headers_of(feed), delivery_plan()["feeds"][feed]
    money, in_ten_thousands = spec.get("money", ()), spec.get("ten_thousands", ())
    long_names = bool(rng.random() < 0.5)
    if "village" in spec and long_names:
        frame = frame.with_columns(pl.col("_长名").alias(spec["village"]))
    styles: list[DateStyle] = ["iso", "compact", "dotted"] if is_text else ["iso", "compact", "dotted", "excel"]
    style = styles[int(rng.integers(0, len(styles)))]
    month_style = "%Y%m" if rng.random() < 0.5 else "%Y-%m"
    month_style = spec.get("month_style", month_style)
    coded = bool(rng.random() < 0.35)
    numbers_as_text = is_text or bool(rng.random() < 0.25)
    thousands = is_text and bool(rng.random() < 0.5)
    columns: list[pl.Series] = []
    kinds: list[CellKind] = []
    for header in wanted:
        values, kind = frame[header.name], "text"
        if header.name in spec.get("months_written", ()):
            values = values.str.to_date("%Y-%m-%d").dt.strftime(month_style)
        elif header.type in ("date", "datetime"):
            values, kind = _dates(values, style)
        elif header.name == "性别" and coded:
            values = values.replace({"男": "1", "女": "2"})
        elif header.name in in_ten_thousands:
            values, kind = _ten_thousands(values), "text" if numbers_as_text else "number"
        elif header.name in money and thousands:
            written = [None if value is None else f"{Decimal(value):,}" for value in values]
            values = pl.Series(written, dtype=pl.String)
        elif header.type in ("int", "decimal") and not numbers_as_text:
            kind = "number"
        columns.append(values.alias(header.name))
        kinds.append(kind)  # type: ignore[arg-type]
    table = Table(sheet, titles, _spell_headers(wanted, rng, is_text=is_text), columns, kinds)
    _lay_out(table, frame, wanted, spec, is_text=is_text)
    if money:
        table.footers.append(_totals(frame, wanted, spec, is_text=is_text))
    if not is_text:
        table.footers.append({0: Cell("text", "填表人：模拟甲"), 4: Cell("text", "审核人：模拟乙")})
    noise = _add_noise(table, wanted, spec, rng)
    first = 2 if is_text else table.first_data_row
    kept = [header.name for header in wanted] + ["area_code"] * ("area_code" in frame.columns)
    truth = frame.select(kept).with_columns(
        pl.lit("" if is_text else sheet).alias("source_sheet"),
        pl.int_range(first, first + frame.height, dtype=pl.Int32, eager=True).alias("source_row"),
    )
    return Presented(table, noise, truth)


def _lettered(identities: pl.Series) -> pl.Series:
    """Some identities with a G before them, the same ones in every delivery."""
    chosen = identities.str.slice(14, 3).cast(pl.Int64) % 11 == 0
    return ("G" + identities).zip_with(chosen, identities)


def _lay_out(
    table: Table, frame: pl.DataFrame, wanted: tuple[Header, ...], spec: dict[str, Any], *, is_text: bool
) -> None:
    """What the plan says of the whole table: lettered and quoted columns, and the sheets it is spread over."""
    names = [header.name for header in wanted]
    if "lettered" in spec:
        at = names.index(spec["lettered"])
        table.columns[at] = _lettered(table.columns[at])
    table.quoted = frozenset(names.index(name) for name in spec.get("quoted", ()))
    if not is_text:
        table.rows_per_sheet = OLD_ROWS if spec["suffix"] == ".xls" else None
        table.parts = _parts(frame, spec.get("parts"))


def _parts(frame: pl.DataFrame, column: str | None) -> tuple[tuple[str, int], ...]:
    """Sheets by name and rows: the runs of a column's values, in their order."""
    if column is None:
        return ()
    return tuple(frame[column].rle().struct.unnest().select("value", "len").iter_rows())


def _dates(values: pl.Series, style: DateStyle) -> tuple[pl.Series, CellKind]:
    if style == "excel":
        return values, "date"
    if style == "iso":
        return values, "text"
    if style == "compact":
        return values.str.replace_all("-", "", literal=True), "text"
    return values.str.to_date("%Y-%m-%d").dt.strftime("%Y.%-m.%-d"), "text"


def ten_thousands(yuan: str) -> str:
    """Yuan with two decimals as 万元 with up to six, exactly.

    >>> ten_thousands("785711.67"), ten_thousands("100000.00")
    ('78.571167', '10')
    """
    plain = f"{Decimal(yuan) / 10000:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _ten_thousands(values: pl.Series) -> pl.Series:
    return pl.Series([None if value is None else ten_thousands(value) for value in values], dtype=pl.String)


def _totals(frame: pl.DataFrame, wanted: tuple[Header, ...], spec: dict[str, Any], *, is_text: bool) -> dict[int, Cell]:
    names = [header.name for header in wanted]
    footer = {0: Cell("text", "合计")}
    for name in spec["money"]:
        if name in spec.get("not_summed", ()):  # a document's total stands on each of its lines: adding it up is wrong
            continue
        total = sum((Decimal(value) for value in frame[name].drop_nulls()), Decimal("0.00"))
        value = ten_thousands(str(total)) if name in spec.get("ten_thousands", ()) else str(total)
        footer[names.index(name)] = Cell("text" if is_text else "number", value)
    return footer


def _spell_headers(wanted: tuple[Header, ...], rng: np.random.Generator, *, is_text: bool) -> list[str]:
    """Usual headers with, in some deliveries, aliases, blanks inside and other brackets."""
    spelled = []
    for header in wanted:
        name = header.name
        aliases = [alias for alias in header.aliases if not alias.startswith("AA") and "," not in alias]
        if aliases and rng.random() < 0.3:
            name = aliases[int(rng.integers(0, len(aliases)))]
        draw = rng.random()
        if draw < 0.04 and len(name) == 2:
            name = f"{name[0]}　{name[1]}"
        elif draw < 0.08 and not is_text:
            name = f" {name}"
        elif draw < 0.3 and "（" in name:
            name = name.replace("（", "(").replace("）", ")")
        elif draw < 0.5 and "(" in name:
            name = name.replace("(", "（").replace(")", "）")
        spelled.append(name)
    return spelled


def _add_noise(
    table: Table, wanted: tuple[Header, ...], spec: dict[str, Any], rng: np.random.Generator
) -> tuple[Noise, ...]:
    """A few full-width digits, trailing blanks and lower-case x in every second delivery."""
    names = [header.name for header in wanted]
    if "name" not in spec or rng.random() < 0.5:
        return ()
    identity, name = names.index(spec["identity"]), names.index(spec["name"])
    numbers, people = table.columns[identity], table.columns[name]
    rows = rng.permutation(table.row_count)[: min(12, table.row_count)]
    noise = []
    ends_in_x = np.flatnonzero(numbers.str.ends_with("X").to_numpy())
    for at, row in enumerate(map(int, rows[:8])):
        if at % 2:
            table.cells[row, identity] = Cell("text", numbers[row].translate(_FULL_WIDTH))
            noise.append(Noise(row, identity, "fullwidth_digits"))
        else:
            table.cells[row, name] = Cell("text", people[row] + "  ")
            noise.append(Noise(row, name, "trailing_space"))
    for row in map(int, ends_in_x[:3]):
        if (row, identity) not in table.cells:
            table.cells[row, identity] = Cell("text", numbers[row].lower())
            noise.append(Noise(row, identity, "lowercase_x"))
    return tuple(noise)


def as_of_title(year: int, month: int) -> str:
    """截至2020年6月30日."""
    first_of_next = dt.date(year + month // 12, month % 12 + 1, 1)
    return f"截至{year}年{month}月{(first_of_next - dt.timedelta(days=1)).day}日"
