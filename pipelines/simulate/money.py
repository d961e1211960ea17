"""The project library, the splitting of quotas, transfers, payouts and the fund report, in canonical text form.

Belongs here: the columns of these feeds. Does not belong here: what happened (``projects``, ``funds``), the asset books
(``projectassets``), how a department spells a cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.calibration import calibration, villages
from pipelines.simulate.columns import NONE, choose, day_texts, yes, yuan
from pipelines.simulate.county import County
from pipelines.simulate.funds import FINAL, TOWNSHIP_ACCOUNT, Payment, Quota, build_funds, cents_text
from pipelines.simulate.projectassets import asset_frame, managed_counts, value_cents
from pipelines.simulate.projects import (
    LEVELS,
    NEVER,
    REMOVED,
    Money,
    Projects,
    build_projects,
    day_number,
    kind_counts,
    kinds,
    project_numbers,
)

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

_OFFICES = ("县扶贫开发办公室", "县农业农村局", "县住房和城乡建设局", "县水务局", "县交通运输局")
_STATES = ("储备", "已批复", "实施中", "已完工", "已验收", "已移交", "已报账", "已出库")
_CITY, _TOWN = "市到县", "县到乡镇"


def _known(projects: Projects, last: int) -> np.ndarray:
    return np.flatnonzero(projects.entered <= last)


def project_names(projects: Projects) -> pl.Series:
    """The name of each project: village, kind, number."""
    label = [name.removesuffix("类") + "项目" for name in kinds()]
    at = pl.Series(np.arange(1, len(projects.kind) + 1)).cast(pl.String)
    return choose(villages().short_names, projects.village) + choose(label, projects.kind) + at + "号"


def library_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The library at the end of the slot's month: what had happened by then."""
    projects, _ = build_projects(county.scale, county.seed)
    last = _last(slot)
    rows = _known(projects, last)
    place, traits, village = villages(), projects.traits[:, rows], projects.village[rows]
    days = {
        name: np.where(getattr(projects, name)[rows] <= last, getattr(projects, name)[rows], NEVER)
        for name in ("approved", "tendered", "started", "finished", "accepted", "handed_over", "settled", "removed")
    }
    has = {name: values < NEVER for name, values in days.items()}
    budget = projects.budget[rows]
    state = np.zeros(len(rows), np.int64)
    for at, name in enumerate(("approved", "started", "finished", "accepted", "handed_over", "settled", "removed"), 1):
        state = np.where(has[name], at, state)
    reach = 20 + (traits[3] * 160).astype(int)
    poor = (reach * (0.2 + traits[4] * 0.6)).astype(int)
    planned = projects.entered[rows] + 130 + (traits[1] * 60).astype(int)
    everybody = np.ones(len(rows), bool)
    town = choose(place.townships, village)
    serial = pl.Series(rows).cast(pl.String).str.zfill(5)
    money = {f"{name}资金（万元）": yuan(budget[:, at], everybody) for at, name in enumerate(LEVELS)}
    return pl.DataFrame(
        {
            "项目编号": pl.Series(project_numbers(projects), dtype=pl.String).gather(rows),
            "项目名称": project_names(projects).gather(rows),
            "项目类别": choose(kinds(), projects.kind[rows]),
            "监管单位": choose(_OFFICES, rows % len(_OFFICES)),
            "乡镇": town,
            "行政村": choose(place.short_names, village),
            "建设内容": choose(kinds(), projects.kind[rows]) + "建设（模拟）",
            "计划总投资（万元）": yuan(budget.sum(axis=1), everybody),
            **money,
            "计划实施年度": pl.Series(projects.year[rows]).cast(pl.String),
            "项目建设状态": choose(_STATES, state),
            "受益总户数": pl.Series(reach).cast(pl.String),
            "受益总人口": pl.Series(reach * 4).cast(pl.String),
            "受益贫困户（户）": pl.Series(poor).cast(pl.String),
            "受益贫困人口(人)": pl.Series(poor * 4).cast(pl.String),
            "联农带农机制": choose(["就业务工", "土地流转", "入股分红"], (traits[5] * 2.99).astype(int)),
            "是否纳入年度计划": yes(has["approved"]),
            "是否形成资产": yes(projects.forms_asset[rows]),
            "责任单位": town + "人民政府",
            "中标单位名称": choose(
                [f"师宗建设工程公司{n}（模拟）" for n in range(41)], np.where(has["tendered"], rows % 41, NONE)
            ),
            "合同文件": ("HT" + serial).set(pl.Series(~has["tendered"]), None),
            "合同金额（万元）": yuan(projects.contract[rows], has["tendered"]),
            "结算金额": yuan(projects.paid[rows], has["settled"]),
            "入库时间": day_texts(projects.entered[rows], everybody),
            "立项日期": day_texts(days["approved"], has["approved"]),
            "计划开始时间": day_texts(planned, everybody),
            "计划结束时间": day_texts(planned + 180, everybody),
            "招标日期": day_texts(days["tendered"], has["tendered"]),
            "开工日期": day_texts(days["started"], has["started"]),
            "竣工日期": day_texts(days["finished"], has["finished"]),
            "验收日期": day_texts(days["accepted"], has["accepted"]),
            "资产移交日期": day_texts(days["handed_over"], has["handed_over"]),
            "报账日期": day_texts(days["settled"], has["settled"]),
            "出库日期": day_texts(days["removed"], has["removed"]),
            "出库原因": choose(["不能实施"], np.where(has["removed"], 0, NONE)),
            "area_code": choose(place.codes, village),
            "_长名": choose(place.long_names, village),
        }
    )  # fmt: skip


