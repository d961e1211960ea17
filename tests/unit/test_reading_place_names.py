"""A village's full name means itself, also where another committee of the township has the same stem."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from pipelines.reading.places import Places

TOWNSHIP, VILLAGE, COMMUNITY = "460108103000", "460108103200", "460108103001"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    rows = [
        (TOWNSHIP, "township", "三江镇", None, "460108000000"),
        (VILLAGE, "village", "三江村委会", "三江村", TOWNSHIP),
        (COMMUNITY, "village", "三江居委会", "三江", TOWNSHIP),
    ]
    columns = ["area_code", "area_level", "area_name", "short_name", "parent_code"]
    table = pl.DataFrame(rows, schema=columns, orient="row").with_columns(
        valid_from=pl.lit(date(2012, 1, 1)),
        valid_to=pl.lit(None, pl.Date),
        predecessor_code=pl.lit(None, pl.String),
    )
    table.write_parquet(tmp_path / "areas.parquet")
    return Places(tmp_path / "areas.parquet", "2020-12")


@pytest.mark.parametrize(("name", "code"), [("三江村委会", VILLAGE), ("三江居委会", COMMUNITY)])
def test_a_full_name_is_meant_as_it_stands(places: Places, name: str, code: str) -> None:
    assert places.village("三江镇", name) == code


def test_a_stem_of_two_committees_stays_unclear(places: Places) -> None:
    assert places.village("三江镇", "三江") is None
