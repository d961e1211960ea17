"""Small cells: what is hidden cannot be worked out from what is shown, and it is hidden the same everywhere."""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards import data, export, small_cells
from dashboards.cards import Cards
from dashboards.small_cells import HIDDEN_COLUMNS
from dashboards.words import HIDDEN_VALUE, Hidden, Words
from tests.browser.fixture_release import COUNTY, RELEASE, build_marts

SMALL = 4
CARD = {"card": {"unit": {"zh": "户"}, "format": "count"}}
CARDS = {
    "kpi": {
        "poor_household_count": CARD,
        "all_household_count": CARD,
        "poor_share": {
            "card": {
                "format": "share",
                "unit": {"zh": "%"},
                "numerator": "poor_household_count",
                "denominator": "all_household_count",
            }
        },
        "paid_cny": {"card": {"format": "cny", "unit": {"zh": "元"}}},
        "village_count": {"card": {"format": "count", "unit": {"zh": "个村"}}},
    }
}


def county(villages: Sequence[Sequence[int | None]], column: str = "poor_household_count") -> pl.DataFrame:
    """A county of townships of villages; every upper level is the sum of what is below."""
    rows: list[dict[str, object]] = []

    def add(level: str, code: str, parent: str | None, value: int | None) -> None:
        place = {"area_level": level, "area_id": code, "area_name": code, "parent_area_id": parent}
        rows.append(place | {"period": "2020", "group_type": "all", "group_id": "all", column: value})

    def total(values: Sequence[int | None]) -> int:
        return sum(value or 0 for value in values)

    whole = total([total(township) for township in villages])
    add("prefecture", "P", None, whole)
    add("county", "C", "P", whole)
    for t, township in enumerate(villages):
        add("township", f"T{t}", "C", total(township))
        for v, value in enumerate(township):
            add("village", f"T{t}V{v}", f"T{t}", value)
    return pl.DataFrame(rows, schema_overrides={column: pl.Int64})


def hidden(frame: pl.DataFrame, column: str = "poor_household_count") -> list[str]:
    return frame.filter(export.is_hidden(frame, column))["area_id"].to_list()


def hide(frame: pl.DataFrame) -> pl.DataFrame:
    return small_cells.hide("kpi", frame, CARDS, SMALL, {})


def test_a_single_small_village_takes_the_next_smallest_with_it_and_zero_and_null_stay() -> None:
    shown = hide(county([[2, 30, 9, 0, None], [40, 50]]))
    assert hidden(shown) == ["T0V0", "T0V2"]
    assert shown.filter(area_id="T0V3")["poor_household_count"].to_list() == [0]
    assert shown.filter(area_id="T0V4")[HIDDEN_COLUMNS].to_list() == [None]


def test_two_small_ones_whose_sum_says_both_take_a_third() -> None:
    assert hidden(hide(county([[1, 1, 30, 9], [40, 50]]))) == ["T0V0", "T0V1", "T0V3"]


def test_hidden_ones_that_are_too_few_together_take_a_third() -> None:
    assert hidden(hide(county([[1, 2, 30, 9], [40, 50]]))) == ["T0V0", "T0V1", "T0V3"]


def test_a_hidden_township_hides_one_of_its_villages_too() -> None:
    shown = hide(county([[3], [20, 25], [60, 70]]))
    assert set(hidden(shown)) == {"T0", "T0V0", "T1", "T1V0"}


def test_two_small_ones_that_are_enough_for_each_other_hide_nothing_more() -> None:
    assert hidden(hide(county([[3, 2, 30], [40, 50]]))) == ["T0V0", "T0V1"]


def test_small_villages_that_are_all_of_a_township_hide_the_township_when_each_must_be_one() -> None:
    assert {"T0", "T0V0", "T0V1", "T0V2", "T0V3"} <= set(hidden(hide(county([[1, 1, 1, 1], [40, 50], [9, 9]]))))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(st.integers(0, 12) | st.none(), min_size=1, max_size=6), min_size=1, max_size=5))
