"""A county of a dozen rows: two finance feeds as small CSV files, quick enough to run the whole pipeline many times."""

from __future__ import annotations

import csv
import os
from datetime import UTC, datetime
from pathlib import Path

from pipelines.installation import initialise
from pipelines.landing import LandResult, land
from pipelines.settings import Settings

ARRIVED = datetime(2020, 2, 5, 8, tzinfo=UTC).timestamp()


def new_county(folder: Path) -> Settings:
    """An empty synthetic installation that takes files at once."""
    settings = initialise(folder, place="shizong", synthetic=True)
    return settings.model_copy(update={"stable_seconds": 0.0, "minimum_free_mb": 1, "worker_count": 1})


def payments(month: int, amounts: list[str]) -> list[dict[str, str]]:
    """Payments of one month of 2020 in the treasury's own headers."""
    return [
        {
            "业务年度": "2020",
            "地区名称": "师宗县",
            "支出功能分类科目": "2130504",
            "项目名称": "产业扶持",
            "指标文号": "师财农〔2020〕1号",
            "用途": "补助",
            "支付申请号": f"ZF2020{month:02d}{number:04d}",
            "付款账户名称": "师宗县财政局",
            "付款方账户": "9990001",
            "支付日期": f"2020-{month:02d}-{number + 1:02d}",
            "金额": amount,
            "收款账户名称": "合作社",
            "收款方账户": "9990002",
            "收款人类型": "最终收款人",
            "指标编号": "ZB2020001",
        }
        for number, amount in enumerate(amounts, start=1)
    ]


def write_csv(path: Path, rows: list[dict[str, str]]) -> Path:
    """A UTF-8 CSV with a byte order mark and a fixed time of arrival."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.DictWriter(handle, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    os.utime(path, (ARRIVED, ARRIVED))
    return path


def land_payments(settings: Settings, folder: Path, month: int, amounts: list[str]) -> LandResult:
    """Land one month of payments; raises AssertionError when the file is not recognised."""
    file = write_csv(folder / f"国库集中支付明细2020年{month}月.csv", payments(month, amounts))
    result = land([file], settings, arrival="mtime")[0]
    assert result.outcome in ("landed", "duplicate"), result
    return result


SMALL_DBT = Path(__file__).with_name("small_dbt")
TOO_MUCH = "1000000.00"


def small_settings(folder: Path) -> Settings:
    """An empty installation with the one-mart dbt project, whose test fails on a month of a million yuan or more."""
    return new_county(folder).model_copy(update={"dbt_dir": SMALL_DBT})
