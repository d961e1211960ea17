"""Templates of sentences that state a relation between figures, each to be filled rightly or wrongly.

What belongs here: one function per construction, with the wording varied by hand, that returns a text and what is
true of it. What does not: sentences in which nothing is to be checked (`silences.py`), the writing of the file
(`make_sentences.py`) and the arithmetic (`rules.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any

from tests.factcheck_truth import rules

Expected = dict[str, Any]
Made = tuple[str, list[Expected]]
Template = Callable[[Random, int, bool], Made]


def expect(  # one relation of the truth
    kind: str, expression: str, published: str, *, op: str = "eq", rounded: bool = False, also: tuple[str, ...] = ()
) -> Expected:
    """One expected relation; the verdict is what the tolerance rule says of the figures."""
    value, _ = rules.evaluate(expression)
    agreed = rules.agrees(expression, published, op, rounded=rounded)
    entry: Expected = {"kind": kind, "verdict": "consistent" if agreed else "inconsistent"}
    if also:
        entry["also_kinds"] = list(also)
    entry |= {"expression": expression, "published": published, "recomputed": plain(value)}
    if op != "eq":
        entry["operation"] = op
    if rounded:
        entry["rounded"] = True
    return entry


def plain(value: Decimal) -> str:
    """A decimal without exponent, at most four places."""
    return format(value.quantize(Decimal("0.0001")).normalize(), "f")


def fixed(value: Decimal, places: int) -> str:
    """Commercial rounding to a number of places, printed with all of them."""
    return format(value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), "f")


def percent(part: str | int, whole: str | int, places: int = 1) -> str:
    """A percentage as a report prints it."""
    return fixed(Decimal(part) * 100 / Decimal(whole), places)


def off(rng: Random, printed: str) -> str:
    """A percentage clearly different from the printed one, between 0 and 100."""
    places = len(printed.split(".")[1]) if "." in printed else 0
    value = Decimal(printed)
    shift = max(abs(value) * Decimal(rng.randint(12, 30)) / 100, Decimal("1.3"))
    return fixed(value - shift if value > 50 or (rng.random() < 0.3 and value > shift) else value + shift, places)


def off_count(rng: Random, total: int, *, above: bool = True) -> int:
    """A total that differs by some per cent; below the true one unless `above` is allowed."""
    delta = max(2, total * rng.randint(2, 9) // 100)
    return total + delta if above and rng.random() < 0.5 else total - delta


# name, unit, parts, whether the parts leave nothing else
_SETS: list[tuple[str, str, list[str], bool]] = [
    ("实施帮扶项目", "个", ["产业类", "基础设施类", "就业类", "教育类"], False),
    ("转移就业", "人", ["县内", "省内县外", "省外"], True),
    ("登记扶贫资产", "件", ["县管", "乡管", "村管", "户管"], True),
    ("投入资金", "万元", ["中央", "省级", "市级", "县级"], True),
    ("排查出问题", "条", ["政策落实方面", "资金使用方面", "工作作风方面"], False),
    ("改造危房", "户", ["C级", "D级"], True),
    ("建成供水工程", "处", ["集中供水", "分散供水"], True),
    ("选派干部", "名", ["省派", "市派", "县派"], True),
]


def sum_of_parts(rng: Random, i: int, wrong: bool) -> Made:
    verb, unit, names, closed = _SETS[i % len(_SETS)]
    figures = [rng.randint(37, 980) for _ in names]
    total = sum(figures)
    wording = (i // len(_SETS) + i) % 5
    if wrong:  # a list after 其中 may be incomplete, so that an open one is wrong only if it exceeds the total
        total = off_count(rng, total, above=closed or wording in (2, 3))
        while total <= max(figures):
            total += 1
    items = [f"{name}{value}{unit}" for name, value in zip(names, figures, strict=True)]
    text = [
        f"全县共{verb}{total}{unit}，其中{'、'.join(items)}。",
        f"截至年底，{verb}{total}{unit}，其中：{'，'.join(items)}。",
        f"{'、'.join(names)}分别{verb}{'、'.join(f'{v}{unit}' for v in figures)}，合计{total}{unit}。",
        f"五年来，{verb}{'，'.join(items)}，共计{total}{unit}。",
        f"全年{verb}{total}{unit}（{'，'.join(items)}）。",
    ][wording]
    return text, [expect("sum", "+".join(map(str, figures)), str(total))]


def sum_parallel(rng: Random, i: int, wrong: bool) -> Made:
    households = [rng.randint(120, 1900), rng.randint(15, 600)]
    persons = [h * rng.randint(3, 4) + rng.randint(1, 90) for h in households]
    totals = [sum(households), sum(persons)]
    if wrong:
        totals[i % 2] = off_count(rng, totals[i % 2])
    (a, b), (c, d), (t, u) = households, persons, totals
    text = [
        f"实施易地搬迁{t}户{u}人，其中集中安置{a}户{c}人、分散安置{b}户{d}人。",
        f"全乡共有监测对象{t}户{u}人，其中已消除风险{a}户{c}人、未消除风险{b}户{d}人。",
        f"搬迁对象中，建档立卡{a}户{c}人，同步搬迁{b}户{d}人，合计{t}户{u}人。",
        f"低保对象{t}户、{u}人（城市{b}户、{d}人，农村{a}户、{c}人）。",
    ][i % 4]
    return text, [expect("sum", f"{a}+{b}", str(t)), expect("sum", f"{c}+{d}", str(u))]


def share(rng: Random, i: int, wrong: bool) -> Made:
    whole = rng.randint(400, 30000)
    part = whole * rng.randint(8, 88) // 100 + rng.randint(1, 9)
    places = 2 if i % 4 == 3 else 1
    printed = percent(part, whole, places)
    if wrong:
        printed = off(rng, printed)
    text = [
        f"全县脱贫人口{whole}人，其中有劳动能力的{part}人，占{printed}%。",
        f"发放问卷{whole}份，有效问卷{part}份，占发放数的{printed}%。",
        f"{whole}户搬迁户中已有{part}户办理不动产登记，占{printed}%。",
        f"本次抽查农户{whole}户，饮水达标{part}户，占抽查户数的{printed}%。",
        f"现有监测对象{whole}人，因病纳入的有{part}人，占比{printed}%。",
        f"全市安排资金{whole}万元，其中用于产业{part}万元，占比为{printed}%。",
        f"女性职工{part}人，占全部职工{whole}人的{printed}%。",
    ][i % 7]
    return text, [expect("share", f"{part}/{whole}*100", printed, rounded=True, also=("ratio",))]


def growth(rng: Random, i: int, wrong: bool) -> Made:
    before = Decimal(rng.randint(20000, 900000)) / 100
    after = before + Decimal(rng.randint(2, 35)) * before / 100
    down = i % 7 in (4, 6)
    old, new = (fixed(after, 2), fixed(before, 2)) if down else (fixed(before, 2), fixed(after, 2))
    delta = fixed(abs(Decimal(new) - Decimal(old)), 2)
    printed = percent(delta, old)
    if wrong:
        printed = off(rng, printed)
    text = [
        f"今年投入{new}万元，比上年增加{delta}万元，增长{printed}%。",
        f"全县税收{new}万元，上年为{old}万元，同比增长{printed}%。",
        f"存款余额由上年末的{old}亿元增加到{new}亿元，增长{printed}%。",
        f"村级集体收入从{old}万元提高到{new}万元，增幅为{printed}%。",
        f"公务接待支出{new}万元，较上年减少{delta}万元，下降{printed}%。",
        f"各项贷款余额{new}亿元，较年初增加{delta}亿元，增幅{printed}%。",
        f"债务余额由{old}万元降到{new}万元，减少{delta}万元，降幅{printed}%。",
    ][i % 7]
    stated = {  # by what the sentence prints: both levels, or the new level and the change
        False: f"{delta}/({new}{'+' if down else '-'}{delta})*100",
        True: f"({new}-{old})/{old}*100",
    }[i % 7 in (1, 2, 3)]
    return text, [expect("growth", stated, printed, also=("ratio",))]


def difference_points(rng: Random, i: int, wrong: bool) -> Made:
    low = Decimal(rng.randint(3, 600)) / 10
    high = low + Decimal(rng.randint(12, 380)) / 10
    gap = fixed(high - low, 1)
    if wrong:
        gap = off(rng, gap)
    text = [
        f"贫困发生率由{high}%下降到{low}%，下降{gap}个百分点。",
        f"自来水普及率由{low}%提高到{high}%，提高了{gap}个百分点。",
        f"资金支出率{high}%，比上年同期的{low}%提高{gap}个百分点。",
        f"学前教育毛入园率从{low}%上升至{high}%，上升{gap}个百分点。",
        f"本县完成率为{high}%，全市平均为{low}%，高于全市{gap}个百分点。",
    ][i % 5]
    return text, [expect("difference", f"{high}-{low}", gap)]


def difference_amount(rng: Random, i: int, wrong: bool) -> Made:
    low = rng.randint(180, 9000)
    gap = rng.randint(60, 5000)
    high = low + gap
    if wrong:
        gap = off_count(rng, gap)
    text = [
        f"结余资金由年初的{high}万元下降到年末的{low}万元，减少{gap}万元。",
        f"人均纯收入由{low}元提高到{high}元，增加{gap}元。",
        f"监测对象从{high}户降至{low}户，净减少{gap}户。",
        f"送审金额{high}万元，审定金额{low}万元，核减{gap}万元。",
        f"上年参训{low}人，今年参训{high}人，比上年增加{gap}人。",
        f"应整改事项{high}项，已整改{low}项，尚有{gap}项未整改。",
    ][i % 6]
    return text, [expect("difference", f"{high}-{low}", str(gap), also=("sum",))]


def rate(rng: Random, i: int, wrong: bool) -> Made:
    whole = rng.randint(300, 20000)
    part = whole * rng.randint(71, 99) // 100
    printed = percent(part, whole)
    expression = f"{part}/{whole}*100"
    if i % 7 == 5:
        part = max(1, whole // rng.randint(90, 400))
        printed, expression = percent(part, whole, 2), f"{part}/{whole}*100"
    if i % 7 == 6:
        whole = rng.randint(300000, 900000)
        part = whole * rng.randint(50, 90) // 10000
        printed, expression = fixed(Decimal(part) * 1000 / whole, 2), f"{part}/{whole}*1000"
    if wrong:
        printed = off(rng, printed)
    text = [
        f"应参保{whole}人，实际参保{part}人，参保率{printed}%。",
        f"到位资金{whole}万元，累计支出{part}万元，支出率为{printed}%。",
        f"共发现问题{whole}个，已整改{part}个，整改率达{printed}%。",
        f"应入户{whole}户，实际入户{part}户，入户率{printed}%。",
        f"发出问卷{whole}份，回收{part}份，回收率{printed}%。",
        f"抽样调查{whole}户，其中漏评{part}户，漏评率{printed}%。",
        f"全年平均人口{whole}人，出生{part}人，出生率{printed}‰。",
    ][i % 7]
    return text, [expect("ratio", expression, printed, also=("share",), rounded=True)]


def per_head(rng: Random, i: int, wrong: bool) -> Made:
    heads = rng.randint(12, 460) * 10
    each = rng.randint(4, 90) * 50
    total = Decimal(heads * each) / 10000
    printed = fixed(total * (Decimal(rng.randint(113, 140)) / 100 if wrong else 1), 2)
    text = [
        f"向{heads}户发放奖补资金{printed}万元，户均{each}元。",
        f"带动脱贫户{heads}户，户均增收{each}元，共增收{printed}万元。",
        f"补助学生{heads}人，每人{each}元，共计发放{printed}万元。",
        f"补贴面积{heads}亩，每亩补贴{each}元，合计{printed}万元。",
        f"全村{heads}人参与分红，人均{each}元，分红总额{printed}万元。",
    ][i % 5]
    return text, [expect("ratio", f"{heads}*{each}/10000", printed, also=("sum", "share"))]


def multiple(rng: Random, i: int, wrong: bool) -> Made:
    before = rng.randint(1200, 6800)
    if i % 4 == 3:  # 翻一番 is twice; a little over or under is said with 约 and the like only
        after = before * 2 if not wrong else before * rng.randint(130, 160) // 100
        text = f"人均纯收入由{before}元增加到{after}元，翻了一番。"
        return text, [expect("ratio", f"{after}/{before}", "2", also=("growth",))]
    times = Decimal(rng.randint(13, 62)) / 10
    after = int(before * times)
    printed = fixed(Decimal(after) / before, 1)
    if wrong:
        printed = fixed(Decimal(printed) + Decimal("0.8"), 1)
    if i % 4 == 2:
        grown = fixed(Decimal(printed) - 1, 1)
        text = f"游客人次由{before}人次增加到{after}人次，增长了{grown}倍。"
        return text, [expect("ratio", f"{after}/{before}-1", grown, also=("growth",))]
    text = [
        f"2020年人均收入{after}元，是2015年{before}元的{printed}倍。",
        f"合作社产值达{after}万元，为成立之初{before}万元的{printed}倍。",
    ][i % 2]
    return text, [expect("ratio", f"{after}/{before}", printed, also=("growth",))]


def bound(rng: Random, i: int, wrong: bool) -> Made:
    line = rng.randint(72, 95)
    value = Decimal(line) + Decimal(rng.randint(3, 40)) / 10 * (-1 if wrong else 1)
    limit, used = rng.randint(900, 9000), 0
    used = limit + rng.randint(40, 400) * (1 if wrong else -1)
    text, op, published, figure = [
        (f"群众满意率{value}%，高于{line}%的要求。", "ge", line, str(value)),
        (f"资金支出率{value}%，达到{line}%以上的目标。", "ge", line, str(value)),
        (f"债务余额{used}万元，控制在限额{limit}万元以内。", "le", limit, str(used)),
        (f"实际支出{used}万元，没有超过预算{limit}万元。", "le", limit, str(used)),
        (f"巩固率为{value}%，不低于{line}%的标准。", "ge", line, str(value)),
        (f"采购金额{used}元，不足{limit}元，无须公开招标。", "le", limit, str(used)),
    ][i % 6]
    return text, [expect("bound", figure, str(published), op=op, also=("difference",))]


def subset(rng: Random, i: int, wrong: bool) -> Made:
    whole = rng.randint(90, 4000)
    part = whole + rng.randint(9, 300) if wrong else whole * rng.randint(10, 80) // 100
    text = [
        f"全村共有农户{whole}户，其中脱贫户{part}户。",
        f"县里培训干部{whole}人次，其中村干部{part}人次。",
        f"登记劳动力{whole}人，其中外出务工{part}人。",
        f"排查安全隐患{whole}处，其中重大隐患{part}处。",
    ][i % 4]
    return text, [expect("bound", str(part), str(whole), op="le", also=("sum", "share"))]


def complement(rng: Random, i: int, wrong: bool) -> Made:
    first = Decimal(rng.randint(310, 690)) / 10
    second = 100 - first + (Decimal(rng.randint(20, 90)) / 10 if wrong else 0)
    text = [
        f"受访者中男性占{first}%，女性占{second}%。",
        f"全部贷款中，按期还款的占{first}%，逾期的占{second}%。",
        f"常住人口中，城镇人口占{first}%，乡村人口占{second}%。",
        f"税收收入占财政收入的{first}%，非税收入占{second}%。",
    ][i % 4]
    return text, [expect("sum", f"{first}+{second}", "100", rounded=True, also=("share", "bound"))]
