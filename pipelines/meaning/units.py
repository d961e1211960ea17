"""Has a column changed its unit: 元 and 万元, month and year, percent and ratio (F37).

Belongs here: shifts of whole number columns and of single places against their history, on the logarithmic scale.
Does not belong here: exchanged columns, shares, slow drift.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from statistics import median

from pipelines.meaning.history import Comparison, Finding, usual_quantiles
from pipelines.meaning.profile import MIDDLE, FieldProfile

MEDIAN_ERROR = 1.2533  # the standard error of a median against that of a mean
SAMPLING_FILE, SAMPLING_GROUP, HISTORY_NOISE = 3.0, 4.0, 5.0
GROSS_COUNT = 3
NAMED_WITHIN = 0.4
LISTED_GROUPS = 8
NORMAL_MAD = 1.4826
FACTORS: dict[float, tuple[str, str]] = {
    1e-8: ("像是以亿元填写而不是元", "looks like 亿元 instead of 元"),
    1e-4: ("像是以万元填写而不是元", "looks like 万元 instead of 元"),
    1e-3: ("像是以千元填写而不是元", "looks like 千元 instead of 元"),
    1e-2: (
        "像是以比例填写而不是百分数，或以元填写而不是分",
        "looks like a ratio instead of percent, or 元 instead of 分",
    ),
    1e-1: ("像是小数点移了一位", "looks like a decimal point moved by one place"),
    1 / 12: ("像是按月填写而不是按年", "looks like a month instead of a year"),
    12: ("像是按年填写而不是按月", "looks like a year instead of a month"),
    1e1: ("像是小数点移了一位", "looks like a decimal point moved by one place"),
    1e2: (
        "像是以百分数填写而不是比例，或以分填写而不是元",
        "looks like percent instead of a ratio, or 分 instead of 元",
    ),
    1e3: ("像是以元填写而不是千元", "looks like 元 instead of 千元"),
    1e4: ("像是以元填写而不是万元", "looks like 元 instead of 万元"),
    1e8: ("像是以元填写而不是亿元", "looks like 元 instead of 亿元"),
}


def unit_findings(compared: Comparison, skipped: Collection[str] = ()) -> Iterator[Finding]:
    """One refusal per number column whose values, or those of single places, have another size than before."""
    for name, field in compared.now.profile.fields.items():
        if field.kind != "number" or name in skipped or field.quantiles is None:
            continue
        limits = compared.limits("unit_change", name)
        if limits is None:
            continue
        past = [each for each in compared.past("unit_change", name) if each.quantiles is not None]
        found = _of_file(compared, name, field, past, limits) or _of_groups(compared, name, past, limits)
        if found is not None:
            yield found


def _of_file(
    compared: Comparison, name: str, now: FieldProfile, past: Sequence[FieldProfile], limits: dict[str, float]
) -> Finding | None:
    before = usual_quantiles(past)
    is_alike = before is not None
    if before is None:  # only other kinds of files came before: nothing but a gross difference says anything
        others = [each.profile.fields.get(name) for each in compared.earlier if "unit_change" not in each.waived]
        before = usual_quantiles([each for each in others if each is not None])
    if before is None or now.quantiles is None:
        return _implausible(compared, name, now, limits)
    shift = shift_of(now.quantiles, before)
    enough = now.sized_count >= GROSS_COUNT and abs(shift) > limits["gross"]
    if not enough and is_alike and now.sized_count >= limits["minimum_count"]:
        last = past[-1]
        noise = SAMPLING_FILE * sampling_error(now, last, before[MIDDLE])
        enough = abs(shift) > max(bound_of(past, limits), noise)
    if not enough:
        return None if is_alike else _implausible(compared, name, now, limits)
    zh, en = compared.named(name)
    told_zh, told_en = _told(shift)
    return Finding(
        "unit_change",
        is_refusal=True,
        zh=f"{zh}的中位数约为以往的{_ratio(shift)}倍：{told_zh}。",
        en=f"The median of {en} is about {_ratio(shift)} times what it used to be: {told_en}.",
    )


def _implausible(compared: Comparison, name: str, now: FieldProfile, limits: dict[str, float]) -> Finding | None:
    """A first file against the band in which a median is plausible at all, where one is set."""
    band = compared.limits("plausible_median", name)
    if band is None or now.quantiles is None or now.sized_count < limits["minimum_count"]:
        return None
    middle = math.exp(now.quantiles[MIDDLE])
    if band["low"] <= middle <= band["high"]:
        return None
    nearest = band["low"] if middle < band["low"] else band["high"]
    zh, en = compared.named(name)
    low, high = f"{band['low']:,.10g}", f"{band['high']:,.10g}"
    told = (
        ("单位可能填小了", "the unit may be too small")
        if middle > nearest
        else ("单位可能填大了", "the unit may be too large")
    )
    return Finding(
        "plausible_median",
        is_refusal=True,
        zh=f"{zh}的中位数为{middle:,.4g}，不在合理范围{low}–{high}之内：{told[0]}（如元、万元）。",
        en=f"The median of {en} is {middle:,.4g}, outside the plausible {low}–{high}: {told[1]} (元, 万元).",
    )


def _of_groups(
    compared: Comparison, name: str, past: Sequence[FieldProfile], limits: dict[str, float]
) -> Finding | None:
    """Places whose values moved by a factor while the others stayed."""
    bound = bound_of(past, limits)
    moved: list[tuple[float, str]] = []
    medians = [group.fields[name][1] for group in compared.now.profile.groups.values() if name in group.fields]
    for place, group in compared.now.profile.groups.items():
        if name not in group.fields:
            continue
        count, middle, spread = group.fields[name]
        before = [
            each.profile.groups[place].fields[name]
            for each in compared.alike[-3:]
            if "unit_change" not in each.waived
            and place in each.profile.groups
            and name in each.profile.groups[place].fields
        ]
        if before:
            usual = median(each[1] for each in before)
            shift = middle - usual
            last_count, _, last_spread = before[-1]
            noise = math.hypot(spread / math.sqrt(count), last_spread / math.sqrt(last_count)) * MEDIAN_ERROR
            noise = SAMPLING_GROUP * (noise + _step(compared.now.profile.fields[name], usual))
            is_moved = count >= limits["minimum_count"] <= last_count and abs(shift) > max(bound, noise)
        else:  # a place without a past is compared with the other places of the file
            shift, is_moved = middle - median(medians), False
        is_gross = (
            count >= GROSS_COUNT and abs(shift) > limits["gross"] and (bool(before) or len(medians) >= GROSS_COUNT)
        )
        if is_moved or is_gross:
            moved.append((shift, place))
    if not moved:
        return None
    zh, en = compared.named(name)
    shift = median(each for each, _ in moved)
    told_zh, told_en = _told(shift)
    listed = "、".join(place for _, place in moved[:LISTED_GROUPS])
    return Finding(
        "unit_change",
        is_refusal=True,
        zh=f"{listed}的{zh}中位数约为应有的{_ratio(shift)}倍，其他地方未变：{told_zh}。",
        en=f"The median of {en} in {listed} is about {_ratio(shift)} times what it should be while other places are "
        f"unchanged: {told_en}.",
        count=len(moved),
    )


def shift_of(now: Sequence[float], before: Sequence[float]) -> float:
    """By how much a distribution moved: the median of what its quantiles moved by."""
    return median(a - b for a, b in zip(now, before, strict=True))


def bound_of(past: Sequence[FieldProfile], limits: dict[str, float]) -> float:
    """The largest shift that the column's own history makes ordinary, never beyond half of ×12."""
    quantiles = [each.quantiles for each in past if each.quantiles is not None]
    steps = [abs(shift_of(b, a)) for a, b in pairwise(quantiles)]
    noise = NORMAL_MAD * median(steps) if steps else 0.0
    return min(max(limits["stable"], HISTORY_NOISE * noise), limits["certain"])


def sampling_error(now: FieldProfile, before: FieldProfile, middle: float) -> float:
    """The standard error of the difference of two medians in logarithms, with that of whole numbers' steps."""
    own = now.spread / math.sqrt(max(now.sized_count, 1))
    return MEDIAN_ERROR * math.hypot(own, before.spread / math.sqrt(max(before.sized_count, 1))) + _step(now, middle)


def _step(field: FieldProfile, middle: float) -> float:
    """Half a step of a whole number, relative to its size: 1 and 2 are neighbours, not twice each other."""
    return 0.4 / math.exp(max(middle, 0.0)) if field.is_whole else 0.0


def _ratio(shift: float) -> str:
    return f"{math.exp(shift):.3g}" if shift > -7 else f"1/{math.exp(-shift):,.0f}"


def _told(shift: float) -> tuple[str, str]:
    """The unit that explains a shift best."""
    factor = min(FACTORS, key=lambda each: abs(math.log(each) - shift))
    if abs(math.log(factor) - shift) <= NAMED_WITHIN:
        return FACTORS[factor]
    return "没有常见的单位能解释，请核实", "no usual unit explains it, please check"