def _last(slot: Slot) -> int:
    return day_number(slot.last_day)


def allocation_frame(county: County, slot: Slot) -> pl.DataFrame:
    """What was split of the quotas of the slot's budget year by the end of its month."""
    projects, money = build_projects(county.scale, county.seed)
    year = np.array([quota.year for quota in money.quotas])[money.quota]
    rows = np.flatnonzero((year == slot.year) & (money.day <= _last(slot)))
    rows = rows[np.lexsort((money.project[rows], money.quota[rows], money.day[rows]))]
    quota = money.quota[rows].astype(np.uint32)
    everything = np.ones(len(rows), bool)
    numbers = pl.Series(project_numbers(projects), dtype=pl.String)
    return pl.DataFrame(
        {
            "指标编号": _quota_texts(money, "quota_id").gather(quota),
            "指标文号": _quota_texts(money, "document").gather(quota),
            "项目编号": numbers.gather(money.project[rows]),
            "资金级次": _quota_texts(money, "level").gather(quota),
            "分配金额": yuan(money.cents[rows], everything),
            "分配日期": day_texts(money.day[rows], everything),
        }
    )


def _quota_texts(money: Money, name: str) -> pl.Series:
    return pl.Series([getattr(quota, name) for quota in money.quotas], dtype=pl.String)


def transfer_frame(county: County, slot: Slot) -> pl.DataFrame:
    """Money that came down to the county, and what was moved on to township accounts, in the slot's year."""
    _, money = build_projects(county.scale, county.seed)
    place, last = calibration()["place"], slot.last_day
    office = f"{place['county']}财政局"
    rows: list[dict[str, Any]] = []
    for quota in money.quotas:
        if quota.level in ("县级", "社会") or quota.year != slot.year:
            continue
        sender = {"下达级次": _CITY, "转出单位": f"{place['prefecture']}财政局", "接收单位": office}
        for day, cents in quota.arrivals:
            if day <= last:
                sent = max(day - dt.timedelta(days=1 + cents % 6), quota.issued)
                rows.append(_transfer(quota, (sent, day), cents) | sender)
    for payment in money.payments:
        quota = payment.quota
        if payment.payee_type == TOWNSHIP_ACCOUNT and quota.year == slot.year and payment.day <= last:
            receiver = {"下达级次": _TOWN, "转出单位": office, "接收单位": f"{quota.receiver}财政所"}
            rows.append(_transfer(quota, (payment.day, payment.day), payment.cents) | receiver)
    keys = ["指标编号", "资金文号", "下达级次", "转出单位", "接收单位", "转出日期", "接收日期"]
    frame = pl.DataFrame(rows, infer_schema_length=None).group_by(keys, maintain_order=True).agg(pl.col("cents").sum())
    frame = frame.sort("转出日期", "指标编号", maintain_order=True)
    amounts = yuan(frame["cents"].to_numpy(), np.ones(frame.height, bool))
    return frame.select(*keys).with_columns(amounts.alias("金额（万元）"))


def _transfer(quota: Quota, days: tuple[dt.date, dt.date], cents: int) -> dict[str, Any]:
    return {
        "指标编号": quota.quota_id, "资金文号": quota.document, "转出日期": str(days[0]), "接收日期": str(days[1]),
        "cents": cents,
    }  # fmt: skip


