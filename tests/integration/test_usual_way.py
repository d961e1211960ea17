"""The usual way, beside which runs are measured: it judges by the same rules, so that its time means something."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.peers.tables import READERS
from benchmarks.peers.usual import UsualWay
from pipelines.reading import ledgers
from tests.conftest import PocketCounty

# Quoted keys, sheets that go on, totals, broken lines, a lettered identity, a missing township, old workbooks, places
# under old names, tables that are refused: small feeds with what the large ones have.
FEEDS = {
    "arbitration_cases", "business_entities", "disabled", "fund_payment", "fund_quota", "monitoring_register",
    "plan_targets", "public_payroll", "public_posts", "region", "screening_applications", "sector_indicators",
    "special_care", "statistics", "subsidy_payment", "tekun",
}  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_the_usual_way_accepts_as_many_rows_of_every_file(reader: str, pocket: PocketCounty, tmp_path: Path) -> None:
    ours = {
        f"{one.arrived_at.astimezone():%Y-%m-%d}/{one.file_name}": one.accepted_count
        for one in ledgers(pocket.settings)
        if one.feed in FEEDS
    }
    usual = UsualWay(pocket.deliveries, tmp_path / "usual", reader=READERS[reader])
    usual.entries = [entry for entry in usual.entries if entry["feed"] in FEEDS]
    usual.read()
    assert len(ours) > 100
    assert {name: usual.accepted[name] for name in ours} == ours
