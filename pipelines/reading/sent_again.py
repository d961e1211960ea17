"""A file sent again for a month that stands already, against the version that counts: its rows, its money, its total.

Belongs here: that comparison. Does not belong here: what a finding does to a verdict (``volume``), the bounds
(``thresholds.yml``), who is told of it (``publishing.trust``).
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.contracts import Contract
from pipelines.meaning.history import Finding
from pipelines.meaning.thresholds import CheckName, Thresholds
from pipelines.reading.ledger import FileLedger

CHECK: CheckName = "resent_rows"
LOST_TOTAL = "lost_total"  # may come with as many rows as before, or more: not among the files with less


def less_than_before(
    ledger: FileLedger, before: FileLedger, contract: Contract, thresholds: Thresholds
) -> list[Finding]:
    """Where a file that was sent again would replace an accepted version by less: told, or refused.

    Rows and yuan are the usable ones, those of accepted rows: what was left out and what is rejected now count alike.
    Below the bound the file is refused: the threshold ``resent_rows``, or the contract's own for the volume from period
    to period where that is stricter. A version of a handful of rows refuses nothing, for a few may be most of it. A
    total row that the version before had and this one has not is told: the end of the file may be missing.
    """
    limits = thresholds.of(CHECK, ledger.period, ledger.feed)
    if limits is None:
        return []
    own = contract.limits.row_count_ratio
    low = max(limits["refuse"], own[0]) if own is not None else limits["refuse"]
    is_many = before.accepted_count >= limits["minimum_count"]
    found = []
    if ledger.accepted_count < before.accepted_count * limits["flag"]:
        ratio = ledger.accepted_count / before.accepted_count
        found.append(_fewer_rows(ledger, before, ratio, low if is_many and ratio < low else None))
    then = {each.field: each.accepted_cny for each in before.amounts}
    for each in ledger.amounts:
        stood = then.get(each.field, Decimal(0))
        if stood <= 0 or (ratio := float(each.accepted_cny / stood)) >= limits["flag"]:
            continue
        header = contract.field(each.field).header
        if is_many and ratio < low:
            found.append(_far_less_money(header, each.accepted_cny, stood, low))
        else:
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


def _fewer_rows(ledger: FileLedger, before: FileLedger, ratio: float, low: float | None) -> Finding:
    """Fewer usable rows; refused when they lie below ``low``."""
    now, then = ledger.accepted_count, before.accepted_count
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


def _far_less_money(header: str, now: Decimal, then: Decimal, low: float) -> Finding:
    """A usable sum, in yuan, that lies below ``low``: refused."""
    ratio = now / then
    return Finding(
        CHECK,
        is_refusal=True,
        zh=f"“{header}”可用合计{now:,.2f}元，此前{then:,.2f}元，比值{ratio:.3f}低于{low:g}。",
        en=f"The usable sum of {header} is {now:,.2f} yuan, {then:,.2f} before: the ratio {ratio:.3f} is below "
        f"{low:g}.",
    )


def _has_total(ledger: FileLedger) -> bool:
    return any(each.kind == "total" for each in ledger.controls)