def test_no_hidden_cell_follows_from_the_sums_that_a_reader_can_do(villages: list[list[int | None]]) -> None:
    """The attack: all sums of a parent and its children at once, as linear equations in the hidden cells."""
    frame = county(villages)
    shown = hide(frame)
    unknown = {code: index for index, code in enumerate(hidden(shown))}
    truth = dict(zip(frame["area_id"], frame["poor_household_count"], strict=True))
    assert all(code in unknown for code, value in truth.items() if value is not None and 0 < value < SMALL)
    assert not [code for code in unknown if not truth[code]]
    equations = []
    for parent in frame["area_id"]:
        children = frame.filter(parent_area_id=parent)["area_id"].to_list()
        row = np.zeros(len(unknown))
        for code, sign in [(parent, -1.0), *((child, 1.0) for child in children)]:
            if code in unknown:
                row[unknown[code]] = sign
        if children and row.any():
            equations.append(row)
    if not equations:
        return
    known = np.linalg.matrix_rank(np.array(equations))
    for code, index in unknown.items():
        unit = np.eye(len(unknown))[index]
        assert np.linalg.matrix_rank(np.array([*equations, unit])) > known, f"{code} can be worked out"


def test_groups_of_one_place_are_protected_like_places_of_one_parent() -> None:
    """Two women in one village: neither its men, nor the women or men of the other village, may give them away."""
    groups = {"all": [[50, 60], [70, 80]], "male": [[48, 30], [35, 40]], "female": [[2, 30], [35, 40]]}
    frame = pl.concat(
        county(villages).with_columns(group_type=pl.lit("all" if name == "all" else "sex"), group_id=pl.lit(name))
        for name, villages in groups.items()
    )
    shown = hide(frame).filter(pl.col("group_type") == "sex", pl.col("parent_area_id") == "T0")
    assert shown["poor_household_count"].to_list() == [None] * 4


def test_what_is_made_of_a_hidden_count_is_hidden_and_money_and_villages_are_not() -> None:
    frame = county([[2, 30, 9], [40, 50]]).with_columns(
        all_household_count=pl.col("poor_household_count") + 100,
        poor_share=pl.col("poor_household_count") / (pl.col("poor_household_count") + 100),
        paid_cny=pl.lit(2.0),
        village_count=pl.lit(1),
    )
    row = hide(frame).filter(area_id="T0V0").row(0, named=True)
    assert sorted(row[HIDDEN_COLUMNS]) == ["poor_household_count", "poor_share"]
    assert (row["poor_share"], row["all_household_count"], row["paid_cny"], row["village_count"]) == (None, 102, 2.0, 1)


def test_the_interval_of_a_hidden_rate_is_hidden_too() -> None:
    model = "kpi_assessment_area_year"
    row = {"area_id": "C", "parent_area_id": "P", "period": "2020", "group_type": "mock", "group_id": "missed"}
    counts = {"hit_count": 1, "sample_count": 110, "rate_share": 1 / 110, "lower_bound": 0.0016, "upper_bound": 0.0497}
    card = {"unit": {"zh": "户", "en": "households"}, "format": "count"}
    ratio = {"numerator": "hit_count", "denominator": "sample_count", "unit": {"zh": "%"}, "format": "share"}
    plain = ratio | {"numerator": None, "denominator": None}
    cards = {model: {"hit_count": {"card": card}, "sample_count": {"card": card}, "rate_share": {"card": ratio}}}
    cards[model] |= {bound: {"card": plain} for bound in ("lower_bound", "upper_bound")}
    shown = small_cells.hide(model, pl.DataFrame([row | counts]), cards, 4, {}).row(0, named=True)
    assert [shown[name] for name in counts] == [None, 110, None, None, None]


def test_a_table_with_a_key_of_its_own_is_protected_line_by_line() -> None:
    lines = (("exit", [[2, 30, 9], [40, 50]]), ("monitoring", [[12, 30, 9], [40, 50]]))
    shown = hide(pl.concat(county(villages).with_columns(line_family=pl.lit(line)) for line, villages in lines))
    assert hidden(shown.filter(line_family="exit")) == ["T0V0", "T0V2"]
    assert hidden(shown.filter(line_family="monitoring")) == []


def test_rows_that_cannot_be_told_apart_are_an_error() -> None:
    frame = county([[2, 30]])
    with pytest.raises(ValueError, match="told apart"):
        hide(pl.concat([frame, frame]))


def test_a_hidden_value_is_written_as_a_star_in_every_form_and_never_compared() -> None:
    words = Words("zh")
    texts = [words.count(HIDDEN_VALUE), words.share(HIDDEN_VALUE), words.money(HIDDEN_VALUE), f"{HIDDEN_VALUE:,.2f}"]
    assert texts == ["*"] * 4
    card = Cards({"kpi": {"n_count": {"description_zh": "x", "description_en": "x"}}}, words).card("kpi", "n_count")
    assert card.show(HIDDEN_VALUE, words) == "*"
    pairs = ((HIDDEN_VALUE, 9), (9, HIDDEN_VALUE), (HIDDEN_VALUE, HIDDEN_VALUE))
    assert [card.difference(now, before, words) for now, before in pairs] == ["*"] * 3
    assert (Hidden("nan") != HIDDEN_VALUE, HIDDEN_VALUE == 3, HIDDEN_VALUE != 3) == (False, False, True)


