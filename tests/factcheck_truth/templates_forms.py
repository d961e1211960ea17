"""Templates in which the form is the difficulty: repeated figures, slipped units, numerals, years, tables.

What belongs here: constructions whose arithmetic is plain but whose writing is not — Chinese numerals, full-width or
spaced digits, words such as 余 and 约, yearly lists, clauses that share a subject, tables in text. What does not: the
plain constructions (`templates.py`) and sentences without anything to check (`silences.py`).
"""

from __future__ import annotations

from decimal import Decimal
from random import Random

from tests.factcheck_truth.templates import (
    Expected,
    Made,
    Template,
    bound,
    complement,
    difference_amount,
    difference_points,
    expect,
    fixed,
    growth,
    multiple,
    off,
    off_count,
    per_head,
    percent,
    rate,
    share,
    subset,
    sum_of_parts,
    sum_parallel,
)

_WIDE = str.maketrans("0123456789.%", "０１２３４５６７８９．％")
_DIGITS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """A number below 100 in Chinese numerals as running text has it (十二, 二十, 三十五)."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def repeat(rng: Random, i: int, wrong: bool) -> Made:
    first = rng.randint(1200, 28000)
    second = first
    if wrong:
        digits = list(str(first))
        position = rng.randint(1, len(digits) - 2)
        digits[position] = str((int(digits[position]) + rng.randint(2, 7)) % 10)
        second = int("".join(digits))
    text = [
        f"全县建档立卡贫困户{first}户。五年来，{second}户建档立卡贫困户全部脱贫。",
        f"我县共有公益性岗位{first}个。目前，全县{second}个公益性岗位都签订了协议。",
        f"全年共到位衔接资金{first}万元。按照要求，全年到位的衔接资金{second}万元已全部下达。",
        f"全镇结对帮扶干部{first}名，对全镇{second}名结对帮扶干部实行统一管理。",
        f"本次普查登记农户{first}户。本次普查登记的{second}户农户信息均已录入系统。",
    ][i % 5]
    return text, [expect("repeat", str(first), str(second))]


def unit_slip(rng: Random, i: int, wrong: bool) -> Made:
    amount = fixed(Decimal(rng.randint(120, 990)) / 100, 2)
    line = rng.randint(80, 98)
    slipped, sound, published, meant = [  # 万亿元 is a real unit and therefore not among the slips
        ("各级共筹措资金{}亿万元。", "各级共筹措资金{}亿元。", f"{amount}亿万元", f"{amount}亿元"),
        ("全年支出率达到{}以上。", "全年支出率达到{}%以上。", f"{line}以上", f"{line}%以上"),
        ("贫困发生率降至{}以下。", "贫困发生率降至{}%以下。", f"{amount}以下", f"{amount}%以下"),
        ("抽查覆盖率为{}左右，全部合格。", "抽查覆盖率为{}%左右，全部合格。", f"{line}左右", f"{line}%左右"),
    ][i % 4]
    slipped, sound = (text.format(amount if amount in published else line) for text in (slipped, sound))
    if not wrong:
        return sound, []
    return slipped, [{"kind": "unit", "verdict": "inconsistent", "published": published, "recomputed": meant}]


def ranges(rng: Random, i: int, wrong: bool) -> Made:
    count, low = rng.randint(11, 60), rng.randint(2, 6)
    high = low + rng.randint(1, 3)
    total = count * (low * 2 + (high - low)) // 2 if not wrong else count * high + count * 2
    text = [
        f"对{count}个村每村补助{low}万元至{high}万元，共补助{total}万元。",
        f"表彰先进集体{count}个，每个奖励{low}—{high}万元，奖金合计{total}万元。",
        f"{count}户每户补贴{low}～{high}千元，共发放补贴{total}千元。",
    ][i % 3]
    over = expect("bound", f"{count}*{high}", str(total), op="ge", also=("ratio", "sum"))
    return text, [over | {"optional": True}]


def chinese_numerals(rng: Random, i: int, wrong: bool) -> Made:
    a, b, c = rng.randint(3, 9), rng.randint(4, 12), rng.randint(2, 8)
    total = a + b + c
    if i % 3 == 0:
        shown = total + (rng.randint(2, 4) if wrong else 0)
        text = f"全县辖{chinese(a)}镇、{chinese(b)}乡、{chinese(c)}个街道，共{chinese(shown)}个乡镇（街道）。"
        return text, [expect("sum", f"{a}+{b}+{c}", str(shown))]
    if i % 3 == 1:
        whole = rng.choice([20, 40, 50, 60])
        part = whole * rng.choice([30, 45, 65, 70, 85]) // 100
        printed = percent(part, whole)
        if wrong:
            printed = off(rng, printed)
        text = f"{chinese(whole)}个村中有{chinese(part)}个建成示范村，占{printed}%。"
        return text, [expect("share", f"{part}/{whole}*100", printed, also=("ratio",))]
    whole = rng.randint(300, 900) * 10
    tenths = rng.randint(3, 8)
    part = whole * tenths // 10 if not wrong else whole * (tenths - 2) // 10
    text = f"全镇{whole}户农户，其中{part}户参加合作社，占{chinese(tenths)}成。"
    return text, [expect("share", f"{part}/{whole}*100", f"约{tenths * 10}", also=("ratio",))]


def full_width(rng: Random, i: int, wrong: bool) -> Made:
    maker: Template = [sum_of_parts, share, growth, difference_points][i % 4]
    text, expected = maker(rng, i, wrong)
    return text.translate(_WIDE), expected


def spaced_digits(rng: Random, i: int, wrong: bool) -> Made:
    whole = rng.randint(10000, 99000)
    part = whole * rng.randint(30, 90) // 100
    printed = percent(part, whole)
    if wrong:
        printed = off(rng, printed)
    spaced = printed.replace(".", ". ")
    text = [
        f"全县有贫困人口{whole}人，累计退出{part}人，占{spaced}%。",
        f"应补{whole // 1000} {whole % 1000:03d}人，实补{part // 1000} {part % 1000:03d}人，占{printed} %。",
        f"登记{whole:,}人，核实{part:,}人，占登记人数的{spaced} %。",
    ][i % 3]
    return text, [expect("share", f"{part}/{whole}*100", printed, also=("ratio",))]


def approximate(rng: Random, i: int, wrong: bool) -> Made:
    whole = rng.randint(21, 79) * 100
    share_figure = rng.choice([20, 30, 40, 60, 70])
    part = whole * (share_figure + (24 if wrong else rng.randint(-1, 1))) // 100
    return [
        (f"全乡{whole}户中有{part}户种植中药材，约占{share_figure}%。", f"约{share_figure}"),
        (f"登记劳动力{whole}人，外出务工{part}人，占{share_figure}%左右。", f"{share_figure}左右"),
        (f"在册农户{whole}户，参与合作社{part}户，占比约为{share_figure}%。", f"约{share_figure}"),
    ][i % 3][0], [
        expect("share", f"{part}/{whole}*100", f"约{share_figure}", also=("ratio",)),
    ]


def approximate_sum(rng: Random, i: int, wrong: bool) -> Made:
    a, b = rng.randint(210, 480), rng.randint(110, 390)
    whole = a + b
    head = whole // 100 * 100 + (300 if wrong else 0)
    word = ["余", "多"][i % 2]
    text = [
        f"培训农民{head}{word}人次，其中种植技术{a}人次、养殖技术{b}人次两类。",
        f"两批共搬迁{head}{word}户，第一批{a}户，第二批{b}户。",
    ][i // 2 % 2]
    return text, [expect("sum", f"{a}+{b}", f"{head}{word}")]


def yearly_cumulative(rng: Random, i: int, wrong: bool) -> Made:
    years = [2016, 2017, 2018, 2019, 2020][: 3 + i % 3]
    figures = [rng.randint(90, 5200) for _ in years]
    total = sum(figures)
    if wrong:
        total = off_count(rng, total)
    listed = "、".join(f"{y}年{v}人" for y, v in zip(years, figures, strict=True))
    text = [
        f"{listed}，{len(years)}年累计脱贫{total}人。",
        f"{years[0]}至{years[-1]}年累计减贫{total}人，其中{listed}。",
        f"全县脱贫人口分年度为：{listed}，合计{total}人。",
    ][i % 3]
    return text, [expect("sum", "+".join(map(str, figures)), str(total))]


def shared_subject(rng: Random, i: int, wrong: bool) -> Made:
    figures = [rng.randint(300, 3000) for _ in range(3)]
    total = sum(figures)
    printed = [percent(v, total) for v in figures]
    if wrong:
        printed[i % 3] = off(rng, printed[i % 3])
    a, b, c = figures
    p, q, r = printed
    text = [
        f"全州剩余{total}人，甲县{a}人，占{p}%，乙县{b}人，占{q}%，丙县{c}人，占{r}%。",
        f"在全市{total}户监测户中，因病{a}户，占{p}%；因残{b}户，占{q}%；其他{c}户，占{r}%。",
        f"问卷共{total}份，满意的{a}份，占{p}%，基本满意的{b}份，占{q}%，不满意的{c}份，占{r}%。",
    ][i % 3]
    return text, [
        expect("share", f"{v}/{total}*100", s, also=("ratio",)) for v, s in zip(figures, printed, strict=True)
    ]


def table_lines(rng: Random, i: int, wrong: bool) -> Made:
    names = ["东河镇", "西坪镇", "南岭乡", "北山乡"][: 3 + i % 2]
    rows = [(name, rng.randint(40, 700), rng.randint(800, 4200)) for name in names]
    totals = [sum(row[1] for row in rows), sum(row[2] for row in rows)]
    if wrong:
        totals[i % 2] = off_count(rng, totals[i % 2])
    separator = [" ", "\t", "  "][i % 3]
    lines = [["乡镇", "户数（户）", "人数（人）"], *[[n, str(a), str(b)] for n, a, b in rows]]
    lines.append(["合计", *map(str, totals)])
    expected: list[Expected] = [
        expect("sum", "+".join(str(row[k]) for row in rows), str(totals[k - 1])) for k in (1, 2)
    ]
    return "\n".join(separator.join(line) for line in lines), expected


CONSTRUCTIONS: dict[str, Template] = {
    "sum_of_parts": sum_of_parts,
    "sum_parallel": sum_parallel,
    "share": share,
    "growth": growth,
    "difference_points": difference_points,
    "difference_amount": difference_amount,
    "rate": rate,
    "per_head": per_head,
    "multiple": multiple,
    "bound": bound,
    "subset": subset,
    "complement": complement,
    "repeat": repeat,
    "unit_slip": unit_slip,
    "ranges": ranges,
    "chinese_numerals": chinese_numerals,
    "full_width": full_width,
    "spaced_digits": spaced_digits,
    "approximate": approximate,
    "approximate_sum": approximate_sum,
    "yearly_cumulative": yearly_cumulative,
    "shared_subject": shared_subject,
    "table_lines": table_lines,
}
