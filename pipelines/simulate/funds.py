"""Quotas and treasury payments of 2016–2020, in whole cents so that every total is exact.

Belongs here: what was allocated, what arrived, what was paid. Does not belong here: the files' units and spelling.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import polars as pl

from pipelines.simulate.calibration import apportion, calibration, generator, villages
from pipelines.simulate.places import per_unit

YEARS = (2016, 2017, 2018, 2019, 2020)
FINAL, TOWNSHIP_ACCOUNT = "最终收款人", "乡镇专户"
_SUBJECTS = (
    "扶贫发展", "以工代赈", "少数民族发展", "国有贫困林场", "农业生产发展", "农田建设", "林业改革", "农村危房改造",
    "农村环境整治", "水利发展", "农村公路", "农村综合改革", "现代种业", "新增千亿斤粮食", "生猪调出大县", "旅游扶贫",
    "乡村公益事业", "产粮大县", "烟草产业", "畜牧良种", "动物防疫", "土地整治", "小型水库", "安全饮水", "产业园区",
    "村庄规划", "冷链物流", "新型经营主体", "科技推广", "职业农民培育", "村级活动场所", "退耕还林", "石漠化治理",
    "水土保持", "高标准农田", "农机购置", "农业保险", "农村电商", "村集体经济", "人居环境", "厕所改造",
    "垃圾处理", "通村道路", "桥梁改造", "灌溉渠系", "抗旱应急",
)  # fmt: skip
_PROJECTS = {
    "巩固提升脱贫成果": "巩固提升项目", "产业发展": "产业发展项目", "农村基础设施": "基础设施项目",
    "少数民族发展": "民族发展项目", "以工代赈": "以工代赈项目",
}  # fmt: skip
_FUNCTION = {
    "巩固提升脱贫成果": "2130599", "产业发展": "2130505", "农村基础设施": "2130504",
    "少数民族发展": "2130505", "以工代赈": "2130504",
}  # fmt: skip


@dataclass(frozen=True)
class Quota:
    """One quota; money in cents. ``arrivals`` are (day, cents) in the order of the days."""

    quota_id: str
    year: int
    level: str
    item: str | None
    issued: dt.date
    document: str
    batch: str
    title: str
    document_cents: int
    cents: int
    use: str
    receiver: str
    arrivals: tuple[tuple[dt.date, int], ...]


@dataclass(frozen=True)
class Payment:
    """One treasury payment; money in cents."""

    payment_id: str
    quota: Quota
    day: dt.date
    cents: int
    payee_type: str
    is_person: bool


def cents_text(cents: int) -> str:
    """Cents as yuan with two decimals."""
    return f"{Decimal(cents) / 100:.2f}"


def integrated_cents(scale: float) -> int:
    """The integrated total at ``scale`` in cents."""
    total = Decimal(calibration()["funds"]["integrated_total_cny"]["value"])
    return int((total * 100 * Decimal(str(scale))).to_integral_value())


def item_names(level: str) -> list[str]:
    """As many item names of this level as the report counts."""
    count = calibration()["funds"]["items"][level]
    return [f"{level.removesuffix('级')}{'级' if level != '中央' else ''}{s}资金" for s in _SUBJECTS[:count]]


@per_unit
def build_funds(scale: float, seed: int) -> tuple[tuple[Quota, ...], tuple[Payment, ...]]:
    """All quotas and all payments up to the end of 2020, in the order of their dates."""
    rng = generator(seed, "funds")
    quotas = _quotas(scale, rng)
    return quotas, _payments(quotas, rng)


def _quotas(scale: float, rng: np.random.Generator) -> tuple[Quota, ...]:
    given = calibration()["funds"]
    total = integrated_cents(scale)
    blocks: list[tuple[str, str | None, int, int]] = []
    year_share = [given["year_share"][year] for year in YEARS]
    for level, cents_of in _integrated_by_level(scale, total):
        names = item_names(level)
        for year, year_cents in cents_of.items():
            # Most items come every year, some skip one; 2020 holds them all, so the count is always complete.
            weight = rng.gamma(0.8, 1.0, len(names)) + 0.02
            weight = np.where((rng.random(len(names)) < 0.2) & (year != 2020), 0.0, weight)
            weight[0] += 0.5
            cents = apportion(weight, int(year_cents))
            blocks += [(level, name, year, int(c)) for name, c in zip(names, cents, strict=True) if c > 0]
    for level, share in given["other_share"].items():
        if level == "status":
            continue
        for year, part in zip(YEARS, apportion(year_share, round(total * share)), strict=True):
            blocks.append((level, None, year, int(part)))
    quotas: list[Quota] = []
    serials = _Serials(rng)
    for level, item, year, amount in blocks:
        quotas += _documents(_Fund(level, item, year), amount, serials, rng)
    quotas.sort(key=lambda quota: (quota.issued, quota.document, quota.receiver))
    serial = dict.fromkeys(YEARS, 0)
    numbered = []
    for quota in quotas:
        serial[quota.year] += 1
        numbered.append(replace(quota, quota_id=f"ZB{quota.year}{serial[quota.year]:05d}"))
    return tuple(numbered)


def _integrated_by_level(scale: float, total: int) -> list[tuple[str, dict[int, int]]]:
    """Cents per level and year: as printed where the amounts are, otherwise the one printed total by shares."""
    given = calibration()["funds"]
    levels = list(given["items"])[:4]
    if printed := given.get("allocated_ten_thousand_cny"):
        factor = 1_000_000 * Decimal(str(scale))
        cents = {level: {year: int(Decimal(str(printed[level][year])) * factor) for year in YEARS} for level in levels}
        return list(cents.items())
    by_level = apportion([given["level_share"][level] for level in levels], total)
    year_share = [given["year_share"][year] for year in YEARS]
    return [
        (level, dict(zip(YEARS, map(int, apportion(year_share, int(cents))), strict=True)))
        for level, cents in zip(levels, by_level, strict=True)
    ]


@dataclass(frozen=True)
class _Fund:
    """What a document pays out of: level, integrated item (None: not integrated), budget year."""

    level: str
    item: str | None
    year: int


class _Serials:
    """Serial numbers of documents, none twice under one level and year."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._left: dict[tuple[str, int], list[int]] = {}

    def next(self, fund: _Fund) -> int:
        """The next number for this level and year."""
        left = self._left.setdefault((fund.level, fund.year), [])
        if not left:
            left += (self._rng.permutation(400) + 1).tolist()
        return int(left.pop())


