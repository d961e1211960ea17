"""The division table with history: from the shipped codes of 2023, or from the office's own table.

Belongs here: names, parents and validity of areas. Does not belong here: populations and attributes of areas, which
arrive as the feed ``region``.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
from pydantic import BaseModel, ConfigDict

from pipelines.contracts import Text
from pipelines.files import read_yaml
from pipelines.settings import Settings

REFERENCE_DIR = Path(__file__).parent / "reference"
SCHEMA = {
    "area_code": pl.String,
    "area_level": pl.String,
    "area_name": pl.String,
    "short_name": pl.String,
    "parent_code": pl.String,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
    "predecessor_code": pl.String,
    "table_year": pl.Int32,
    "source": pl.String,
    "is_assumption": pl.Boolean,
}
LEVELS = ("province", "prefecture", "county", "township", "village")
OFFICE_COLUMNS = ("area_code", "area_level", "area_name", "parent_code", "table_year", "source")
# No register is older than 2014, so the beginning of the programme serves as "always".
BEGINNING = pl.date(2012, 1, 1)
# Money of the county's own departments has no township: a township-level row of its own keeps sums of townships equal
# to the county. The code lies in a range that the national table leaves free.
COUNTY_UNITS_SUFFIX = "000001"
COUNTY_UNITS_NAME = "县本级"
_COMMITTEE = r"(居民委员会|村民委员会|居委会|村委会)$"


class AreaTableError(ValueError):
    """An office's division table that cannot be used; the message says which row and what to do."""


class Place(BaseModel):
    """A place that ships with a division table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Text
    county_codes: tuple[str, ...]
    villages: str
    history: str | None = None
    table_year: int
    source: str


def load_places() -> dict[str, Place]:
    """All shipped places by their name in the settings."""
    raw = read_yaml(REFERENCE_DIR / "places.yml")
    return {name: Place.model_validate(value) for name, value in raw.items()}


def short_name(name: pl.Expr) -> pl.Expr:
    """A village's name as people write it: 丹凤社区居民委员会 → 丹凤社区, 山龙村民委员会 → 山龙村."""
    stem = name.str.replace(_COMMITTEE, "")
    is_village = name.str.contains(r"(村民委员会|村委会)$")
    return pl.when(is_village & ~stem.str.ends_with("村")).then(stem + "村").otherwise(stem)


def shipped_areas(place: Place) -> pl.DataFrame:
    """The shipped table of one place with its history rows, one row per area and validity.

    A place is one county, or a prefecture with its counties; communities of a county that the place leaves out are no
    part of it.
    """
    texts = dict.fromkeys(("code", "streetCode"), pl.String)
    villages = pl.read_csv(REFERENCE_DIR / place.villages, schema_overrides=texts)
    villages = villages.with_columns(county_code=pl.col("code").str.head(6) + "000000").filter(
        pl.col("county_code").is_in(list(place.county_codes))
    )
    village_rows = villages.select(
        area_code="code",
        area_level=pl.lit("village"),
        area_name="name",
        parent_code=pl.col("streetCode") + "000",
    )
    township_rows = villages.unique("streetCode", maintain_order=True).select(
        area_code=pl.col("streetCode") + "000",
        area_level=pl.lit("township"),
        area_name="street",
        parent_code="county_code",
    )
    county_units = pl.DataFrame({"parent_code": place.county_codes}).select(
        area_code=pl.col("parent_code").str.head(6) + COUNTY_UNITS_SUFFIX,
        area_level=pl.lit("township"),
        area_name=pl.lit(COUNTY_UNITS_NAME),
        parent_code="parent_code",
    )
    lower = pl.concat([township_rows, county_units, village_rows]).with_columns(
        table_year=pl.lit(place.table_year), source=pl.lit(place.source)
    )
    upper = pl.read_csv(
        REFERENCE_DIR / "divisions.csv", schema_overrides={"area_code": pl.String, "parent_code": pl.String}
    )
    codes = {code[:digits] + "0" * (12 - digits) for code in place.county_codes for digits in (2, 4, 6)}
    areas = pl.concat([upper.filter(pl.col("area_code").is_in(list(codes))), lower], how="diagonal_relaxed")
    dated = areas.join(_history(place), on="area_code", how="left", suffix="_history")
    return _finish(dated.with_columns(source=pl.coalesce("source_history", "source")))


def _history(place: Place) -> pl.DataFrame:
    """The dated rows of a place: validity, predecessor and source per area; empty when none ship."""
    columns = {"area_code": pl.String, "valid_from": pl.Date, "valid_to": pl.Date, "predecessor_code": pl.String}
    schema = columns | {"is_assumption": pl.Boolean, "source": pl.String}
    if place.history is None:
        return pl.DataFrame(schema=schema)
    return pl.read_csv(REFERENCE_DIR / place.history, schema=schema)


