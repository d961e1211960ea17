"""A superior's form filled: each cell a figure of the release, a dash where there is none, faults by their address."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from dashboards import forms
from dashboards.data import Release, current
from dashboards.layout import View
from dashboards.words import Words
from tests.browser.fixture_release import COUNTY, build_marts


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    found = current(build_marts(tmp_path_factory.mktemp("forms") / "marts"))
    assert found is not None
    return found


def view_of(release: Release, period: str = "2020-11", small_cell: int = 0) -> View:
    release = Release(release.folder, release.manifest, release.cards, small_cell)
    area = release.area(COUNTY)
    assert area is not None
    return View(release, Words("zh"), area, period)


def form(tmp_path: Path, **cells: str) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "表一"
    for address, text in cells.items():
        sheet[address] = text
        sheet[address].number_format = "0.00%"
    path = tmp_path / "表.xlsx"
    book.save(path)
    return path


def filled(view: View, path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(forms.fill(view, path).content))


def test_a_cell_holds_the_published_figure_and_keeps_its_format(release: Release, tmp_path: Path) -> None:
    view = view_of(release)
    book = filled(view, form(tmp_path, B2="{{kpi_exit_area_year.exited_person_count}}", C3="合计"))
    key = {"area_id": COUNTY, "period": "2020", "group_type": "all"}
    assert book["表一"]["B2"].value == release.first("kpi_exit_area_year", key)["exited_person_count"]
    assert book["表一"]["B2"].number_format == "0.00%"
    assert book["表一"]["C3"].value == "合计"


@pytest.mark.parametrize(("said", "meant"), [("last_year", "2019"), ("year", "2020"), ("2016", "2016")])
def test_a_period_is_counted_from_the_chosen_month(release: Release, tmp_path: Path, said: str, meant: str) -> None:
    bound = f"{{{{ kpi_exit_area_year.exited_person_count; period={said} }}}}"
    [cell] = forms.fill(view_of(release), form(tmp_path, A1=bound)).cells
    assert cell.period == meant
    key = {"area_id": COUNTY, "period": meant, "group_type": "all"}
    assert cell.value == release.first("kpi_exit_area_year", key)["exited_person_count"]


def test_the_month_before_january_is_december(release: Release, tmp_path: Path) -> None:
    bound = "{{kpi_fund_area_month.spend_rate_share; period=last_month}}"
    [cell] = forms.fill(view_of(release, "2020-01"), form(tmp_path, A1=bound)).cells
    assert (cell.period, cell.value) == ("2019-12", None)


def test_what_has_no_figure_is_a_dash_and_never_a_zero(release: Release, tmp_path: Path) -> None:
    book = filled(view_of(release), form(tmp_path, A1="{{kpi_exit_area_year.exited_person_count; period=1999}}"))
    assert book["表一"]["A1"].value == "—"


@pytest.mark.parametrize(
    "bound",
    ["{{kpi_exit_area_year.no_such_column}}", "{{kpi_none.exited_person_count}}",
     "{{kpi_exit_area_year.exited_person_count; colour=red}}", "年份 {{yaer}}"],
)  # fmt: skip
def test_a_wrong_binding_is_named_by_its_cell_and_not_left_in_the_form(
    release: Release, tmp_path: Path, bound: str
) -> None:
    done = forms.fill(view_of(release), form(tmp_path, D7=bound))
    [cell] = done.cells
    assert cell.fault
    assert (cell.binding.sheet, cell.binding.cell) == ("表一", "D7")


def test_texts_name_the_place_the_month_and_that_the_data_are_invented(release: Release, tmp_path: Path) -> None:
    view = view_of(release)
    book = filled(view, form(tmp_path, A1="{{place}} {{month}} {{mark}} {{release}}"))
    assert book["表一"]["A1"].value == f"师宗县 2020年11月 模拟数据 {release.release_id}"


def test_a_small_count_is_starred_in_the_form_too(release: Release, tmp_path: Path) -> None:
    village = view_of(release, small_cell=1_000_000)
    area = village.release.area("530323102202")
    assert area is not None
    view = View(village.release, village.words, area, village.period)
    [cell] = forms.fill(view, form(tmp_path, A1="{{kpi_exit_area_year.exited_person_count; period=2016}}")).cells
    assert cell.value == "*"


def test_the_notes_say_of_each_cell_what_it_is(release: Release, tmp_path: Path) -> None:
    book = filled(view_of(release), form(tmp_path, B2="{{kpi_exit_area_year.exited_person_count}}"))
    rows = [[cell.value for cell in row] for row in book[book.sheetnames[-1]].iter_rows()]
    assert rows[0][0] == "模拟数据"
    assert rows[2][0] == "表一!B2"
    assert rows[2][4]


def test_every_binding_of_the_shipped_samples_is_a_figure(release: Release) -> None:
    samples = forms.templates(Path("no such folder"))
    assert samples
    for path in samples.values():
        done = forms.fill(view_of(release), path)
        assert [one.fault for one in done.cells if one.fault] == []
        assert len(done.cells) > 5
