"""Leads in the status: each rule's newest period, with places people can open."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from pipelines.meaning.leads import COLUMNS, LEADS_NAME
from pipelines.reporting import leads
from pipelines.settings import Settings


def test_leads_name_files_and_rows_of_the_newest_period_and_no_person(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    settings.state_dir.mkdir(parents=True)
    rows = [
        (
            "dead",
            "已死亡",
            "deceased",
            period,
            "person_key",
            f"{n:032x}",
            "residents",
            "a",
            10 + n,
            "register",
            "b",
            20 + n,
        )
        for period, count in (("2020-05", 1), ("2020-06", 3))
        for n in range(count)
    ]
    pl.DataFrame(rows, schema=COLUMNS, orient="row").write_parquet(settings.state_dir / LEADS_NAME)
    (found,) = leads(settings, listed=2)
    assert (found.rule, found.period, found.count, found.zh) == ("dead", "2020-06", 3, "已死亡")
    assert [(place.row, place.other_row) for place in found.places] == [(10, 20), (11, 21)]
    assert f"{0:032x}" not in found.model_dump_json()


def test_without_a_run_there_are_no_leads(tmp_path: Path) -> None:
    assert leads(Settings(data_dir=tmp_path)) == []