def _finish(areas: pl.DataFrame) -> pl.DataFrame:
    """Adds short names, closes open beginnings, and brings the table into its fixed shape and order."""
    return (
        areas.with_columns(
            short_name=short_name(pl.col("area_name")),
            valid_from=pl.coalesce("valid_from", BEGINNING),
            is_assumption=pl.col("is_assumption").fill_null(value=False),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())
        .sort("area_code", "valid_from")
    )


def office_areas(path: Path) -> pl.DataFrame:
    """An office's own table: CSV in UTF-8 with the columns of ``OFFICE_COLUMNS`` and, when known, validity.

    Optional columns: valid_from, valid_to (YYYY-MM-DD), predecessor_code, is_assumption. Raises AreaTableError.
    """
    try:
        table = pl.read_csv(path, infer_schema=False, encoding="utf8")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise AreaTableError(
            f"The area table {path} cannot be read as UTF-8 CSV: {error}. Save it as CSV UTF-8."
        ) from error
    table = table.rename({name: name.strip().lstrip("\ufeff") for name in table.columns})
    if missing := [name for name in OFFICE_COLUMNS if name not in table.columns]:
        raise AreaTableError(
            f"The area table {path} lacks the columns {', '.join(missing)}: add them (see docs/first-month.md)."
        )
    for name in ("valid_from", "valid_to", "predecessor_code", "is_assumption"):
        if name not in table.columns:
            table = table.with_columns(pl.lit(None, pl.String).alias(name))
    try:
        areas = table.with_columns(
            pl.col("valid_from", "valid_to").str.to_date("%Y-%m-%d"),
            pl.col("table_year").cast(pl.Int32),
            is_assumption=pl.col("is_assumption").str.to_lowercase() == "true",
        )
    except pl.exceptions.PolarsError as error:
        raise AreaTableError(
            f"The area table {path} holds a date or year that is none: {error}. Write YYYY-MM-DD."
        ) from error
    _check(areas, path)
    return _finish(areas)


def _check(areas: pl.DataFrame, path: Path) -> None:
    """Codes of 12 digits, known levels, and a parent exactly one level up for all below the table's highest level.

    Raises AreaTableError with the first row that breaks a rule.
    """
    numbered = areas.with_row_index("row", offset=2)
    bad_code = numbered.filter(~pl.col("area_code").str.contains(r"^\d{12}$").fill_null(value=False))
    bad_level = numbered.filter(~pl.col("area_level").is_in(LEVELS).fill_null(value=False))
    for rows, what in (
        (bad_code, "area_code is not 12 digits"),
        (bad_level, f"area_level is none of {', '.join(LEVELS)}"),
        (_misplaced(numbered), "parent_code is no area of this table one level up (the highest level has no parent)"),
    ):
        if rows.height:
            first = rows.row(0, named=True)
            parent = first["parent_code"] or "empty"
            raise AreaTableError(
                f"The area table {path} cannot be used: {what} in row {first['row']} ({first['area_code']}, "
                f"{first['area_level']}, parent {parent}; {rows.height} rows in all). Correct the table and load it "
                "again."
            )


def _misplaced(areas: pl.DataFrame) -> pl.DataFrame:
    """The rows whose parent is not an area of the table exactly one level up; only the highest level stands alone."""
    present = set(areas["area_level"])
    highest = next((level for level in LEVELS if level in present), None)
    one_up = dict(zip(LEVELS[1:], LEVELS, strict=False))
    placed = areas.with_columns(parent_level=pl.col("area_level").replace_strict(one_up, default=None))
    known = areas.select(parent_code="area_code", parent_level="area_level").unique()
    return pl.concat(
        [
            placed.filter(pl.col("area_level") != highest).join(known, on=["parent_code", "parent_level"], how="anti"),
            placed.filter((pl.col("area_level") == highest) & pl.col("parent_code").is_not_null()),
        ]
    ).sort("row")


def build_areas(settings: Settings) -> Path:
    """Writes ``settings.areas_file`` from the office's own table or the shipped one; returns its path.

    Raises AreaTableError for an own table that cannot be used, and for a place that ships with none.
    """
    if settings.area_table is not None:
        areas = office_areas(settings.area_table)
    else:
        places = load_places()
        if settings.place not in places:
            raise AreaTableError(
                f"No division table ships for the place {settings.place}: choose one of {', '.join(places)} or give "
                "your own with `xianqing init --area-table FILE`."
            )
        areas = shipped_areas(places[settings.place])
    settings.areas_file.parent.mkdir(parents=True, exist_ok=True)
    partial = settings.areas_file.with_suffix(".partial")
    areas.write_parquet(partial)
    partial.replace(settings.areas_file)
    return settings.areas_file
