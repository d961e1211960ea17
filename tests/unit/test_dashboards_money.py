"""The way of a sum of money without a browser: its steps say what they count, its rows show no inner keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from dashboards import tables
from dashboards.words import Words
from pipelines.files import read_yaml
from pipelines.settings import get_settings
from tests.browser.fixture_release import MODELS, RELEASE, build_marts
from tests.unit.test_dashboards_pages import open_page, text_of

TRACE, HOPS, LIST = "fct_money_trace", "kpi_money_hop_month", "fct_money_hop"
RECEIPT = "fund_transfers-2020-11-0123456789ab"
ROWS: tuple[dict[str, Any], ...] = (
    {"step_number": 1, "step_name": "quota", "item_id": "Q1", "document_number": "文1", "amount_cny": 208400},
    {"step_number": 2, "step_name": "sent_down", "item_id": f"{RECEIPT} 表 4", "document_number": "文1"},
    {"step_number": 3, "step_name": "split", "item_id": "Q1 P1", "document_number": "文1", "project_id": "P1"},
    {"step_number": 4, "step_name": "contract", "item_id": "P1", "project_id": "P1", "amount_cny": 3290700},
)


@pytest.fixture(autouse=True)
def _release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("XIANQING_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    folder = build_marts(tmp_path / "marts") / RELEASE
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for table in (TRACE, HOPS, LIST):
        [model] = MODELS.glob(f"**/{table}.yml")
        columns = read_yaml(model)["models"][0]["columns"]
        with duckdb.connect() as connection:
            typed = ", ".join(f"{one['name']} {one['data_type']}" for one in columns)
            connection.execute(f"create table made ({typed})")
            for row in ROWS if table == TRACE else ():
                whole = row | {"trace_id": row["item_id"], "quota_id": "Q1", "receipt_id": RECEIPT}
                marks = ", ".join("?" * len(whole))
                connection.execute(f"insert into made ({', '.join(whole)}) values ({marks})", [*whole.values()])
            connection.table("made").write_parquet(str(folder / f"{table}.parquet"))
        manifest["tables"][table] = {"file": f"{table}.parquet", "sha256": "0", "row_count": 0, "sums": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    yield
    get_settings.cache_clear()


def test_rows_without_a_number_of_their_own_show_no_inner_key() -> None:
    app = open_page("money", document="文1")
    [links] = [frame.value for frame in app.dataframe if "item_id" in frame.value.columns]
    shown = dict(zip(links["step"], links["item_id"].fillna(""), strict=True))
    assert shown == {"指标": "Q1", "逐级下达": "", "分解到项目": "Q1 P1", "合同": "P1"}


@pytest.mark.parametrize(
    ("choice", "language", "said"),
    [
        ({"document": "文1"}, "zh", "列的是有关项目的全部，项目可能还有别的文号的钱"),
        ({"document": "文1"}, "en", "for which other documents may pay too"),
        ({"project": "P1"}, "zh", "一条指标可以分给几个项目"),
        ({"project": "P1"}, "en", "which may be split over several projects"),
    ],
)
def test_the_steps_say_which_of_them_are_of_the_whole_project(choice: dict[str, str], language: str, said: str) -> None:
    assert said in text_of(open_page("money", lang=language, **choice))


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"document": "xyz"}, "文号：地址里的“xyz”在这里没有，所以没有可显示的，请重新选择"),
        ({"project": "xyz"}, "项目：地址里的“xyz”在这里没有"),
        ({"document": "xyz", "lang": "en"}, "Document: “xyz” of the address is not known here"),
    ],
)
def test_a_document_or_project_that_is_not_there_is_said(choice: dict[str, str], said: str) -> None:
    assert said in text_of(open_page("money", **choice))


def test_money_under_a_plain_heading_has_its_thousands_set_off() -> None:
    amounts = pl.Series("reward_cny", [70_000.0])
    shown = tables._column("奖励金额（元）", Words("zh"), amounts, is_first=False, is_starred=False)
    assert shown["type_config"]["format"] == "%,.2f"
