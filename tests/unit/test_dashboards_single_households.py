"""Lists of single households and small counts beside them: closed by default, not to be worked out from the rest."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import data, export, place_counts, single_households, small_cells, tables
from dashboards.layout import View
from dashboards.small_cells import HIDDEN_COLUMNS
from dashboards.tables import Table
from dashboards.words import Words
from pipelines.settings import get_settings
from tests.browser.fixture_release import COUNTY, RELEASE, TOWNSHIPS, VILLAGES, build_marts
from tests.unit.test_dashboards_questions import open_page, text_of

COUNT = "listed_household_count"
# Exited households a village: the first of each township is small.
EXITED = dict(zip(VILLAGES, (2, 30, 0, 12, 9, 9), strict=True))
SMALL_VILLAGE, ITS_TOWNSHIP = "530323001001", "530323001000"


@pytest.fixture
def marts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XIANQING_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("XIANQING_HOUSEHOLD_PAGES", raising=False)
    get_settings.cache_clear()
    yield build_marts(tmp_path / "marts")
    get_settings.cache_clear()


@pytest.fixture
def switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIANQING_HOUSEHOLD_PAGES", "1")
    get_settings.cache_clear()


def release_of(marts: Path, small_cell: int = 4) -> data.Release:
    found = data.current(marts, small_cell)
    assert found is not None
    return found


def listed() -> pl.DataFrame:
    """One row a household; every third fell ill."""
    codes = [code for code, count in EXITED.items() for _ in range(count)]
    return pl.DataFrame({"area_code": codes, "cause": [("因病", "因残", "缺技术")[i % 3] for i in range(len(codes))]})


def test_a_count_of_listed_rows_is_hidden_with_a_neighbour_that_would_give_it_away(marts: Path) -> None:
    release = release_of(marts)
    counts = place_counts.of_places(release, "listed", listed(), {COUNT: pl.lit(value=True)})
    hidden = counts.filter(export.is_hidden(counts, COUNT))["area_id"].to_list()
    assert hidden == [SMALL_VILLAGE, "530323001002"]
    assert str(place_counts.of_place(counts, SMALL_VILLAGE)[COUNT]) == "*"
    assert place_counts.of_place(counts, "530323102001")[COUNT] == 0, "nobody is an answer"
    assert place_counts.of_place(counts, COUNTY)[COUNT] == 62
    assert place_counts.of_place(counts, "990000000000")[COUNT] is None


def test_what_is_hidden_does_not_depend_on_the_place_looked_at_and_0_shows_all(marts: Path) -> None:
    rows = listed()
    whole = place_counts.of_places(release_of(marts, 0), "listed", rows, {COUNT: pl.lit(value=True)}, group="cause")
    assert HIDDEN_COLUMNS not in whole.columns
    village = whole.filter((pl.col("area_id") == SMALL_VILLAGE) & (pl.col("group_type") == "cause"))
    assert village[COUNT].sum() == 2
    hidden = place_counts.of_places(release_of(marts), "listed", rows, {COUNT: pl.lit(value=True)}, group="cause")
    known = hidden.join(whole, on=["area_id", "group_type", "group_id"], suffix="_true")
    shown = known.filter(pl.col(COUNT).is_not_null())
    assert shown.filter(pl.col(COUNT) != pl.col(f"{COUNT}_true")).is_empty()
    assert shown.filter(pl.col(COUNT).is_between(1, 3)).is_empty()


def test_a_settlement_hides_its_small_counts_row_by_row() -> None:
    frame = pl.DataFrame(
        {"name": ["甲", "乙", "丙"], "labour": [40, 9, None], "idle": [2, 4, None], "busy": [38, 5, None]}
    )
    counted = ("labour", "idle", "busy")
    shown = small_cells.hide_listed(frame, counted, (("labour", ("idle", "busy")),), 4)
    assert shown.select(counted).rows() == [(40, None, None), (9, 4, 5), (None, None, None)]
    assert export.is_hidden(shown, "idle").to_list() == [True, False, False]
    assert small_cells.hide_listed(frame, counted, (), 0).equals(frame)


def test_a_sum_of_listed_rows_is_hidden_with_any_of_them() -> None:
    links = pl.DataFrame({"step": ["a", "a", "b", "b", "c"], COUNT: [2, 40, 9, None, None]})
    sums = small_cells.total_listed(small_cells.hide_listed(links, [COUNT], (), 4), ["step"], COUNT).sort("step")
    assert sums[COUNT].to_list() == [None, 9, None]
    assert export.is_hidden(sums, COUNT).to_list() == [True, False, False]
    whole = small_cells.total_listed(small_cells.hide_listed(links, [COUNT], (), 0), ["step"], COUNT).sort("step")
    assert whole[COUNT].to_list() == [42, 9, None]
    assert HIDDEN_COLUMNS not in whole.columns


@pytest.mark.parametrize("key", sorted(single_households.KEYS))
def test_a_table_with_a_key_of_a_household_or_person_is_closed_until_switched_on(
    marts: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert single_households.is_closed(["place", key])
    assert not single_households.is_closed(["place", "household_count"])
    monkeypatch.setenv("XIANQING_HOUSEHOLD_PAGES", "1")
    get_settings.cache_clear()
    assert not single_households.is_closed(["place", key])


def exported(marts: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[openpyxl.Workbook, list[str]]:
    """Workbook and names of the CSV files of a page with one list and one total."""
    made: list[bytes] = []
    monkeypatch.setattr(tables.st, "download_button", lambda _, content, **__: made.append(content()))
    release = release_of(marts)
    view = View(release, Words("zh"), release.home, "2020-11")
    single = Table("名单", pl.DataFrame({"household_key": ["a" * 64]}), {"household_key": "户"})
    total = Table("合计", pl.DataFrame({"count": [20]}), {"count": "户数"})
    tables.downloads(view, "monitoring", [single, total], [])
    with zipfile.ZipFile(io.BytesIO(made[1])) as archive:
        return openpyxl.load_workbook(io.BytesIO(made[0])), archive.namelist()


def test_no_export_holds_a_closed_list_and_its_notes_say_so(marts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book, files = exported(marts, monkeypatch)
    assert book.sheetnames == ["合计", "说明"]
    assert files == ["合计.csv", "说明.csv"]
    notes = {row[0].value: row[1].value for row in book["说明"].iter_rows()}
    assert notes["单户名单"] == single_households.notice(Words("zh"))


def test_where_they_are_open_lists_are_exported(
    marts: Path, switched_on: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, files = exported(marts, monkeypatch)
    assert book.sheetnames == ["名单", "合计", "说明"]
    assert files[0] == "名单.csv"
    assert "单户名单" not in [row[0].value for row in book["说明"].iter_rows()]


@pytest.fixture
def sampled(marts: Path) -> Path:
    """The release with a register: households exited in the villages of ``EXITED``, of three causes."""
    folder = marts / RELEASE
    areas = pl.read_parquet(folder / "dim_area.parquet").with_columns(
        township_code=pl.col("area_code").str.head(9) + "000",
        county_code=pl.lit(COUNTY),
        prefecture_code=pl.lit("530300000000"),
        exit_year=pl.lit(2018),
        is_poverty_designated=pl.lit(value=True),
    )
    areas.write_parquet(folder / "dim_area.parquet")
    households = (
        listed()
        .with_row_index("number")
        .select(
            "area_code",
            household_key=pl.col("number").cast(pl.String).str.pad_start(64, "0"),
            exit_year=pl.lit(2018),
            main_poverty_cause="cause",
            is_exited=pl.lit(value=True),
            is_listed=pl.lit(value=True),
            last_period=pl.lit("2020-11"),
            as_of=pl.lit(dt.date(2020, 11, 30)),
        )
    )
    households.write_parquet(folder / "dim_household.parquet")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["tables"]["dim_household"] = {"file": "dim_household.parquet", "sha256": "0", "row_count": 0, "sums": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    data._open.cache_clear()
    return marts


def strata_of(app: AppTest) -> list[dict[str, object]]:
    [strata] = [table.value for table in app.dataframe if "drawn_count" in table.value.columns]
    rows: list[dict[str, object]] = strata.to_dict("records")
    return rows


def test_strata_of_a_village_hide_small_counts_and_what_was_drawn_of_them(sampled: Path) -> None:
    app = open_page("sample", area=SMALL_VILLAGE)
    assert {row["household_count"] for row in strata_of(app)} == {"*"}
    assert {row["drawn_count"] for row in strata_of(app)} == {"*"}
    text = text_of(app)
    assert "已脱贫在册 * 户" in text
    assert "抽取 * 户" in text
    [route] = [table.value for table in app.dataframe if "stop" in table.value.columns]
    assert route["household_count"].to_list() == ["*"]
    assert single_households.notice(Words("zh")) in text


def test_strata_of_a_county_are_shown_and_its_route_hides_the_small_village(sampled: Path) -> None:
    app = open_page("sample", size="400")
    assert sum(int(str(row["household_count"])) for row in strata_of(app)) == 62
    assert "已脱贫在册 62 户" in text_of(app)
    [route] = [table.value for table in app.dataframe if "stop" in table.value.columns]
    shown = dict(zip(route["area_code"], route["household_count"], strict=True))
    assert shown[SMALL_VILLAGE] == "*"
    assert shown["530323102202"] == "12"


def test_where_household_pages_are_open_the_sample_lists_its_households(sampled: Path, switched_on: None) -> None:
    app = open_page("sample", area=ITS_TOWNSHIP, size="20")
    [sample] = [table.value for table in app.dataframe if "household_key" in table.value.columns]
    assert len(sample) == 20
    assert TOWNSHIPS[ITS_TOWNSHIP] in set(sample["township_name"])
    assert single_households.notice(Words("zh")) not in text_of(app)
