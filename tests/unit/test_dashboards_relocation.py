"""Settlements and the county they add up to: a hidden settlement does not follow from the county's count above it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.data import Release, current
from dashboards.small_cell_lists import hide_with_list
from dashboards.small_cells import HIDDEN_COLUMNS
from pipelines.settings import Settings, get_settings
from tests.unit.test_dashboards_pages import APP

MODEL, SETTLEMENTS = "kpi_relocation_area_month", "fct_settlement"
SMALL = 4
# A settlement's counts, those of its county they add up to, and by how much every settlement but one is made larger.
COUNTED = {
    "household_count": ("settled_household_count", 20),
    "person_count": ("settled_person_count", 50),
    "labour_person_count": ("labour_person_count", 40),
    "working_person_count": ("working_person_count", 20),
    "without_work_person_count": ("without_work_person_count", 20),
    "zero_employment_household_count": ("zero_employment_household_count", 10),
}


@pytest.fixture
def marts(pocket_county: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The pocket county with one small settlement, all others large, and nobody who moved elsewhere."""
    name = (pocket_county.marts_dir / "current").read_text(encoding="utf-8").strip()
    folder = tmp_path / "marts" / name
    shutil.copytree(pocket_county.marts_dir / name, folder)
    (tmp_path / "marts" / "current").write_text(name, encoding="utf-8")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    files = {table: folder / manifest["tables"][table]["file"] for table in (MODEL, SETTLEMENTS)}
    is_large = pl.col("settlement_code") != pl.col("settlement_code").first().over("period")
    listed = pl.read_parquet(files[SETTLEMENTS]).sort("period", "settlement_code")
    listed = listed.with_columns(
        pl.col(column) + more * is_large.cast(pl.Int64) for column, (_, more) in COUNTED.items()
    )
    listed.write_parquet(files[SETTLEMENTS])
    sums = listed.group_by("period").agg(pl.col(column).sum().alias(total) for column, (total, _) in COUNTED.items())
    places = pl.read_parquet(files[MODEL]).join(sums, on="period", how="left", suffix="_listed")
    is_whole = pl.col("area_level").is_in(["prefecture", "county"]) & (pl.col("group_type") == "all")
    totals = [pl.when(is_whole).then(f"{total}_listed").otherwise(total).alias(total) for total, _ in COUNTED.values()]
    settled = [pl.col(f"settled_{unit}_count").alias(f"moved_{unit}_count") for unit in ("household", "person")]
    nobody = [pl.lit(0, pl.Int64).alias(f"scattered_{unit}_count") for unit in ("household", "person")]
    places = places.with_columns(totals).with_columns(*settled, *nobody).select(pl.exclude("^.*_listed$"))
    places.write_parquet(files[MODEL])
    monkeypatch.setenv("XIANQING_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    yield tmp_path / "marts"
    get_settings.cache_clear()


def release_of(marts: Path, small_cell: int = SMALL) -> Release:
    release = current(marts, small_cell)
    assert release is not None
    return release


def open_page(**choices: str) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=90)
    app.switch_page("views/relocation.py")
    for name, value in choices.items():
        app.query_params[name] = value
    app.run()
    assert [error.message for error in app.exception] == []
    return app


def listed_on(app: AppTest) -> pl.DataFrame:
    [table] = [one.value for one in app.dataframe if "settlement_name" in one.value.columns]
    return pl.from_pandas(table.astype(str))


def test_a_hidden_settlement_does_not_follow_from_the_counts_of_its_county(marts: Path) -> None:
    release = release_of(marts)
    county = {"area_id": release.home.code, "group_type": "all"}
    period = str(release.rows(MODEL, county)["period"].max())
    row = release.first(MODEL, county | {"period": period})
    shown = listed_on(open_page())
    for column, (total, _) in COUNTED.items():
        stars = (shown[column] == "*").sum()
        assert str(row[total]).isdigit(), "the county's count stands above the table"
        assert stars != 1, f"{total} less what is shown of {column} is the hidden one"
    assert (shown["household_count"] == "*").sum() == 2


