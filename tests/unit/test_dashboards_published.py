"""The page on printed figures without a browser: sentence, filter, small counts, a release without the table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards.words import LANGUAGES, Language, load_catalogue
from pipelines.settings import get_settings
from tests.browser.fixture_release import RELEASE, build_marts
from tests.unit.test_dashboards_pages import open_page, text_of

SEED = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds" / "published_figures.csv"
VALUES = ("printed_value", "expected_value", "computed_value", "difference_value", "tolerance_value")


def row(indicator: str, agreement: str, values: tuple[float | None, ...], **more: Any) -> dict[str, Any]:
    base = {
        "method_version": "1", "place": "shizong", "period": "2020", "indicator": indicator, "area_level": "county",
        "unit_name": "人", "sentence_ref": "一、基本县情贫情", "availability": "yes", "agreement": agreement,
        "mart_name": "kpi_exit_area_year", "mart_column": "exited_person_count", "note": None, "printed_digits": 0,
        "county_scale": 0.05,
    }  # fmt: skip
    return base | dict(zip(VALUES, values, strict=True)) | more


ROWS = [
    row("exited_person_count", "equal", (20487.0, 1024.0, 1024.0, 0.0, 0.5)),
    row("exited_person_count 女", "differs", (40.0, 2.0, 3.0, 1.0, 0.5)),
    row(
        "mobilisation_meeting_count",
        "not_computable",
        (6.0, None, None, None, None),
        mart_name=None,
        mart_column=None,
        note="Stay out",
    ),
]


@pytest.fixture
def marts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("XIANQING_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    yield build_marts(tmp_path / "marts")
    get_settings.cache_clear()


def add_table(marts: Path, more: Sequence[dict[str, Any]] = ()) -> None:
    rows = [*ROWS, *more]
    folder = marts / RELEASE
    pl.DataFrame(rows, infer_schema_length=None).write_parquet(folder / "kpi_published_vs_computed.parquet")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["tables"]["kpi_published_vs_computed"] = {
        "file": "kpi_published_vs_computed.parquet", "sha256": "0", "row_count": len(rows), "sums": {},
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_release_without_the_table_says_so(marts: Path, language: str) -> None:
    assert load_catalogue(language)["published.none"] in text_of(open_page("published", lang=language))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sentence_counts_and_the_warning_stands_by_it(marts: Path, language: str) -> None:
    add_table(marts)
    words = load_catalogue(language)
    text = text_of(open_page("published", lang=language))
    assert words["published.calibrated"] in text
    told = {"equal": "1", "differs": "1", "no_row": "0", "size_unknown": "0", "not_computable": "1"}
    ending = words["published.answer"].partition("}")[2].format(total="3", **told)
    assert ending in text


def test_small_counts_of_people_stay_hidden_and_the_filter_leaves_the_chosen(
    marts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_table(marts)
    monkeypatch.setenv("XIANQING_SMALL_CELL", "4")
    get_settings.cache_clear()
    app = open_page("published")
    shown = app.dataframe[0].value
    assert len(shown) == 3
    assert "*" in shown["computed_value"].tolist()
    assert "3.00" not in shown["computed_value"].tolist()
    app = open_page("published", result="not_computable")
    assert app.dataframe[0].value["indicator"].tolist() == ["mobilisation_meeting_count"]


def test_what_the_own_table_of_a_figure_hides_is_hidden_beside_the_printed_one(
    marts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """48 exits are hidden on the page of exits for the sake of a small neighbour: they are not to be had here."""
    file = marts / RELEASE / "kpi_exit_area_year.parquet"
    exits, county = pl.read_parquet(file), "530323000000"
    changed = pl.col("exited_household_count")
    for area, amount in (("530323001001", 2), ("530323001002", 48), ("530323001000", 50)):
        at = (pl.col("area_id") == area) & (pl.col("period") == "2015")
        changed = pl.when(at).then(amount).otherwise(changed)
    exits.with_columns(changed.alias("exited_household_count")).write_parquet(file)
    key = "period = '2015' and area_id = '{}'"
    add_table(
        marts,
        [
            row(name, "equal", (960.0, 48.0, 48.0, 0.0, 0.5), mart_column=column, mart_filter=condition, unit_name="户")
            for name, column, condition in (
                ("hidden", "exited_household_count", key.format("530323001002")),
                ("sum", "sum(exited_household_count)", "period in ('2015', '2016') and area_id = '530323001002'"),
                ("shown", "exited_household_count", key.format(county)),
                ("village", "listed_village_count", key.format("530323001002")),
                ("odd", "exited_household_count", "period > '2014'"),
            )
        ],
    )
    monkeypatch.setenv("XIANQING_SMALL_CELL", "4")
    get_settings.cache_clear()
    shown = open_page("published").dataframe[0].value.set_index("indicator")
    values = ["printed_value", "expected_value", "computed_value", "difference_value"]
    told = {name: shown.loc[name, values].tolist() for name in ("hidden", "sum", "shown", "village", "odd")}
    starred, plain = ["960", "*", "*", "*"], ["960", "48", "48", "0"]
    assert told == {"hidden": starred, "sum": starred, "shown": plain, "village": plain, "odd": plain}


def test_a_year_is_written_as_a_year_and_every_row_with_decimals_of_its_own(marts: Path) -> None:
    year = row("county_exit_year", "differs", (2018.0, 2018.0, 2019.0, 1.0, 0.5), unit_name="年")
    share = row(
        "poverty_incidence_share", "differs", (1.6, 1.6, 1.5649, -0.0351, 0.05), unit_name="%", printed_digits=1
    )
    tens = row("paid_cny", "equal", (1230.0, 1230.0, 1234.5, 4.5, 5.0), unit_name="元", printed_digits=-1)
    add_table(marts, [year, share, tens])
    shown = open_page("published").dataframe[0].value
    assert shown.loc[shown["unit_name"] == "年", list(VALUES)].to_numpy().tolist() == [
        ["2018", "2018", "2019", "1", "0.5"]
    ]
    assert shown.loc[shown["unit_name"] == "%", list(VALUES)].to_numpy().tolist() == [
        ["1.6", "1.6", "1.565", "−0.035", "0.05"]
    ]
    assert shown.loc[shown["unit_name"] == "元", list(VALUES)].to_numpy().tolist() == [
        ["1,230", "1,230", "1,234.5", "4.5", "5"]
    ]
    assert "20,487" in shown["printed_value"].tolist()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_printed_figure_has_a_name_and_no_name_is_left_over(language: Language) -> None:
    indicators = pl.read_csv(SEED, infer_schema=False)["indicator"]
    stems = {indicator.partition(" ")[0] for indicator in indicators}
    names = {
        key.removeprefix("printed_figure."): name
        for key, name in load_catalogue(language).items()
        if key.startswith("printed_figure.")
    }
    assert len(stems) > 400
    assert {"without a name": stems - names.keys(), "left over": names.keys() - stems} == {
        "without a name": set(), "left over": set(),
    }  # fmt: skip
    assert not [name for name in names.values() if "_" in name or not name.strip()]
    assert len(set(names.values())) == len(names), "two figures of one name cannot be told apart"


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("zh", ["脱贫退出人数", "脱贫退出人数（女）", "脱贫攻坚千人大会次数"]),
        ("en", ["Persons who exited", "Persons who exited (女)", "Mobilisation meetings"]),
    ],
)
def test_a_figure_stands_under_its_printed_name_and_its_code_in_the_last_column(
    marts: Path, language: str, titles: list[str]
) -> None:
    add_table(marts)
    shown = open_page("published", lang=language).dataframe[0].value
    assert shown["figure"].tolist() == titles
    assert shown.columns[-1] == "indicator"
    assert shown["indicator"].tolist() == [
        "exited_person_count",
        "exited_person_count 女",
        "mobilisation_meeting_count",
    ]
