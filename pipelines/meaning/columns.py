"""Do columns still hold what they held: signs, exchanged columns and codes, holes, constants (F38, F40).

Belongs here: comparison of a column's shares with its history. Does not belong here: sizes of numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import combinations

from pipelines.meaning.history import Comparison, Finding, share, usual, usual_quantiles
from pipelines.meaning.profile import FieldProfile
from pipelines.meaning.units import sampling_error

TRIED_CODES = 6
RICH = 10
FLIPPED, FITS = 0.5, 0.15


def swapped_columns(compared: Comparison) -> dict[tuple[str, str], Finding]:
    """Pairs of columns that fit each other's history and not their own, with the refusal of each."""
    found: dict[tuple[str, str], Finding] = {}
    limits = compared.limits("columns_swapped")
    if limits is None:
        return found
    fields = {
        name: each
        for name, each in compared.now.profile.fields.items()
        if each.kind != "text" and each.filled_count >= limits["minimum_count"]
    }
    past = {name: compared.past("columns_swapped", name, minimum=limits["minimum_count"]) for name in fields}
    for first, second in combinations([name for name in fields if past[name]], 2):
        a, b = fields[first], fields[second]
        if (a.kind, a.unit) != (b.kind, b.unit):
            continue
        before = past[first][-1], past[second][-1]
        own = _distance(a, before[0]) + _distance(b, before[1])
        crossed = _distance(a, before[1]) + _distance(b, before[0])
        noise = _noise(a, before[0]) + _noise(b, before[1])
        is_odd = own > max(limits["minimum"], noise)
        is_swapped = crossed < limits["share"] * own if is_odd else _is_flipped(compared, first, second)
        if is_swapped:
            (zh_a, en_a), (zh_b, en_b) = compared.named(first), compared.named(second)
            found[first, second] = Finding(
                "columns_swapped",
                is_refusal=True,
                zh=f"{zh_a}与{zh_b}两列的内容像是对调了：各自的分布与对方以往的分布相符。",
                en=f"{en_a} and {en_b} look exchanged: each fits the other's earlier values, not its own.",
            )
    return found


def _distance(a: FieldProfile, b: FieldProfile) -> float:
    """How unlike two columns are: shares of codes, or quantiles, with blanks, zeros and signs."""
    if a.kind == "code":
        return total_variation(a.shares, b.shares)
    if a.quantiles is None or b.quantiles is None:
        return 0.0 if a.quantiles is b.quantiles else 1.0
    apart = sum(abs(x - y) for x, y in zip(a.quantiles, b.quantiles, strict=True)) / len(a.quantiles)
    zeros = abs(share(a.zero_count, a.filled_count) - share(b.zero_count, b.filled_count))
    return apart + zeros + abs(share(a.negative_count, a.filled_count) - share(b.negative_count, b.filled_count))


def _noise(now: FieldProfile, before: FieldProfile) -> float:
    """What chance alone makes of the distance, three times over."""
    if now.kind == "code":
        return 3 * _share_noise(now, before)
    middle = usual_quantiles([before])
    return 3 * sampling_error(now, before, middle[2] if middle else 0.0)


def _is_flipped(compared: Comparison, first: str, second: str) -> bool:
    """True when the smaller of two columns has become the larger in nearly as many rows as before.

    Tells columns of like size apart; where sizes differ, a changed unit would turn the order round as well.
    """
    pair = f"{first}<{second}"
    now = compared.now.profile.below.get(pair)
    past = [
        each.profile.below[pair]
        for each in compared.alike
        if pair in each.profile.below and "columns_swapped" not in each.waived
    ]
    if now is None or not past:
        return False
    before = usual(past)
    return abs(now - before) > FLIPPED and abs(now - (1 - before)) < FITS


def column_findings(compared: Comparison) -> Iterator[Finding]:
    """What single columns say: signs, codes, blanks, constants."""
    for name, field in compared.now.profile.fields.items():
        yield from _sign(compared, name, field)
        yield from _codes(compared, name, field)
        yield from _blanks(compared, name, field)
        yield from _variety(compared, name, field)


def _sign(compared: Comparison, name: str, now: FieldProfile) -> Iterator[Finding]:
    limits = compared.limits("sign_change", name)
    if now.kind != "number" or limits is None or now.filled_count < limits["minimum_count"]:
        return
    past = compared.past("sign_change", name, minimum=limits["minimum_count"])
    if not past:
        return
    before = usual([share(each.negative_count, each.filled_count) for each in past])
    own = share(now.negative_count, now.filled_count)
    if abs(own - before) < limits["flag"]:
        return
    zh, en = compared.named(name)
    yield Finding(
        "sign_change",
        is_refusal=abs(own - before) >= limits["refuse"],
        zh=f"{zh}的负数占{own:.0%}，以往为{before:.0%}：正负号可能颠倒。",
        en=f"{own:.0%} of {en} is negative, {before:.0%} before: signs may be turned round.",
    )


def total_variation(a: Mapping[str, int], b: Mapping[str, int]) -> float:
    """Half the sum of differences of shares: 0 for equal shares, 1 when nothing is common."""
    all_a, all_b = sum(a.values()), sum(b.values())
    if not all_a or not all_b:
        return 0.0 if all_a == all_b else 1.0
    return sum(abs(a.get(code, 0) / all_a - b.get(code, 0) / all_b) for code in {*a, *b}) / 2


def _share_noise(now: FieldProfile, before: FieldProfile) -> float:
    """The expected total variation distance of two samples of the same shares."""
    codes = max(len(now.shares), len(before.shares), 2)
    inverse = 1 / max(now.filled_count, 1) + 1 / max(before.filled_count, 1)
    return math.sqrt(codes / (2 * math.pi) * inverse)