def payout_frame(county: County, slot: Slot) -> pl.DataFrame:
    """Payouts asked for by projects and made to final payees in the slot's year up to its month."""
    projects, money = build_projects(county.scale, county.seed)
    first, last = dt.date(slot.year, 1, 1), slot.last_day
    at = [n for n, payment in enumerate(money.payments)
          if payment.payee_type == FINAL and first <= payment.day <= last]  # fmt: skip
    numbers = project_numbers(projects)
    rows = [
        {
            "项目ID": numbers[money.payment_project[n]],
            "年度": str(slot.year),
            "指标文号": money.payments[n].quota.document,
            "申请拨付时间": str(_asked(money.payments[n])),
            "拨付时间": str(money.payments[n].day),
            "cents": money.payments[n].cents,
        }
        for n in at
    ]
    keys = ["项目ID", "年度", "指标文号", "申请拨付时间", "拨付时间"]
    frame = pl.DataFrame(rows, infer_schema_length=None).group_by(keys, maintain_order=True).agg(pl.col("cents").sum())
    amounts = yuan(frame["cents"].to_numpy(), np.ones(frame.height, bool))
    return frame.select(*keys).with_columns(
        amounts.alias("申请拨付金额"), amounts.alias("实际拨付金额")
    ).select("项目ID", "年度", "指标文号", "申请拨付金额", "申请拨付时间", "实际拨付金额", "拨付时间")  # fmt: skip


def _asked(payment: Payment) -> dt.date:
    """The day on which the payment was applied for, some days before it, not before its own year."""
    return max(payment.day - dt.timedelta(days=2 + payment.cents % 17), dt.date(payment.day.year, 1, 1))


def report_frame(county: County, slot: Slot) -> pl.DataFrame:
    """What the office reported by level: money moved to township accounts counts as spent there, which it is not."""
    quotas, payments = build_funds(county.scale, county.seed)
    last, place = slot.last_day, calibration()["place"]["county"]
    rows = []
    for level in dict.fromkeys(quota.level for quota in quotas):
        mine = [q for q in quotas if q.level == level and q.year == slot.year and q.issued <= last]
        if not mine:
            continue
        total = sum(quota.cents for quota in mine)
        known = {quota.quota_id for quota in mine}
        spent = sum(p.cents for p in payments if p.quota.quota_id in known and p.day <= last)
        arrived = sum(cents for quota in mine for day, cents in quota.arrivals if day <= last)
        rows.append(
            {
                "区域": place, "年度": str(slot.year), "资金名称": f"{level}资金", "资金总量": cents_text(total),
                "支出金额": cents_text(spent), "支出进度": f"{100 * spent / arrived if arrived else 0:.2f}",
                "结转结余金额": cents_text(arrived - spent), "统计截止日": str(last),
            }
        )  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None).cast(pl.String)


def payment_links(county: County) -> Sequence[tuple[str, str] | None]:
    """Number and name of the project of each payment; None where the office left it out."""
    projects, money = build_projects(county.scale, county.seed)
    numbers, names = project_numbers(projects), project_names(projects).to_list()
    every = round(1 / calibration()["projects"]["payment_without_project_share"])
    return [
        None if project < 0 or at % every == 5 else (numbers[project], names[project])
        for at, project in enumerate(money.payment_project.tolist())
    ]


def expected_money(county: County) -> dict[str, Any]:
    """What a correct warehouse finds at the end of 2020."""
    projects, money = build_projects(county.scale, county.seed)
    county_, town, village, household = map(int, managed_counts(county.scale))
    return {
        "projects_by_kind": dict(zip(kinds(), map(int, kind_counts(county.scale)), strict=True)),
        "library_projects": int((projects.state != REMOVED).sum()),
        "removed_projects": int((projects.state == REMOVED).sum()),
        "split_cny": cents_text(int(money.cents.sum())),
        "assets": county_ + town + village + household,
        "assets_managed": {"county": county_, "township": town, "village": village, "household": household},
        "signs": county_ + town + village,
        "certificates": village,
        "asset_value_cny": cents_text(value_cents(county.scale)),
    }


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {
    "project_library": library_frame,
    "assets": asset_frame,
    "fund_allocation": allocation_frame,
    "fund_transfers": transfer_frame,
    "fund_project_payout": payout_frame,
    "fund_report": report_frame,
}
