"""Does a file hold about as many rows as the one before it: in all, and in every group.

Belongs here: the comparison of ledgers of one feed with each other. Does not belong here: reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipelines.contracts import Contract, Text
from pipelines.reading.ledger import FileLedger

REMEDY = Text(
    zh="请与报送部门核实是否漏报或重报；补齐后重新报送。情况属实的，由数据管理员调整合同中的限度并记录理由。",
    en="Ask the department whether rows were left out or sent twice and have it send the file again. If the figures "
    "are right, the steward changes the limit in the contract and records why.",
)
LISTED_GROUPS = 8


def settle(ledgers: Iterable[FileLedger], contracts: Mapping[str, Contract]) -> list[FileLedger]:
    """The final verdicts, by feed, period and version, whatever the order in which the files arrived.

    A file with the same rows as the accepted version before it, or with a volume unlike the period before, does not
    count. A feed without a contract keeps its verdicts.
    """
    settled: list[FileLedger] = []
    current: dict[tuple[str, str], FileLedger] = {}
    for ledger in sorted(ledgers, key=order):
        contract = contracts.get(ledger.feed)
        if contract is None or ledger.verdict == "refused":
            settled.append(ledger)
            continue
        slot = current.get((ledger.feed, ledger.period))
        earlier = [period for feed, period in current if feed == ledger.feed and period < ledger.period]
        previous = current[ledger.feed, max(earlier)] if earlier else None
        if slot is not None and slot.content_hash == ledger.content_hash:
            settled.append(ledger.model_copy(update={"verdict": "same_rows"}))
        elif previous is not None and (reason := unlike_previous(ledger, previous, contract)):
            settled.append(ledger.refused(reason, REMEDY))
        else:
            current[ledger.feed, ledger.period] = ledger
            settled.append(ledger)
    return settled


def order(ledger: FileLedger) -> tuple[str, str, int]:
    """Feed, period and version."""
    return ledger.feed, ledger.period, ledger.version


def stopped_by_itself(ledger: FileLedger, contract: Contract) -> FileLedger:
    """The ledger, refused when the file holds nothing or too much of it was rejected."""
    if ledger.verdict == "refused":
        return ledger
    if ledger.data_count == 0:
        return ledger.refused(Text(zh="文件没有数据行。", en="The file has no data rows."), REMEDY)
    if reason := too_many_rejected(ledger, contract):
        return ledger.refused(reason, REJECTED_REMEDY)
    return ledger


def unlike_previous(ledger: FileLedger, previous: FileLedger, contract: Contract) -> Text | None:
    """Why the file's volume stops it, compared with the accepted file of the period before; None when nothing does."""
    limits = contract.limits
    if limits.row_count_ratio is not None:
        low, high = limits.row_count_ratio
        ratio = ledger.data_count / previous.data_count
        if not low <= ratio <= high:
            return Text(
                zh=f"数据{ledger.data_count}行，上一期（{previous.period}）{previous.data_count}行，比值{ratio:.2f}"
                f"超出{low}–{high}。",
                en=f"{ledger.data_count} data rows against {previous.data_count} in {previous.period}: the ratio "
                f"{ratio:.2f} lies outside {low}–{high}.",
            )
    if limits.per_group is None:
        return None
    low, high = limits.per_group.ratio
    unlike = [
        f"{group} {before}→{now}"
        for group, before in previous.group_counts.items()
        if not low <= (now := ledger.group_counts.get(group, 0)) / before <= high
    ]
    if not unlike:
        return None
    header = contract.field(limits.per_group.field).header
    listed = "、".join(unlike[:LISTED_GROUPS])
    return Text(
        zh=f"按“{header}”分组的行数与上一期（{previous.period}）相差过大：{listed}。",
        en=f"Row counts per {limits.per_group.field} differ too much from {previous.period}: {listed}.",
    )


def too_many_rejected(ledger: FileLedger, contract: Contract) -> Text | None:
    """Why the share of rejected rows stops the file; None when it does not."""
    limit = contract.limits.rejected_share
    if ledger.rejected_count <= limit * ledger.data_count:
        return None
    share = ledger.rejected_count / ledger.data_count
    return Text(
        zh=f"{ledger.data_count}行数据中有{ledger.rejected_count}行不合格（{share:.1%}），超过限度{limit:.1%}。",
        en=f"{ledger.rejected_count} of {ledger.data_count} data rows were rejected ({share:.1%}), above the limit "
        f"of {limit:.1%}.",
    )


REJECTED_REMEDY = Text(
    zh="请按不合格清单改正后整份重新报送。",
    en="Correct the rows listed as rejected and send the whole file again.",
)