def test_a_settlement_is_hidden_alike_whatever_place_the_reader_has_chosen(marts: Path) -> None:
    whole = listed_on(open_page())
    columns = ["settlement_name", *COUNTED]
    township = release_of(marts, 0).rows(SETTLEMENTS, {}, order=("settlement_code",))["area_code"][1]
    below = listed_on(open_page(area=township))
    assert 0 < below.height < whole.height
    assert (
        below.select(columns)
        .sort("settlement_name")
        .equals(
            whole.filter(pl.col("settlement_name").is_in(below["settlement_name"].implode()))
            .select(columns)
            .sort("settlement_name")
        )
    )


def test_a_settlement_hides_its_small_counts_under_its_own_names_and_changes_no_other(marts: Path) -> None:
    listed, hidden = release_of(marts, 0).rows(SETTLEMENTS), release_of(marts).rows(SETTLEMENTS)
    assert [*listed.columns, HIDDEN_COLUMNS] == hidden.columns
    both = listed.join(hidden, on=["period", "settlement_code"], suffix="_shown")
    assert both.height == listed.height
    for row in both.with_columns(pl.col(HIDDEN_COLUMNS).fill_null([])).iter_rows(named=True):
        for column in COUNTED:
            shown = row[f"{column}_shown"]
            assert shown == (None if column in row[HIDDEN_COLUMNS] else row[column])
            assert shown is None or shown == 0 or shown >= SMALL


def test_all_settlements_with_one_household_each_take_the_count_of_their_county_with_them() -> None:
    """5 in all, shown beside five settlements that are not and noughts: each of the five is 1."""
    key = {"method_version": "1", "period": "2020-06", "area_id": "530323000000", "area_level": "county"}
    total = "zero_employment_household_count"
    frame = pl.DataFrame([key | {"parent_area_id": "530300000000", "group_type": "all", "group_id": "all", total: 5}])
    listed = pl.DataFrame({"period": "2020-06", "area_code": "530323001000", total: [1, 1, 0, 1, 1, 1]})
    rest = {column: pl.lit(None, pl.Int64) for column in COUNTED if column != total}
    frame = frame.with_columns(**{COUNTED[column][0]: value for column, value in rest.items()})
    cards: dict[str, dict[str, Any]] = {MODEL: {}}
    mart, shown = hide_with_list(MODEL, frame, listed.with_columns(**rest), cards, small_cell=SMALL, beside={})
    assert shown[total].to_list() == [None, None, 0, None, None, None]
    assert mart[total].to_list() == [None]
    larger = listed.with_columns(**rest).with_columns(pl.Series(total, [1, 1, 0, 1, 1, 9]))
    whole = frame.with_columns(pl.lit(13, pl.Int64).alias(total))
    mart, shown = hide_with_list(MODEL, whole, larger, cards, small_cell=SMALL, beside={})
    assert (shown[total].to_list(), mart[total].to_list()) == ([None, None, 0, None, None, None], [13])


Counts = dict[str, list[int | None]]


def hidden_together(listed: Counts, county: dict[str, int | None]) -> tuple[Counts, dict[str, int | None]]:
    """What is shown of columns of a list and of the same of its county; columns that are not named are null."""
    key = {"method_version": "1", "period": "2020-06", "area_id": "530323000000", "area_level": "county"}
    key |= {"parent_area_id": "530300000000", "group_type": "all", "group_id": "all"}
    totals = [pl.lit(county.get(column), pl.Int64).alias(total) for column, (total, _) in COUNTED.items()]
    rest = [pl.lit(None, pl.Int64).alias(column) for column in COUNTED if column not in listed]
    rows = pl.DataFrame({"period": "2020-06", "area_code": "530323001000", **listed}).with_columns(rest)
    frame = pl.DataFrame([key]).with_columns(totals)
    mart, shown = hide_with_list(MODEL, frame, rows, {MODEL: {}}, small_cell=SMALL, beside={})
    assert (mart.height, shown.height) == (1, rows.height), "what is in no settlement is a row of neither"
    return {name: shown[name].to_list() for name in listed}, {name: mart[COUNTED[name][0]].item() for name in county}