def _codes(compared: Comparison, name: str, now: FieldProfile) -> Iterator[Finding]:
    """Codes that changed places, and shares that moved as they do when a code list is replaced."""
    if now.kind != "code" or not now.shares:
        return
    zh, en = compared.named(name)
    limits = compared.limits("codes_exchanged", name)
    if limits is not None and now.filled_count >= limits["minimum_count"]:
        past = compared.past("codes_exchanged", name, minimum=limits["minimum_count"])
        if past and (pair := _exchanged(now, past[-1], limits)):
            apart = total_variation(now.shares, past[-1].shares)
            yield Finding(
                "codes_exchanged",
                is_refusal=apart >= FITS,
                zh=f"{zh}中“{pair[0]}”与“{pair[1]}”的占比像是对调了。",
                en=f"In {en} the shares of {pair[0]} and {pair[1]} look exchanged.",
            )
            return
    limits = compared.limits("code_shift", name)
    if limits is None or now.filled_count < limits["minimum_count"]:
        return
    past = compared.past("code_shift", name, minimum=limits["minimum_count"])
    if not past:
        return
    apart = total_variation(now.shares, past[-1].shares) - 2 * _share_noise(now, past[-1])
    if apart >= limits["flag"]:
        yield Finding(
            "code_shift",
            is_refusal=apart >= limits["refuse"],
            zh=f"{zh}各取值的占比与上一期相差{apart:.0%}：代码表可能已变。",
            en=f"The shares of the values of {en} differ by {apart:.0%} from the last period: its code list may have "
            "changed.",
        )


def _exchanged(now: FieldProfile, before: FieldProfile, limits: dict[str, float]) -> tuple[str, str] | None:
    """The two codes whose exchange makes the shares fit, None when they fit as they are or no exchange helps."""
    own = total_variation(now.shares, before.shares)
    if own < max(limits["minimum"], 3 * _share_noise(now, before)):
        return None
    shares = {**now.shares, **before.shares}
    tried = sorted(shares, key=lambda code: -max(now.shares.get(code, 0), before.shares.get(code, 0)))[:TRIED_CODES]
    for first, second in combinations(tried, 2):
        turned = dict(now.shares)
        turned[first], turned[second] = now.shares.get(second, 0), now.shares.get(first, 0)
        if total_variation(turned, before.shares) < limits["share"] * own:
            return first, second
    return None


def _blanks(compared: Comparison, name: str, now: FieldProfile) -> Iterator[Finding]:
    """A column that has emptied, or filled with zeros; free text may come and go, that is only flagged."""
    limits = compared.limits("blank_share", name)
    rows = compared.now.profile.row_count
    if limits is None or rows < limits["minimum_count"]:
        return
    past = [
        (each.profile.fields[name], each.profile.row_count)
        for each in compared.alike
        if name in each.profile.fields and each.profile.row_count and "blank_share" not in each.waived
    ]
    if not past:
        return
    zh, en = compared.named(name)
    blank, before = 1 - share(now.filled_count, rows), usual([1 - share(one.filled_count, all_) for one, all_ in past])
    if blank - before >= limits["flag"]:
        yield Finding(
            "blank_share",
            is_refusal=blank - before >= limits["refuse"] and now.kind != "text",
            zh=f"{zh}有{blank:.0%}空白，以往为{before:.0%}。",
            en=f"{blank:.0%} of {en} is blank, {before:.0%} before.",
        )
    zero, before = share(now.zero_count, rows), usual([share(one.zero_count, all_) for one, all_ in past])
    if zero - before >= limits["refuse"]:
        yield Finding(
            "blank_share",
            is_refusal=False,
            zh=f"{zh}有{zero:.0%}为零，以往为{before:.0%}。",
            en=f"{zero:.0%} of {en} is zero, {before:.0%} before.",
        )


def _variety(compared: Comparison, name: str, now: FieldProfile) -> Iterator[Finding]:
    """A column with a single value, or with far fewer different ones than it used to have."""
    zh, en = compared.named(name)
    limits = compared.limits("constant_column", name)
    if limits is not None and now.distinct_count == 1 and now.filled_count >= limits["minimum_count"]:
        past = compared.past("constant_column", name, minimum=limits["minimum_count"])
        before = usual([each.distinct_count for each in past]) if past else 0
        if before >= limits["flag"]:
            yield Finding(
                "constant_column",
                is_refusal=before >= limits["refuse"],
                zh=f"{zh}整列只有一个值，以往约有{before:.0f}个不同的值。",
                en=f"{en} holds one single value, about {before:.0f} different ones before.",
            )
            return
    limits = compared.limits("distinct_collapse", name)
    if limits is None or now.filled_count < limits["minimum_count"] or now.kind == "code":
        return
    past = compared.past("distinct_collapse", name, minimum=limits["minimum_count"])
    if not past:
        return
    before = usual([each.distinct_count for each in past])
    per_row = usual([each.distinct_count / each.filled_count for each in past])
    left = max(now.distinct_count / before if before else 1, now.distinct_count / now.filled_count / (per_row or 1))
    if before >= RICH and left < limits["flag"]:
        yield Finding(
            "distinct_collapse",
            is_refusal=left < limits["refuse"],
            zh=f"{zh}的不同取值由约{before:.0f}个减至{now.distinct_count}个。",
            en=f"{en} has {now.distinct_count} different values, about {before:.0f} before.",
        )
