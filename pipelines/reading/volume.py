"""Which files count: their volume, their stated totals and their meaning, settled over all ledgers of a feed.

Belongs here: the comparison of ledgers of one feed with each other, and the verdict that follows. Does not belong here:
reading; what a profile says (``pipelines.meaning``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from pipelines.contracts import Contract, Text
from pipelines.meaning.door import findings
from pipelines.meaning.history import Finding, Subject
from pipelines.meaning.overrides import CHECK_NAMES, Override, waived_checks
from pipelines.meaning.profile import Profile
from pipelines.meaning.thresholds import Thresholds
from pipelines.reading.ledger import Caution, FileLedger
from pipelines.reading.sent_again import CHECK as SENT_AGAIN
from pipelines.reading.sent_again import less_than_before

REMEDY = Text(
    zh="请与报送部门核实；有误的请改正后整份重新报送。情况属实的，由数据管理员注明理由放行本文件（xianqing override），"
    "限度不变。",
    en="Ask the department; if the file is wrong, have it corrected and sent again as a whole. If the figures are "
    "right, the steward lets this one file pass with a reason (xianqing override); no limit changes.",
)
REJECTED_REMEDY = Text(
    zh="请按不合格清单改正后整份重新报送。",
    en="Correct the rows listed as rejected and send the whole file again.",
)
TOTAL_REMEDY = Text(
    zh="文件自带的合计与各行不符，可能缺行或改动过：请报送部门核对后重新导出。确认各行无误的，由数据管理员注明理由放行。",
    en="A total inside the file differs from its rows: rows may be missing or changed. Have the department check and "
    "export it again; if the rows are right, the steward lets the file pass with a reason.",
)
REMEDIES = {"rejected_share": REJECTED_REMEDY, "total_mismatch": TOTAL_REMEDY}
# Their findings name sums of money, whose difference may be what one person got: the decision is told without them.
SAY_SUMS = (SENT_AGAIN, "total_mismatch")
LISTED_REASONS = 6
LISTED_GROUPS = 8


def settle(
    ledgers: Iterable[FileLedger],
    contracts: Mapping[str, Contract],
    *,
    profiles: Mapping[str, Profile] | None = None,
    thresholds: Thresholds | None = None,
    overrides: Iterable[Override] = (),
) -> list[FileLedger]:
    """The final verdicts, by feed, period and version, whatever the order in which the files arrived.

    A file with the same rows as the accepted version before it does not count. One that states another total than its
    rows give, whose volume is unlike the period before, that holds far fewer usable rows or far less money than an
    accepted version of its own period, or whose columns (``profiles`` by receipt) no longer mean what
    they meant, is refused, unless a steward has let just this file pass just this check: then the decision stands among
    its warnings, and the file is no reference for that check. A feed without a contract keeps its verdicts.
    """
    waived = waived_checks(overrides)
    settled: list[FileLedger] = []
    slots: dict[tuple[str, str], list[FileLedger]] = {}
    passed: dict[str, list[tuple[str, FileLedger, frozenset[str]]]] = {}
    for ledger in sorted(ledgers, key=order):
        contract = contracts.get(ledger.feed)
        if contract is None or ledger.verdict == "refused":
            settled.append(ledger)
            continue
        slot = slots.get((ledger.feed, ledger.period), [])
        if slot and slot[-1].content_hash == ledger.content_hash:
            settled.append(ledger.model_copy(update={"verdict": "same_rows"}))
            continue
        earlier = [each for each in passed.get(ledger.feed, []) if each[0] < ledger.period]
        found = _findings(ledger, earlier, contract, profiles or {}, thresholds)
        decisions = waived.get(ledger.receipt_id, {})
        if slot and thresholds is not None:
            found += less_than_before(ledger, slot, contract, thresholds)
        verdict = _with_findings(ledger, found, decisions)
        settled.append(verdict)
        if verdict.verdict != "refused":
            let_pass = frozenset(each.check for each in found if each.check in decisions)
            slots[ledger.feed, ledger.period] = [verdict] if SENT_AGAIN in let_pass else [*slot, verdict]
            before = [each for each in passed.get(ledger.feed, []) if each[0] != ledger.period]
            passed[ledger.feed] = [*before, (ledger.period, verdict, let_pass)]
    return settled


def _findings(
    ledger: FileLedger,
    earlier: Sequence[tuple[str, FileLedger, frozenset[str]]],
    contract: Contract,
    profiles: Mapping[str, Profile],
    thresholds: Thresholds | None,
) -> list[Finding]:
    """Everything odd about a file, from its own figures and compared with the accepted files of earlier periods."""
    found = [*alone_findings(ledger, contract), *totals_findings(ledger, contract)]
    volume = [each for _, each, waived in earlier if each.data_count and not waived & {"row_count", "group_count"}]
    if volume:
        found += unlike_previous(ledger, volume[-1], contract)
    if thresholds is not None and ledger.receipt_id in profiles and profiles[ledger.receipt_id].row_count:
        past = [
            Subject(each.receipt_id, period, each.content_hash or "", profiles[each.receipt_id], waived)
            for period, each, waived in earlier
            if each.receipt_id in profiles and profiles[each.receipt_id].row_count
        ]
        now = Subject(ledger.receipt_id, ledger.period, ledger.content_hash or "", profiles[ledger.receipt_id])
        found += findings(now, past, contract, thresholds)
    return found


def _with_findings(ledger: FileLedger, found: Sequence[Finding], decisions: Mapping[str, Override]) -> FileLedger:
    """The ledger with its verdict: refused by any check that nobody waived, decisions and flags among the warnings."""
    refusals = [each for each in found if each.is_refusal and each.check not in decisions]
    waived = [each for each in found if each.check in decisions]
    flags = [each for each in found if not each.is_refusal and each.check not in decisions]
    cautions = [Caution(code=each.check, count=each.count, zh=each.zh, en=each.en) for each in flags]
    said = [Finding(each.check, is_refusal=True, zh="", en="") if each.check in SAY_SUMS else each for each in waived]
    for each in dict.fromkeys(said):
        by, name = decisions[each.check], CHECK_NAMES[each.check]
        zh = f"{each.zh}经{by.author}于{by.decided_at:%Y-%m-%d}核实放行（{name.zh}）：{by.reason}"
        en = f"{each.en} Let pass by {by.author} on {by.decided_at:%Y-%m-%d} ({name.en}): {by.reason}"
        cautions.append(Caution(code="override", count=each.count, zh=zh, en=en.lstrip()))
    if cautions:
        ledger = ledger.model_copy(update={"warnings": (*ledger.warnings, *cautions)})
    if not refusals:
        return ledger
    shown = refusals[:LISTED_REASONS]
    more = len(refusals) - len(shown)
    reason = Text(
        zh="".join(each.zh for each in shown) + (f"另有{more}项。" if more else ""),
        en=" ".join(each.en for each in shown) + (f" {more} more findings." if more else ""),
    )
    first = refusals[0].check
    refused = ledger.refused(reason, REMEDIES.get(first, REMEDY), first)
    return refused.model_copy(update={"stopped_by": tuple(dict.fromkeys(each.check for each in refusals))})


def order(ledger: FileLedger) -> tuple[str, str, int]:
    """Feed, period and version."""
    return ledger.feed, ledger.period, ledger.version


def stopped_by_itself(ledger: FileLedger, contract: Contract, waived: Collection[str] = ()) -> FileLedger:
    """The ledger, refused when the file holds nothing or too much of it was rejected: its rows need not be kept.

    ``waived`` are the checks that a steward has let this file pass.
    """
    if ledger.verdict == "refused":
        return ledger
    stops = [each for each in alone_findings(ledger, contract) if each.check not in waived]
    return _with_findings(ledger, stops, {}) if stops else ledger


def alone_findings(ledger: FileLedger, contract: Contract) -> list[Finding]:
    """What stops a file whatever came before it: no rows, or too many rejected ones."""
    if ledger.data_count == 0 and contract.limits.may_be_empty:
        return []
    if ledger.data_count == 0:
        return [Finding("no_rows", is_refusal=True, zh="文件没有数据行。", en="The file has no data rows.")]
    reason = too_many_rejected(ledger, contract)
    if reason is None:
        return []
    return [Finding("rejected_share", is_refusal=True, zh=reason.zh, en=reason.en, count=ledger.rejected_count)]


def totals_findings(ledger: FileLedger, contract: Contract) -> list[Finding]:
    """Totals that the file or its manifest states and that its rows do not give (F05, F16).

    Amounts that were rejected themselves may explain a difference; then the total is only a warning.
    """
    found = []
    if (stated := ledger.stated_row_count) is not None and stated != ledger.data_count:
        found.append(
            Finding(
                "stated_rows",
                is_refusal=True,
                zh=f"随附清单记{stated}行，文件中有{ledger.data_count}行数据：传输可能不完整。",
                en=f"The manifest states {stated} rows, the file has {ledger.data_count}: it may have been cut off.",
            )
        )
    for each in ledger.controls:
        if each.is_equal or each.is_explained:
            continue
        found.append(
            Finding(
                "total_mismatch",
                is_refusal=True,
                zh=f"第{each.row}行合计（{contract.field(each.field).header}）为{each.stated}元，各行之和为{each.computed}元，"
                f"相差{each.stated - each.computed}元。",
                en=f"Row {each.row} states {each.stated} yuan of {each.field}, its rows give {each.computed}: a "
                f"difference of {each.stated - each.computed}.",
            )
        )
    return found


def unlike_previous(ledger: FileLedger, previous: FileLedger, contract: Contract) -> list[Finding]:
    """Where the file's volume differs too much from the accepted file of the period before: in all, or in places."""
    limits = contract.limits
    found = []
    if limits.row_count_ratio is not None:
        low, high = limits.row_count_ratio
        ratio = ledger.data_count / previous.data_count
        if not low <= ratio <= high:
            found.append(
                Finding(
                    "row_count",
                    is_refusal=True,
                    zh=f"数据{ledger.data_count}行，上一期（{previous.period}）{previous.data_count}行，比值{ratio:.2f}"
                    f"超出{low}–{high}。",
                    en=f"{ledger.data_count} data rows against {previous.data_count} in {previous.period}: the ratio "
                    f"{ratio:.2f} lies outside {low}–{high}.",
                )
            )
    if limits.per_group is None:
        return found
    low, high = limits.per_group.ratio
    unlike = [
        f"{group} {before}→{now}"
        for group, before in previous.group_counts.items()
        if not low <= (now := ledger.group_counts.get(group, 0)) / before <= high
    ]
    if unlike:
        header = contract.field(limits.per_group.field).header
        listed = "、".join(unlike[:LISTED_GROUPS])
        found.append(
            Finding(
                "group_count",
                is_refusal=True,
                zh=f"按“{header}”分组的行数与上一期（{previous.period}）相差过大：{listed}。",
                en=f"Row counts per {limits.per_group.field} differ too much from {previous.period}: {listed}.",
                count=len(unlike),
            )
        )
    return found


def too_many_rejected(ledger: FileLedger, contract: Contract) -> Text | None:
    """Why the share of rejected rows stops the file; None when it does not.

    A few rows of a small file stop it only where the contract says so, or when they are the most of it.
    """
    limit = contract.limits.rejected_share
    if ledger.rejected_count <= limit * ledger.data_count:
        return None
    if ledger.rejected_count < min(contract.limits.rejected_rows_min, ledger.data_count / 2):
        return None
    share = ledger.rejected_count / ledger.data_count
    return Text(
        zh=f"{ledger.data_count}行数据中有{ledger.rejected_count}行不合格（{share:.1%}），超过限度{limit:.1%}。",
        en=f"{ledger.rejected_count} of {ledger.data_count} data rows were rejected ({share:.1%}), above the limit "
        f"of {limit:.1%}.",
    )
