"""A feed added as CONTRIBUTING says, with one contract and one staging pair: its files are read, counted and staged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines.landing import land
from pipelines.modelling.sources import update_sources
from pipelines.publishing.releases import current_release_id, release_folder
from pipelines.run import run_pipeline
from pipelines.settings import PROJECT_DIR, Settings
from tests.integration.small_county import land_payments, new_county, write_csv

FEED = "village_buses"
CONTRACT = """
feed: village_buses
version: 1
title: {zh: 农村客运班线台账, en: Village bus lines}
department: {code: transport, zh: 县交通运输局, en: County transport bureau}
grain: {zh: 每条班线一行, en: one row per bus line}
coverage: snapshot
formats: [csv, xlsx]
period:
  source: file_name
  pattern: '(?P<year>\\d{4})年(?P<month>\\d{1,2})月'
calendar: {frequency: monthly, due_day: 8}
key: [line_number]
recognise: [班线编号, 客车辆数, 日发班次]
limits:
  rejected_share: 0.05
  row_count_ratio: null
fields:
  - name: line_number
    header: 班线编号
    aliases: [线路编号]
    type: text
    required: true
  - name: bus_count
    header: 客车辆数
    type: integer
    required: true
    min: 0
    max: 500
  - name: trip_count
    header: 日发班次
    type: integer
    required: false
    min: 0
    max: 500
"""
MODEL = """with

source as (

    select * from {{ source('bronze', 'raw_transport__village_buses') }}

),

final as (

    select
        line_number,
        bus_count,
        trip_count,
        period,
        receipt_id,
        source_sheet,
        source_row
    from source
    where period <= {{ as_of_period() }}

)

select * from final
"""
DESCRIBED = """models:
  - name: stg_transport__bus_lines
    description: "农村客运班线台账，每条班线一行。 | Village bus lines, one row per line."
    data_tests:
      - unique_key:
          arguments:
            columns: [line_number, period]
    columns:
      - name: line_number
        description: "班线编号。 | Line number."
"""


@pytest.fixture
def county(tmp_path: Path) -> Settings:
    """An installation whose contracts and models are copies of the project's own."""
    settings = new_county(tmp_path / "data")
    contracts, models = tmp_path / "contracts", tmp_path / "dbt_project"
    shutil.copytree(PROJECT_DIR / "pipelines" / "contracts", contracts)
    shutil.copytree(PROJECT_DIR / "dbt_project", models, ignore=shutil.ignore_patterns("target", "logs"))
    return settings.model_copy(update={"contracts_dir": contracts, "dbt_dir": models})


def test_one_contract_and_one_staging_pair_are_a_feed(county: Settings, tmp_path: Path) -> None:
    (county.contracts_dir / f"{FEED}.yml").write_text(CONTRACT, encoding="utf-8")
    staging = county.dbt_dir / "models" / "staging" / "transport"
    staging.mkdir()
    (staging / "stg_transport__bus_lines.sql").write_text(MODEL, encoding="utf-8")
    (staging / "stg_transport__bus_lines.yml").write_text(DESCRIBED, encoding="utf-8")
    update_sources(county)

    rows = [{"班线编号": f"L{n}", "客车辆数": str(n), "日发班次": "4"} for n in range(1, 40)]
    file = write_csv(
        tmp_path / "农村客运班线2020年1月.csv", [*rows, {"班线编号": "L40", "客车辆数": "很多", "日发班次": "4"}]
    )
    [landed] = land([file], county, arrival="mtime")
    assert landed.receipt is not None
    assert (landed.outcome, landed.receipt.feed, landed.receipt.period) == ("landed", FEED, "2020-01")
    land_payments(county, tmp_path, 1, ["100.00"])

    outcome = run_pipeline(county)
    assert outcome.state == "published", outcome.message
    release = release_folder(county, str(current_release_id(county)))
    [delivery] = [one for one in _rows(release / "ops_delivery.parquet") if one["feed"] == FEED]
    assert (delivery["accepted_count"], delivery["rejected_count"]) == (39, 1)
    [rejection] = [one for one in _rows(release / "ops_rejection.parquet") if one["feed"] == FEED]
    assert rejection["source_row"] == 41
    [due] = [
        one for one in _rows(release / "ops_calendar.parquet") if one["feed"] == FEED and one["period"] == "2020-01"
    ]
    assert due["status"] == "arrived"


def _rows(path: Path) -> list[dict[str, object]]:
    import polars as pl

    return pl.read_parquet(path).to_dicts()