@pytest.mark.parametrize("column", ["zero_employment_household_count", "working_person_count", "labour_person_count"])
@pytest.mark.parametrize("scattered", [1, 2, 3])
def test_few_in_no_settlement_do_not_follow_from_the_county_and_its_settlements(column: str, scattered: int) -> None:
    county: dict[str, int | None] = {column: 90 + scattered}
    assert hidden_together({column: [40, 30, 20]}, county) == ({column: [40, 30, None]}, county)


@pytest.mark.parametrize("scattered", [0, 4, 25])
def test_many_or_none_in_no_settlement_take_nothing_with_them(scattered: int) -> None:
    listed: Counts = {"working_person_count": [40, 30, 20, 0]}
    county: dict[str, int | None] = {"working_person_count": 90 + scattered}
    assert hidden_together(listed, county) == (listed, county)


def test_two_without_work_in_no_settlement_do_not_follow_from_two_other_columns() -> None:
    """12 able to work and 10 at work are in no settlement: one difference less the other is the two without work."""
    labour, working, without = "labour_person_count", "working_person_count", "without_work_person_count"
    county: dict[str, int | None] = {labour: 102, working: 65, without: 37}
    shown, whole = hidden_together({labour: [50, 40], working: [30, 25], without: [20, 15]}, county)
    assert shown == {labour: [50, 40], working: [30, None], without: [20, None]}
    assert whole == county


@pytest.mark.parametrize(("whole", "last"), [(88, None), (80, 20)])
def test_by_how_few_settlements_hold_more_than_their_county_is_hidden_too(whole: int, last: int | None) -> None:
    shown, _ = hidden_together({"working_person_count": [40, 30, 20]}, {"working_person_count": whole})
    assert shown == {"working_person_count": [40, 30, last]}


def test_settlements_without_a_total_above_them_hide_no_single_one() -> None:
    column = "working_person_count"
    assert hidden_together({column: [40, 30, 2]}, {column: None}) == ({column: [40, None, None]}, {column: None})
    assert hidden_together({column: [None, None]}, {column: None}) == ({column: [None, None]}, {column: None})
    key = {"method_version": "1", "period": "2020-05", "area_id": "530323000000", "area_level": "county"}
    frame = pl.DataFrame([key | {"parent_area_id": "530300000000", "group_type": "all", "group_id": "all"}])
    frame = frame.with_columns(pl.lit(9, pl.Int64).alias(total) for total, _ in COUNTED.values())
    counts: dict[str, Any] = {name: [40, 30, 2] for name in COUNTED}
    listed = pl.DataFrame({"period": "2020-06", "area_code": "530323001000", **counts})
    _, shown = hide_with_list(MODEL, frame, listed, {MODEL: {}}, small_cell=SMALL, beside={})
    assert shown["household_count"].to_list() == [40, None, None], "of a month that the mart does not have"


def without(marts: Path, table: str) -> Release:
    """The release as if its model had not been published."""
    manifest = marts / (marts / "current").read_text(encoding="utf-8") / "manifest.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    del content["tables"][table]
    manifest.write_text(json.dumps(content), encoding="utf-8")
    return release_of(marts)


def test_a_release_with_settlements_and_no_mart_above_them_hides_their_small_counts(marts: Path) -> None:
    whole = release_of(marts, 0).rows(SETTLEMENTS, order=("period", "settlement_code"))
    shown = without(marts, MODEL).rows(SETTLEMENTS, order=("period", "settlement_code"))
    assert [*whole.columns, HIDDEN_COLUMNS] == shown.columns
    for column in COUNTED:
        is_small = whole[column].is_between(1, SMALL - 1)
        assert is_small.any() or column == "person_count"
        assert shown.filter(is_small)[column].null_count() == is_small.sum()
    parts = shown.select("labour_person_count", "working_person_count", "without_work_person_count")
    gone = parts.select(pl.sum_horizontal(pl.all().is_null()).alias("gone"))["gone"]
    assert (gone != 1).all(), "the one of three that add up follows from the other two"


def test_a_release_without_settlements_hides_the_mart_alone_and_has_no_list(marts: Path) -> None:
    release = without(marts, SETTLEMENTS)
    assert release.rows(MODEL).height > 0
    with pytest.raises(KeyError):
        release.rows(SETTLEMENTS)