def _documents(fund: _Fund, cents: int, serials: _Serials, rng: np.random.Generator) -> list[Quota]:
    """One or two documents of a fund of a year, each split over receivers."""
    given = calibration()["funds"]
    townships = villages().township_names
    uses = list(given["uses"])
    batches = 1 if cents < 20_000_000 or rng.random() < 0.5 else 2
    quotas = []
    first = int(rng.integers(0, 2))
    for number, share in enumerate(apportion(rng.uniform(0.3, 1, batches), cents)):
        if share == 0:
            continue
        batch = min(first + number, 2)
        month = (1, 5, 9)[batch] + int(rng.integers(0, 3))
        issued = dt.date(fund.year, month, int(rng.integers(1, 28)))
        use = uses[int(rng.choice(len(uses), p=np.array(list(given["uses"].values()))))]
        if rng.random() < given["township_share"] * 1.02:
            count = int(rng.integers(1, 5))
            receivers = [townships[i] for i in rng.choice(len(townships), count, replace=False)]
        else:
            receivers = [calibration()["place"]["county"]]
        document = f"{given['document_letters'][fund.level]}财农（模拟）〔{fund.year}〕{serials.next(fund)}号"
        title = f"{fund.year}年{fund.item or fund.level + '帮扶资金'}"
        for receiver, part in zip(receivers, apportion(rng.uniform(0.4, 1, len(receivers)), int(share)), strict=True):
            if part > 0:
                arrivals = _arrivals(issued, int(part), rng)
                quotas.append(
                    Quota("", fund.year, fund.level, fund.item, issued, document, f"第{'一二三'[batch]}批", title,
                          int(share), int(part), use, receiver, arrivals)
                )  # fmt: skip
    return quotas


