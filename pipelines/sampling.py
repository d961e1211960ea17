"""A stratified sample of exited households for a check in the field, the same again from its seed.

Belongs here: the population, the strata (exit year × kind of village × main cause), how many of each, who, and the list
for the car. Does not belong here: a page's release, the rates that a check finds (``kpi_assessment_area_year``).
Household keys only: who they are stands in the vault.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

STRATUM = ("exit_year", "village_kind", "cause")
LISTED, OTHER, UNKNOWN = "贫困村", "非贫困村", "未填"


@dataclass(frozen=True)
class Drawing:
    """A drawn sample: ``sample`` one row per household in the car's order, ``strata`` and ``route`` their counts."""

    seed: int
    sample: pl.DataFrame
    strata: pl.DataFrame
    route: pl.DataFrame


def population(households: pl.DataFrame, areas: pl.DataFrame, area_code: str) -> pl.DataFrame:
    """Exited households of the newest register in ``area_code`` or below it, with their stratum and village.

    A household that left the register keeps the row of its last month in ``dim_household``: it is not drawn.
    ``households`` and ``areas`` are rows of ``dim_household`` and ``dim_area``.
    """
    ancestors = ("area_code", "township_code", "county_code", "prefecture_code")
    inside = pl.any_horizontal(pl.col(name).fill_null("") == area_code for name in ancestors)
    towns = areas.select(township_code="area_code", township_name="area_name").unique("township_code")
    newest = areas.sort("valid_from").unique("area_code", keep="last", maintain_order=True)
    villages = newest.filter((pl.col("area_level") == "village") & inside).join(towns, on="township_code", how="left")
    is_current = pl.col("last_period") == pl.col("last_period").max()
    chosen = households.filter(is_current & pl.col("is_exited") & pl.col("is_listed"))
    joined = chosen.join(villages.drop("exit_year"), on="area_code", how="inner")
    is_poor = pl.col("is_poverty_designated").fill_null(value=False)
    return joined.select(
        "household_key",
        "area_code",
        "township_code",
        "township_name",
        pl.col("area_name").alias("village_name"),
        "exit_year",
        pl.when(is_poor).then(pl.lit(LISTED)).otherwise(pl.lit(OTHER)).alias("village_kind"),
        pl.col("main_poverty_cause").fill_null(UNKNOWN).alias("cause"),
    ).sort("household_key")


def shares_of(counts: np.ndarray, size: int) -> np.ndarray:
    """How many of each stratum: one of each while there are enough, the rest in proportion by largest remainder.

    >>> shares_of(np.array([90, 9, 1]), 10).tolist()
    [8, 1, 1]
    """
    size = min(size, int(counts.sum()))
    first = np.zeros(len(counts), np.int64)
    first[np.argsort(-counts, kind="stable")[:size]] = 1
    left = size - int(first.sum())
    rest = counts - first
    if left == 0 or rest.sum() == 0:
        return first
    exact = rest * (left / rest.sum())
    whole = np.floor(exact + 1e-9).astype(np.int64)
    missing = left - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:missing]] += 1
    found: np.ndarray = first + whole
    return found


def draw(people: pl.DataFrame, size: int, seed: int) -> Drawing:
    """``size`` households of ``people`` (see ``population``), drawn with ``seed`` in each stratum.

    Within a stratum the order is that of the hash of seed and household key: the same seed gives the same households
    whatever the order of the rows, and a larger size keeps those of a smaller one wherever its strata grow.
    """
    strata = people.group_by(STRATUM).len("household_count").sort(STRATUM)
    drawn = shares_of(strata["household_count"].to_numpy(), size)
    strata = strata.with_columns(drawn_count=pl.Series(drawn, dtype=pl.Int64))
    with duckdb.connect() as connection:
        connection.register("people", people.to_arrow())
        hashed = connection.sql(
            "select *, md5($seed || '|' || household_key) as lot from people", params={"seed": str(seed)}
        ).to_arrow_table()
    ranked = pl.DataFrame(hashed).with_columns(
        rank=pl.col("lot").rank("ordinal").over(STRATUM), exit_year=pl.col("exit_year").cast(people["exit_year"].dtype)
    )
    sample = ranked.join(strata, on=STRATUM, nulls_equal=True).filter(pl.col("rank") <= pl.col("drawn_count"))
    sample = sample.sort("township_code", "area_code", "lot")
    route = sample.group_by("township_name", "village_name", "area_code", maintain_order=True).len("household_count")
    route = route.with_row_index("stop", offset=1)
    sample = sample.join(route.select("stop", "area_code"), on="area_code").sort("stop", "lot")
    columns = ("stop", "township_name", "village_name", "household_key", *STRATUM)
    return Drawing(seed, sample.select(columns), strata, route)


def of_release(folder: Path, area_code: str) -> pl.DataFrame:
    """The population of a published release's folder; raises FileNotFoundError without its tables."""
    tables = [folder / f"{name}.parquet" for name in ("dim_household", "dim_area")]
    if missing := [path.name for path in tables if not path.is_file()]:
        raise FileNotFoundError(f"the release has no {', '.join(missing)}: run the pipeline first")
    households, areas = map(pl.read_parquet, tables)
    return population(households, areas, area_code)


HEADINGS = {
    "stop": "停靠序号",
    "township_name": "乡镇",
    "village_name": "行政村",
    "household_key": "户代码（假名）",
    "exit_year": "脱贫年度",
    "village_kind": "村类别",
    "cause": "主要致贫原因",
    "household_count": "户数",
    "drawn_count": "抽取户数",
    "area_code": "区划代码",
}


def workbook(drawing: Drawing, mark: str) -> bytes:
    """The sample as a workbook: households in the car's order, stops, strata; ``mark`` (synthetic data) heads each."""
    import xlsxwriter

    buffer = io.BytesIO()
    sheets = {"抽样名单": drawing.sample, "行车路线": drawing.route, "分层": drawing.strata}
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
        for name, frame in sheets.items():
            page = book.add_worksheet(name)
            title = f"{name} · 种子 {drawing.seed} · {drawing.sample.height} 户"
            page.write_string(0, 0, " · ".join(filter(None, (title, mark))))
            for column, heading in enumerate(frame.columns):
                page.write_string(2, column, HEADINGS[heading])
                page.write_column(3, column, frame[heading].to_list())
            page.set_column(0, len(frame.columns) - 1, 18)
    return buffer.getvalue()
