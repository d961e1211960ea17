"""A file sent again for a month that stands already, against the versions before: its rows, its money, its total.

Belongs here: that comparison. Does not belong here: what a finding does to a verdict (``volume``), the bounds
(``thresholds.yml``), who is told of it (``publishing.trust``).
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pipelines.contracts import Contract
from pipelines.meaning.history import Finding
from pipelines.meaning.thresholds import CheckName, Thresholds
from pipelines.reading.ledger import FileLedger

CHECK: CheckName = "resent_rows"
LOST_TOTAL = "lost_total"  # may come with as many rows as before, or more: not among the files with less


def less_than_before(
    ledger: FileLedger, earlier: Sequence[FileLedger], contract: Contract, thresholds: Thresholds
) -> list[Finding]:
    """Where a file that was sent again would replace an accepted version by less: told, or refused.

    ``earlier`` are the accepted versions of the same slot, oldest first, from the last one on that a steward let pass
    this check; the last of them counts now. Rows and yuan are the usable ones, those of accepted rows: what was left
    out and what is rejected now count alike. Less than the last version is told. The file is refused below the bound
    of the largest of all, so that a month does not go in steps: the threshold ``resent_rows``, or the contract's own
    for the volume from period to period where that is stricter. A version of a handful of rows refuses nothing, for a
    few may be most of it. A total row that the last version had and this one has not is told: the end of the file may
    be missing.
    """
    limits = thresholds.of(CHECK, ledger.period, ledger.feed)
    if limits is None:
        return []
    own = contract.limits.row_count_ratio
    low = max(limits["refuse"], own[0]) if own is not None else limits["refuse"]
    many = max(limits["minimum_count"], 1)
    before, newest_first = earlier[-1], earlier[::-1]
    found = []
    most = max(newest_first, key=lambda one: one.accepted_count)
    if most.accepted_count >= many and ledger.accepted_count / most.accepted_count < low:
        found.append(_fewer_rows(ledger, most, low))
    elif ledger.accepted_count < before.accepted_count * limits["flag"]:
        found.append(_fewer_rows(ledger, before, None))
    for each in ledger.amounts:
        header, now = contract.field(each.field).header, each.accepted_cny
        sums = [(_sum_of(one, each.field), one) for one in newest_first]
        then, most = max(sums, key=lambda one: one[0])
        if then > 0 and most.accepted_count >= many and float(now / then) < low:
            found.append(_far_less_money(header, now, then, most.version, low))
        elif (stood := sums[0][0]) > 0 and float(now / stood) < limits["flag"]:
            # The difference of two sums may be what one person got: an accepted file names neither.
            zh, en = f"“{header}”可用合计少于此前。", f"The usable sum of {header} is less than before."
            found.append(Finding(CHECK, is_refusal=False, zh=zh, en=en))
    if _has_total(before) and not _has_total(ledger):
        found.append(
            Finding(
                LOST_TOTAL,
                is_refusal=False,
                zh=f"第{before.version}次报送有合计行，这份没有，末尾可能缺行。",
                en=f"Version {before.version} had a total row and this file has none: its end may be missing.",
            )
        )
    return found


def _fewer_rows(ledger: FileLedger, before: FileLedger, low: float | None) -> Finding:
    """Fewer usable rows; refused when they lie below ``low``."""
    now, then = ledger.accepted_count, before.accepted_count
    ratio = now / then
    return Finding(
        CHECK,
        is_refusal=low is not None,
        zh=f"同一期间重报的文件可用{now}行（退回{ledger.rejected_count}行），此前采用的第{before.version}次报送"
        f"可用{then}行" + (f"，少{then - now}行。" if low is None else f"，比值{ratio:.3f}低于{low:g}。"),
        en=f"This file sent again for the same period has {now} usable rows ({ledger.rejected_count} rejected), "
        f"version {before.version} before it {then}"
        + (f": {then - now} fewer." if low is None else f": the ratio {ratio:.3f} is below {low:g}."),
        count=then - now,
    )


def _far_less_money(header: str, now: Decimal, then: Decimal, version: int, low: float) -> Finding:
    """A usable sum, in yuan, that lies below ``low``: refused."""
    ratio = now / then
    return Finding(
        CHECK,
        is_refusal=True,
        zh=f"“{header}”可用合计{now:,.2f}元，此前采用的第{version}次报送{then:,.2f}元，比值{ratio:.3f}低于{low:g}。",
        en=f"The usable sum of {header} is {now:,.2f} yuan, {then:,.2f} in version {version} before it: the ratio "
        f"{ratio:.3f} is below {low:g}.",
    )


def _sum_of(ledger: FileLedger, field: str) -> Decimal:
    return next((each.accepted_cny for each in ledger.amounts if each.field == field), Decimal(0))


def _has_total(ledger: FileLedger) -> bool:
    return any(each.kind == "total" for each in ledger.controls)
