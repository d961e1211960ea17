"""A small hand-made release in the format of the publish step, for tests of pages and their parts.

The figures are simple on purpose: every village lists ten households of forty persons, so that a wrong sum shows.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.files import read_yaml

RELEASE = "20201205T080000Z-2"
PREVIOUS = "20201105T080000Z-1"
COUNTY = "530323000000"
TOWNSHIPS = {"530323001000": "丹凤街道", "530323102000": "雄壁镇", "530323202000": "龙庆彝族壮族乡"}
VILLAGES = {
    "530323001001": "丹凤社区居民委员会",
    "530323001002": "文笔社区居民委员会",
    "530323102001": "雄壁社区居民委员会",
    "530323102202": "雨柱村民委员会",
    "530323202200": "龙庆村民委员会",
    "530323202201": "黑尔村民委员会",
}
MONTHS = [f"2020-{month:02}" for month in range(1, 12)]
LEVELS = {"中央": 0.5, "省级": 0.25, "市级": 0.15, "县级": 0.1}
FEEDS = {
    "household_register": (
        "rural_revitalisation",
        "县乡村振兴局",
        "Rural revitalisation bureau",
        "脱贫户名册",
        "Household register",
    ),
    "residents": ("public_security", "县公安局", "Public security bureau", "户籍人口", "Residents"),
    "fund_payment": ("finance", "县财政局", "County finance bureau", "资金支付明细", "Fund payments"),
}
MODELS = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "marts"
Row = dict[str, Any]


def _areas() -> list[Row]:
    rows = [("530000000000", "province", "云南省", None), ("530300000000", "prefecture", "曲靖市", "530000000000")]
    rows += [(COUNTY, "county", "师宗县", "530300000000")]
    rows += [(code, "township", name, COUNTY) for code, name in TOWNSHIPS.items()]
    rows += [(code, "village", name, code[:9] + "000") for code, name in VILLAGES.items()]
    return [
        {
            "area_code": code,
            "area_level": level,
            "area_name": name,
            "short_name": name.removesuffix("居民委员会").removesuffix("民委员会"),
            "parent_code": parent,
            "valid_from": dt.date(2014, 1, 1),
            "valid_to": None,
        }
        for code, level, name, parent in rows
    ]


def _village_count(code: str) -> int:
    if code in VILLAGES:
        return 1
    return sum(village[:9] == code[:9] for village in VILLAGES) if code in TOWNSHIPS else len(VILLAGES)


def _key(area: Row, period: str, group_type: str = "all", group_id: str = "all") -> Row:
    return {
        "method_version": "1",
        "period": period,
        "area_level": area["area_level"],
        "area_id": area["area_code"],
        "area_name": area["area_name"],
        "parent_area_id": area["parent_code"],
        "group_type": group_type,
        "group_id": group_id,
    }


def _exits(areas: list[Row]) -> list[Row]:
    rows = []
    for area in areas:
        scale = _village_count(area["area_code"])
        for index, year in enumerate(range(2014, 2021)):
            done = min(10, 2 * (index + 1))
            rows.append(
                _key(area, str(year))
                | {
                    "as_of_period": "2020-11",
                    "listed_household_count": 10 * scale,
                    "listed_person_count": 40 * scale,
                    "exited_household_count": (2 if index < 5 else 0) * scale,
                    "exited_person_count": (8 if index < 5 else 0) * scale,
                    "cumulative_exited_household_count": done * scale,
                    "cumulative_exited_person_count": 4 * done * scale,
                    "sum_of_yearly_exits_household_count": done * scale,
                    "sum_of_yearly_exits_person_count": 4 * done * scale,
                    "remaining_household_count": (10 - done) * scale,
                    "remaining_person_count": 4 * (10 - done) * scale,
                    "household_exit_rate_share": done / 10,
                    "person_exit_rate_share": done / 10,
                    "rural_registered_population_count": 186 * scale,
                    "population_year": 2014,
                    "denominator_definition": "农村户籍人口（冻结）",
                    "poverty_incidence_share": 4 * (10 - done) / 186,
                    "register_share": 40 / 186,
                    "listed_village_count": scale,
                    "exited_village_count": scale if year == 2017 else 0,
                    "cumulative_exited_village_count": scale if year >= 2017 else 0,
                    "village_exit_rate_share": 1.0 if year >= 2017 else 0.0,
                    "listed_township_count": 1,
                    "exited_township_count": 1 if year == 2018 else 0,
                    "cumulative_exited_township_count": 1 if year >= 2018 else 0,
                }
            )
    return rows


def _bridge(areas: list[Row]) -> list[Row]:
    steps = ["identified", "returned", "natural_plus", "transfer_in", "split"]
    steps += ["natural_minus", "removed_in_error", "transfer_out", "merge", "exited"]
    rows = []
    for area in areas:
        scale = _village_count(area["area_code"])
        for index, month in enumerate(MONTHS):
            for population in ("unexited", "registered"):
                row = _key(area, month, "population", population)
                opening = 0 if population == "unexited" else 40 * scale + index * scale
                for unit, divisor in (("household", 4), ("person", 1)):
                    row |= {f"{step}_{unit}_count": 0 for step in steps}
                    row[f"opening_{unit}_count"] = opening // divisor
                    row[f"natural_plus_{unit}_count"] = scale if population == "registered" and divisor == 1 else 0
                    row[f"closing_{unit}_count"] = opening // divisor + row[f"natural_plus_{unit}_count"]
                    row[f"unexplained_{unit}_count"] = 0
                rows.append(row | {"is_balanced": True})
    return rows


def _fund_row(area: Row, month: str, scope: str, group: tuple[str, str], allocated: float) -> Row:
    months = int(month[5:])
    arrived, paid = allocated * 0.9, allocated * 0.9 * min(0.93, months / 12 + 0.04)
    is_batch = group[0] == "batch"
    money = {
        "allocated_cny": allocated,
        "arrived_cny": arrived,
        "paid_final_cny": paid,
        "transferred_cny": allocated * 0.02,
        "unspent_cny": arrived - paid,
        "carry_over_under_1_year_cny": arrived - paid,
        "carry_over_1_to_2_years_cny": 0.0,
        "carry_over_over_2_years_cny": 0.0,
        "allocated_previous_cny": allocated * 0.8,
        "allocated_growth_cny": allocated * 0.2,
        "integrated_allocated_cny": allocated,
    }
    return (
        _key(area, month, *group)
        | {"fund_scope": scope}
        | {name: Decimal(f"{value:.2f}") for name, value in money.items()}
        | {
            "spend_rate_share": paid / arrived,
            "paid_allocated_share": paid / allocated,
            "year_end_bar_share": 0.95,
            "calendar_bar_share": None if is_batch else months / 12,
            "days_since_arrival": 30 * (months - 1) if is_batch else None,
            "allocated_growth_share": 0.25,
            "item_count": 12,
            "quota_count": 20,
        }
    )


def _funds(areas: list[Row]) -> list[Row]:
    groups = [("source_level", level, share) for level, share in LEVELS.items()]
    groups += [("batch", "2020年第一批", 0.7), ("batch", "2020年第二批", 0.3)]
    groups += [("use", "产业发展", 0.6), ("use", "农村基础设施", 0.4)]
    rows = []
    for area in areas:
        total = 21_500_000.0 * _village_count(area["area_code"])
        for month in MONTHS:
            for scope in ("current_year", "all_years"):
                rows.append(_fund_row(area, month, scope, ("all", "all"), total))
                rows += [_fund_row(area, month, scope, (kind, name), total * share) for kind, name, share in groups]
    nulls = ["allocated_cny", "arrived_cny", "paid_final_cny", "spend_rate_share"]
    return [row | dict.fromkeys(nulls) if row["area_level"] == "village" else row for row in rows]


def _deliveries() -> tuple[list[Row], list[Row]]:
    calendar, deliveries = [], []
    for feed, (code, name_zh, name_en, title_zh, title_en) in FEEDS.items():
        who = {
            "department_code": code,
            "department_zh": name_zh,
            "department_en": name_en,
            "feed": feed,
            "feed_title_zh": title_zh,
            "feed_title_en": title_en,
        }
        for month in MONTHS:
            is_missing = feed == "residents" and month == "2020-11"
            is_late = feed == "fund_payment" and month == "2020-10"
            due = dt.date(2020 + (month == "2020-12"), int(month[5:]) % 12 + 1, 8)
            arrived = dt.datetime(due.year, due.month, 11 if is_late else 5, 1, 30)
            receipt = f"{feed}-{month}-{hashlib.sha256((feed + month).encode()).hexdigest()[:12]}"
            status = "missing" if is_missing else "late" if is_late else "arrived"
            slot = who | {"period": month, "due_date": due}
            calendar.append(
                slot
                | {
                    "status": status,
                    "arrived_at": None if is_missing else arrived,
                    "receipt_id": None if is_missing else receipt,
                }
            )
            if is_missing:
                continue
            rejected = 2 if feed == "household_register" and month == "2020-11" else 0
            deliveries.append(
                slot
                | {
                    "receipt_id": receipt,
                    "file_name": f"{title_zh}{month[:4]}年{int(month[5:])}月.xlsx",
                    "version": 1,
                    "is_current": True,
                    "verdict": "accepted_with_rejects" if rejected else "accepted",
                    "arrived_at": arrived,
                    "row_in_count": 65,
                    "accepted_count": 60 - rejected,
                    "rejected_count": rejected,
                    "non_data_count": 5,
                    "format": "xlsx",
                    "encoding": None,
                    "warning_zh": None,
                    "warning_en": None,
                    "reason_zh": None,
                    "reason_en": None,
                    "remedy_zh": None,
                    "remedy_en": None,
                    "days_late": 3 if is_late else 0,
                }
            )
    return calendar, deliveries


def _rejections(deliveries: list[Row]) -> list[Row]:
    return [
        {
            "receipt_id": delivery["receipt_id"],
            "file_name": delivery["file_name"],
            "department_code": delivery["department_code"],
            "feed": delivery["feed"],
            "period": delivery["period"],
            "source_sheet": "Sheet1",
            "source_row": 17 + index,
            "source_column": 6,
            "header": "证件号码",
            "field": "identity",
            "reason_code": "numeric_identity",
            "reason_zh": "证件号码按数字存储，末位已被改写",
            "reason_en": "The identity number is stored as a number; its last digits are lost",
            "remedy_zh": "请把该列设为文本格式后重新导出",
            "remedy_en": "Format the column as text and export again",
            "masked_value": "9901************00",
            "is_open": True,
        }
        for delivery in deliveries
        if delivery["rejected_count"]
        for index in range(delivery["rejected_count"])
    ]


def _ledger_rows(deliveries: list[Row]) -> dict[str, list[Row]]:
    """Amounts, control totals and doubts; the payments of October state a total that their rows do not give."""
    slot = ("receipt_id", "department_code", "feed", "period")
    money: dict[str, list[Row]] = {"ops_amount": [], "ops_control": [], "ops_doubt": []}
    for delivery in deliveries:
        key = {name: delivery[name] for name in slot}
        if delivery["feed"] == "fund_payment":
            field = {"field": "paid_cny", "header": "金额"}
            sums = {"in_cny": Decimal("2500000.00"), "accepted_cny": Decimal("2500000.00"), "rejected_cny": Decimal(0)}
            money["ops_amount"].append(key | field | sums | {"unparsed_count": 0})
            stated = Decimal("2600000.00") if delivery["period"] == "2020-10" else Decimal("2500000.00")
            compared = {"stated": stated, "computed": Decimal("2500000.00"), "source_row": 65}
            is_equal = stated == compared["computed"]
            money["ops_control"].append(key | {"kind": "total"} | field | compared | {"is_equal": is_equal})
        texts = ("text_zh", "text_en", "remedy_zh", "remedy_en")
        if delivery["rejected_count"]:
            rejection = _rejections([delivery])[0]
            named = dict(zip(texts, (rejection[name.replace("text", "reason")] for name in texts), strict=True))
            doubt = {"kind": "rejected", "code": "numeric_identity", "doubt_count": 2, "source_row": None}
            money["ops_doubt"].append(key | doubt | named)
        if delivery["feed"] == "residents" and delivery["period"] == "2020-09":
            said = (
                "合同中没有的列，未读入：备注二",
                "columns that the contract does not know, not loaded: 备注二",
                None,
                None,
            )
            doubt = {"kind": "warning", "code": "unknown_column", "doubt_count": 1, "source_row": 1}
            money["ops_doubt"].append(key | doubt | dict(zip(texts, said, strict=True)))
    return money


@cache
def _cards() -> Row:
    """Descriptions and cards as the models declare them, in the shape of ``cards.json``."""
    cards: Row = {}
    for file in sorted(MODELS.rglob("*.yml")):
        for model in read_yaml(file)["models"]:
            columns = {}
            for column in model["columns"]:
                zh, _, en = (column.get("description") or "").partition(" | ")
                card = column.get("config", {}).get("meta", {}).get("card")
                columns[column["name"]] = {
                    "description_zh": zh,
                    "description_en": en,
                    "data_type": column["data_type"],
                } | {"card": card}
            cards[model["name"]] = columns
    exposures = read_yaml(MODELS.parent / "exposures.yml")["exposures"]
    cards["__exposures__"] = {
        one["name"]: {"depends_on": [re.sub(r"ref\('(\w+)'\)", r"\1", ref) for ref in one["depends_on"]]}
        for one in exposures
    }
    return cards


def write_release(marts: Path, release_id: str, previous: str | None, changes: int = 0) -> None:
    """Write one release folder; ``changes`` is added to the county's persons exited in 2018."""
    areas = _areas()
    measured = [area for area in areas if area["area_level"] != "province"]
    calendar, deliveries = _deliveries()
    exits = _exits(measured)
    for row in exits:
        if row["area_id"] == COUNTY and row["period"] == "2018":
            row["exited_person_count"] += changes
    tables = {
        "dim_area": areas,
        "kpi_exit_area_year": exits,
        "kpi_register_bridge_area_month": _bridge(measured),
        "kpi_fund_area_month": _funds(measured),
        "ops_calendar": calendar,
        "ops_delivery": deliveries,
        "ops_rejection": _rejections(deliveries),
        **_ledger_rows(deliveries),
    }
    folder = marts / release_id
    folder.mkdir(parents=True)
    manifest_tables = {}
    for name, rows in tables.items():
        pl.DataFrame(rows, infer_schema_length=None).write_parquet(folder / f"{name}.parquet")
        manifest_tables[name] = {"file": f"{name}.parquet", "sha256": "0", "row_count": len(rows), "sums": {}}
    inputs = [{"receipt_id": row["receipt_id"], "sha256": "0"} for row in deliveries]
    manifest = {
        "release_id": release_id,
        "created_at": "2020-12-12T08:00:00+00:00",
        "as_of_period": MONTHS[-1],
        "place": {"code": COUNTY, "zh": "云南省曲靖市师宗县", "en": "Shizong county, Qujing, Yunnan"},
        "is_synthetic": True,
        "code_version": "0.1.0",
        "tables": manifest_tables,
        "inputs": inputs if previous else inputs[:-3],
        "late_departments": [
            {
                "department_zh": "县公安局",
                "department_en": "Public security bureau",
                "feed": "residents",
                "period": "2020-11",
            }
        ],
        "data_light": {
            "level": "minor",
            "zh": "一般",
            "en": "minor",
            "reasons": [
                {"zh": "1 份资料未到", "en": "1 file missing"},
                {"zh": "2 行待更正", "en": "2 rows to be corrected"},
            ],
        },
        "previous_release_id": previous,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    (folder / "cards.json").write_text(json.dumps(_cards(), ensure_ascii=False), encoding="utf-8")


def write_status(marts: Path, state: str = "published") -> None:
    """Write ``status.json``: a run that went well, or one stopped by a gate."""
    marts.mkdir(parents=True, exist_ok=True)
    is_good = state != "failed"
    message = (
        {"zh": "已发布", "en": "published"}
        if is_good
        else {"zh": "分项之和与合计不符", "en": "parts differ from the total"}
    )
    gate = {
        "name": "control_totals",
        "passed": is_good,
        "state": "passed" if is_good else "failed",
        "details": [],
        **message,
    }
    status = {
        "last_run": {
            "run_id": "r2",
            "state": state,
            "started_at": "2020-12-12T07:58:00+00:00",
            "ended_at": "2020-12-12T08:00:00+00:00",
            "stage": "publish" if is_good else "audit",
            "message": message,
            "gates": [gate],
        },
        "held": [
            {
                "file_name": "新建工作表(3).xlsx",
                "reason": {"zh": "没有一个数据项约定认得它的表头", "en": "No feed recognises its headers"},
                "remedy": {"zh": "请说明这是哪一项资料", "en": "Say which feed it is"},
            }
        ],
        "refused": [
            {
                "receipt_id": "residents-2020-11-0123456789ab",
                "file_name": "户籍人口2020年11月.csv",
                "feed": "residents",
                "period": "2020-11",
                "arrived_at": "2020-12-12T07:30:00Z",
                "reason": {
                    "zh": "3行数据中有2行不合格（66.7%），超过限度1.0%。",
                    "en": "2 of 3 data rows were rejected.",
                },
                "remedy": {
                    "zh": "请按不合格清单改正后整份重新报送。",
                    "en": "Correct the rows and send the file again.",
                },
            }
        ],
    }
    (marts / "status.json").write_text(json.dumps(status, ensure_ascii=False), encoding="utf-8")


def build_marts(marts: Path) -> Path:
    """Two releases, the pointer and a good status; returns the folder."""
    write_release(marts, PREVIOUS, None)
    write_release(marts, RELEASE, PREVIOUS, changes=3)
    (marts / "current").write_text(RELEASE + "\n", encoding="utf-8")
    write_status(marts)
    return marts