def _arrivals(issued: dt.date, cents: int, rng: np.random.Generator) -> tuple[tuple[dt.date, int], ...]:
    end = dt.date(issued.year, 12, 31)
    first = min(issued + dt.timedelta(days=int(rng.integers(3, 45))), end)
    draw = rng.random()
    if draw < calibration()["funds"]["not_arrived_share"]:
        return ((first, cents * 6 // 10),)
    if draw < 0.2:
        later = min(first + dt.timedelta(days=int(rng.integers(20, 90))), end)
        part = cents * int(rng.integers(3, 8)) // 10
        return ((first, part), (later, cents - part))
    return ((first, cents),)


def _payments(quotas: tuple[Quota, ...], rng: np.random.Generator) -> tuple[Payment, ...]:
    given = calibration()["funds"]
    spread = given["spent_spread"]
    unsorted: list[tuple[dt.date, int, Quota, str, bool]] = []
    for quota in quotas:
        arrived = sum(cents for _, cents in quota.arrivals)
        year_end = dt.date(quota.year, 12, 31)
        last = quota.arrivals[-1][0]
        share = min(1.0, max(0.0, given["spent_at_year_end"][quota.year] + rng.normal(0, spread["of_quotas"])))
        if rng.random() < spread["laggards"]:
            share *= 0.3
        to_spend = int(arrived * share)
        moved = 0
        if quota.receiver.endswith(("镇", "乡", "街道")) and rng.random() < 0.12:
            moved = min(arrived - to_spend, int(arrived * given["transferred_share"] * 4))
            if moved > 0:
                unsorted.append((_between(last, year_end, rng), moved, quota, TOWNSHIP_ACCOUNT, False))
        parts = apportion(rng.uniform(0.2, 1, int(rng.integers(1, 4))), to_spend)
        is_person = quota.use == "产业发展" and rng.random() < 0.3
        unsorted += [(_between(last, year_end, rng), int(part), quota, FINAL, is_person) for part in parts if part > 0]
        rest = arrived - to_spend - moved
        for later in range(quota.year + 1, 2021):
            part = int(rest * given["carry_over_paid_next_year"] * rng.uniform(0.4, 1.4))
            if part > 0 and rng.random() < 0.7:
                day = dt.date(later, int(rng.integers(1, 13)), int(rng.integers(1, 28)))
                unsorted.append((day, part, quota, FINAL, False))
                rest -= part
    unsorted.sort(key=lambda entry: (entry[0], entry[2].quota_id, entry[1]))
    return tuple(
        Payment(f"ZF{day:%Y%m}{number:06d}", quota, day, cents, payee, person)
        for number, (day, cents, quota, payee, person) in enumerate(unsorted, start=1)
    )


def _between(first: dt.date, last: dt.date, rng: np.random.Generator) -> dt.date:
    """A day between two days, more often near the end of the year."""
    span = (last - first).days
    return first + dt.timedelta(days=round(span * float(rng.beta(2.2, 1.1))))


def _month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def quota_frame(scale: float, seed: int, year: int, month: int) -> pl.DataFrame:
    """The list of budget year ``year`` as it stood at the end of ``month``; money in yuan."""
    quotas, _ = build_funds(scale, seed)
    end = _month_end(year, month)
    rows = []
    for quota in quotas:
        if quota.year != year or quota.issued > end:
            continue
        arrived = [(day, cents) for day, cents in quota.arrivals if day <= end]
        rows.append(
            {
                "指标编号": quota.quota_id, "发文日期": str(quota.issued), "指标文号": quota.document,
                "指标批次": quota.batch, "文件名称": quota.title, "指标下达总额": cents_text(quota.document_cents),
                "指标额度": cents_text(quota.cents), "归口部门": "县扶贫开发办公室", "资金来源": quota.level,
                "主管科局": "农业股", "资金性质": "财政专项资金", "乡镇是否签收": "是", "乡镇是否回执": "是",
                "是否已申报项目": "是" if arrived else "否", "直达资金标识": None, "资金用途": quota.use,
                "资金级次": quota.level, "到位金额": cents_text(sum(cents for _, cents in arrived)),
                "到位日期": str(arrived[-1][0]) if arrived else None, "预算年度": str(quota.year),
                "接收地区": quota.receiver, "是否纳入统筹整合": "是" if quota.item else "否",
                "整合资金项名称": quota.item,
            }
        )  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None).cast(pl.String)


def payment_frame(
    scale: float, seed: int, first: dt.date, last: dt.date, links: Sequence[tuple[str, str] | None]
) -> pl.DataFrame:
    """The payments between two days; money in yuan. ``links`` are number and name of each payment's project, if any."""
    _, payments = build_funds(scale, seed)
    county = calibration()["place"]["county"]
    rows = []
    for number, payment in enumerate(payments):
        if not first <= payment.day <= last:
            continue
        quota, project = payment.quota, links[number]
        if payment.payee_type == TOWNSHIP_ACCOUNT:
            payee = f"{quota.receiver}财政所专户（模拟）"
        else:
            company = f"师宗{'建设工程' if number % 3 else '农业发展'}公司{number % 41}（模拟）"
            payee = "农户（模拟）" if payment.is_person else company
        rows.append(
            {
                "业务年度": str(quota.year), "地区名称": county, "处室名称": "农业股",
                "支出功能分类科目": _FUNCTION[quota.use],
                "项目名称": project[1] if project else f"{quota.receiver}{_PROJECTS[quota.use]}",
                "项目编号": project[0] if project else None, "指标文号": quota.document,
                "用途": "拨付乡镇专户" if payment.payee_type == TOWNSHIP_ACCOUNT else "支付项目款",
                "支付申请号": payment.payment_id, "付款账户名称": f"{county}财政局零余额账户（模拟）",
                "付款方账户": "9999000000000000001", "支付日期": str(payment.day),
                "导入日期": str(payment.day + dt.timedelta(days=1)), "金额": cents_text(payment.cents),
                "收款账户名称": payee, "收款方账户": f"9999{number * 7919 % 10**15:015d}", "结算方式": "转账",
                "预算单位": f"{quota.receiver}人民政府" if quota.receiver != county else "县扶贫开发办公室",
                "资金级次": quota.level, "经济分类科目": "30399" if payment.is_person else "31005",
                "收款人类型": payment.payee_type, "指标编号": quota.quota_id,
            }
        )  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None).cast(pl.String)
