"""Does a file hold about as many rows as the one before it: in all, and in every group.

Belongs here: the comparison of one ledger with the last accepted one of the same feed. Does not belong here: reading.
"""

from __future__ import annotations

from pipelines.contracts import Contract, Text
from pipelines.reading.ledger import FileLedger

REMEDY = Text(
    zh="请与报送部门核实是否漏报或重报；补齐后重新报送。情况属实的，由数据管理员调整合同中的限度并记录理由。",
    en="Ask the department whether rows were left out or sent twice and have it send the file again. If the figures "
    "are right, the steward changes the limit in the contract and records why.",
)
LISTED_GROUPS = 8


def unlike_previous(ledger: FileLedger, previous: FileLedger | None, contract: Contract) -> Text | None:
    """Why the file's volume stops it, compared with the last accepted file; None when nothing does."""
    if ledger.data_count == 0:
        return Text(zh="文件没有数据行。", en="The file has no data rows.")
    if previous is None or previous.data_count == 0:
        return None
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
