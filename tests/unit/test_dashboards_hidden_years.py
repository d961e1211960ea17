"""What is hidden as small is reported all the same: the newest year is not left out, and no row of a table."""

from __future__ import annotations

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import export, sections
from dashboards.data import current
from dashboards.small_cells import HIDDEN_COLUMNS
from dashboards.words import load_catalogue
from pipelines.settings import Settings, get_settings
from tests.unit.test_dashboards_pages import APP, text_of

INCOME = "kpi_income_area_year"
COUNTED = "household_count"


def test_a_row_in_which_every_figure_is_hidden_is_told_and_one_without_figures_is_not() -> None:
    frame = pl.DataFrame(
        {"period": ["2018", "2019", "2020"], COUNTED: [9, None, None], HIDDEN_COLUMNS: [None, None, [COUNTED]]}
    )
    assert sections.told(frame, (COUNTED, "no_such_column"))["period"].to_list() == ["2018", "2020"]
    assert sections.told(frame.drop(HIDDEN_COLUMNS), (COUNTED,))["period"].to_list() == ["2018"]


def test_incomes_open_on_the_newest_year_where_its_households_are_hidden(
    pocket_county: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = current(pocket_county.marts_dir, pocket_county.small_cell)
    assert release is not None
    key = {"area_level": "village", "group_type": "all", "group_id": "all"}
    years = release.rows(INCOME, key, order=("area_id", "period"))
    years = years.with_columns(is_hidden=export.is_hidden(years, COUNTED))
    hidden = years.filter(pl.col("is_hidden") & (pl.col("period") == years["period"].max()))["area_id"].to_list()
    shown = years.filter(pl.col(COUNTED).is_not_null() & pl.col("area_id").is_in(hidden))
    village = shown["area_id"][0]
    monkeypatch.setenv("XIANQING_DATA_DIR", str(pocket_county.data_dir))
    get_settings.cache_clear()
    app = AppTest.from_file(str(APP), default_timeout=90)
    app.run()
    app.switch_page("views/income.py")
    app.query_params["area"] = village
    app.run()
    get_settings.cache_clear()
    assert [error.message for error in app.exception] == []
    [year] = [box for box in app.selectbox if box.label == load_catalogue("zh")["choice.year"]]
    assert year.value == years["period"].max()
    assert "*" in text_of(app)
