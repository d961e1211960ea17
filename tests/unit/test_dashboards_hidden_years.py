"""What is hidden as small is reported all the same: the newest year is not left out, and no row of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import export, sections, small_cells
from dashboards.data import current
from dashboards.small_cells import HIDDEN_COLUMNS
from dashboards.views.helpers import ODD
from dashboards.words import Words, load_catalogue
from pipelines.settings import Settings, get_settings
from tests.unit.test_dashboards_pages import APP, text_of

INCOME, HELP = "kpi_income_area_year", "kpi_help_area_month"
COUNTED = "household_count"


def test_a_row_in_which_every_figure_is_hidden_is_told_and_one_without_figures_is_not() -> None:
    frame = pl.DataFrame(
        {"period": ["2018", "2019", "2020"], COUNTED: [9, None, None], HIDDEN_COLUMNS: [None, None, [COUNTED]]}
    )
    assert sections.told(frame, (COUNTED, "no_such_column"))["period"].to_list() == ["2018", "2020"]
    assert sections.told(frame.drop(HIDDEN_COLUMNS), (COUNTED,))["period"].to_list() == ["2018"]


@pytest.fixture
def opened(pocket_county: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., AppTest]]:
    """A page of the pocket county by its name and the choices in its address."""
    monkeypatch.setenv("XIANQING_DATA_DIR", str(pocket_county.data_dir))
    get_settings.cache_clear()

    def of(page: str, **choices: str) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=90)
        app.switch_page(f"views/{page}.py")
        for name, value in choices.items():
            app.query_params[name] = value
        app.run()
        assert [error.message for error in app.exception] == []
        return app

    yield of
    get_settings.cache_clear()


def incomes_of_villages(county: Settings) -> pl.DataFrame:
    """Every village and year with whether the number of its households is hidden."""
    release = current(county.marts_dir, county.small_cell)
    assert release is not None
    key = {"area_level": "village", "group_type": "all", "group_id": "all"}
    years = release.rows(INCOME, key, order=("area_id", "period"))
    return years.with_columns(is_hidden=export.is_hidden(years, COUNTED))


def test_incomes_open_on_the_newest_year_where_its_households_are_hidden(
    pocket_county: Settings, opened: Callable[..., AppTest]
) -> None:
    years = incomes_of_villages(pocket_county)
    hidden = years.filter(pl.col("is_hidden") & (pl.col("period") == years["period"].max()))["area_id"].to_list()
    shown = years.filter(pl.col(COUNTED).is_not_null() & pl.col("area_id").is_in(hidden))
    app = opened("income", area=shown["area_id"][0])
    [year] = [box for box in app.selectbox if box.label == load_catalogue("zh")["choice.year"]]
    assert year.value == years["period"].max()
    assert "*" in text_of(app)


def test_the_spread_of_incomes_lists_a_year_whose_figures_are_hidden(
    pocket_county: Settings, opened: Callable[..., AppTest]
) -> None:
    years = incomes_of_villages(pocket_county)
    none_shown = years.filter(pl.col("gini_index").is_null().all().over("area_id"), pl.col("is_hidden"))
    village = none_shown["area_id"][0]
    app = opened("income", area=village)
    fifths = [table.value["gini_index"].to_list() for table in app.dataframe if "gini_index" in table.value.columns]
    assert fifths == [["*"] * none_shown.filter(area_id=village).height]
    words = load_catalogue("zh")
    said = [text.value for text in app.text]
    assert words["chart.none"] in said, "the curve is hidden too, not missing"
    assert words["chart.empty"] not in said


def test_a_place_whose_mean_of_the_chosen_year_is_hidden_is_not_said_to_have_sent_nothing(
    pocket_county: Settings, opened: Callable[..., AppTest]
) -> None:
    years = incomes_of_villages(pocket_county)
    drawn = years.filter(pl.col("mean_per_head_cny").is_not_null().any().over("area_id"))
    village = drawn.filter("is_hidden").row(0, named=True)
    app = opened("income", area=village["parent_area_id"], year=village["period"])
    [said] = [one.proto.alt for one in app.get("vega_lite_chart") if one.proto.alt.startswith(village["area_name"])]
    assert said == f"{village['area_name']} * · 较上年 *"


def test_visits_open_on_the_newest_month_where_their_number_is_hidden(
    pocket_county: Settings, opened: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release may count visits in persons."""
    monkeypatch.setattr(small_cells, "PEOPLE", small_cells.PEOPLE | {"次"})
    monkeypatch.setenv("XIANQING_SMALL_CELL", "5")  # nobody else has opened the release with these two
    get_settings.cache_clear()
    release = current(pocket_county.marts_dir, 5)
    assert release is not None
    months = release.rows(HELP, {"area_level": "village", "group_type": "all"}, order=("area_id", "period"))
    months = months.with_columns(is_hidden=export.is_hidden(months, "visit_count"))
    newest = months.filter(pl.col("is_hidden") | pl.col("visit_count").is_not_null())["period"].max()
    before = months.filter(pl.col("visit_count").is_not_null() & (pl.col("period") < newest))["area_id"]
    village = months.filter("is_hidden", pl.col("area_id").is_in(before.implode()), period=newest)["area_id"][0]
    text = text_of(opened("helpers", area=village))
    assert f"{Words('zh').month(newest)}，" in text
    assert "*" in text


def test_where_no_visit_was_odd_the_page_does_not_say_that_data_are_missing(
    pocket_county: Settings, opened: Callable[..., AppTest]
) -> None:
    release = current(pocket_county.marts_dir, 0)
    assert release is not None
    villages = release.rows(HELP, {"area_level": "village", "group_type": "all"}, order=("area_id", "period"))
    reported = villages.filter(pl.col("visit_count").is_not_null())
    newest = reported.filter(pl.col("period") == pl.col("period").max().over("area_id"))
    sound = newest.filter(pl.sum_horizontal(ODD) == 0, *(pl.col(column).is_not_null() for column in ODD))
    text = text_of(opened("helpers", area=sound["area_id"][0]))
    assert Words("zh")("chart.none") in text