@pytest.fixture
def marts(tmp_path: Path) -> Path:
    """The hand-made release in which one village exited 2 households in 2015 and its neighbour 7."""
    marts = build_marts(tmp_path)
    file = marts / RELEASE / "kpi_exit_area_year.parquet"
    frame = pl.read_parquet(file)
    changed = pl.col("exited_household_count")
    for code, amount in (("530323001001", 2), ("530323001002", 7), ("530323001000", 9), (COUNTY, 90)):
        at = (pl.col("area_id") == code) & (pl.col("period") == "2015")
        changed = pl.when(at).then(amount).otherwise(changed)
    frame.with_columns(changed.alias("exited_household_count")).write_parquet(file)
    return marts


def test_a_cell_is_hidden_the_same_whatever_is_asked(marts: Path) -> None:
    release = data.current(marts, SMALL)
    assert release is not None
    key = {"area_id": "530323001001", "period": "2015"}
    alone = release.first("kpi_exit_area_year", key)
    as_child = release.rows("kpi_exit_area_year", {"parent_area_id": "530323001000", "period": "2015"})
    over_years = release.rows("kpi_exit_area_year", {"area_id": "530323001001"}, order=("period",))
    column = "exited_household_count"
    assert isinstance(alone[column], Hidden)
    assert export.is_hidden(as_child, column).to_list() == [True, True]
    assert export.is_hidden(over_years, column).to_list()[1]
    assert release.first("kpi_exit_area_year", {"area_id": "530323001001", "period": "2020"})[column] == 0
    assert release.first("kpi_exit_area_year", {"area_id": COUNTY, "period": "2015"})[column] == 90


def test_the_release_itself_stays_whole_and_so_does_a_reader_without_a_threshold(marts: Path) -> None:
    whole, protected = data.current(marts), data.current(marts, SMALL)
    assert whole is not None
    assert protected is not None
    key = {"area_id": "530323001001", "period": "2015"}
    protected.first("kpi_exit_area_year", key)
    assert whole.first("kpi_exit_area_year", key)["exited_household_count"] == 2
    before = data.previous(marts, protected)
    assert before is not None
    assert before.small_cell == SMALL


def test_both_exports_write_a_star_and_keep_the_other_cells_numbers(marts: Path) -> None:
    release = data.current(marts, SMALL)
    assert release is not None
    frame = release.rows("kpi_exit_area_year", {"parent_area_id": "530323001000", "period": "2015"}, order=("area_id",))
    columns = (export.Column("exited_household_count", "户"), export.Column("listed_household_count", "在册户"))
    sheet = export.Sheet("表", frame, columns)
    notes = export.Notes("说明", ("项目", "内容"), (("*", "不列"),))
    page = openpyxl.load_workbook(io.BytesIO(export.to_xlsx([sheet], notes, "")))["表"]
    assert [[cell.value for cell in row] for row in page["A4:B5"]] == [["*", 10], ["*", 10]]
    archive = zipfile.ZipFile(io.BytesIO(export.to_csv_zip([sheet], notes, "")))
    text = archive.read("表.csv").decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1:] == [["*", "10"], ["*", "10"]]


def test_means_of_a_basis_that_is_too_small_are_hidden_in_the_tables_beside_it(tmp_path: Path) -> None:
    marts = build_marts(tmp_path)
    folder = marts / RELEASE
    rows = county([[2, 30, 9], [40, 50]], "household_count")
    income = rows.with_columns(gini_index=pl.lit(0.3), line_cny=pl.lit(4000.0))
    curve = rows.drop("household_count").with_columns(point_number=pl.lit(1), income_share=pl.lit(0.1))
    tables = {"kpi_income_area_year": income, "kpi_income_lorenz_area_year": curve}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name, frame in tables.items():
        frame.write_parquet(folder / f"{name}.parquet")
        manifest["tables"][name] = {"file": f"{name}.parquet"}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    release = data.current(marts, SMALL)
    assert release is not None
    own, beside = (release.first(name, {"area_id": "T0V0"}) for name in tables)
    assert isinstance(own["gini_index"], Hidden)
    assert own["line_cny"] == 4000.0
    assert isinstance(beside["income_share"], Hidden)
    assert release.first("kpi_income_lorenz_area_year", {"area_id": "T0V1"})["income_share"] == 0.1
