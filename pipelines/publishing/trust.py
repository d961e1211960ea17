"""How far a release can be trusted: what is late, what came again with less, what was rejected, in one light."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from pipelines.contracts import Text
from pipelines.gates.result import GateResult
from pipelines.modelling.bronze import Bronze
from pipelines.publishing.manifest import DataLight, LateDelivery
from pipelines.reading.sent_again import CHECK as SENT_AGAIN

LISTED_FILES = 3

LIGHT_NAMES = {
    "severe": Text(zh="严重", en="severe"),
    "minor": Text(zh="一般", en="minor"),
    "none": Text(zh="无", en="none"),
}


def late_departments(bronze: Bronze) -> list[LateDelivery]:
    """Feeds whose latest due delivery is missing or refused."""
    latest = {row.feed: row for row in bronze.calendar()}
    late = []
    for feed, row in latest.items():
        if row.status in ("missing", "refused"):
            owner = bronze.contracts[feed].department
            late.append(LateDelivery(department_zh=owner.zh, department_en=owner.en, feed=feed, period=row.period))
    return late


def data_light(bronze: Bronze, gates: Sequence[GateResult], not_expected: Collection[str] = ()) -> DataLight:
    """Severe when a latest delivery is missing; minor when a file came again with less, rows were rejected or a gate
    warned.

    ``not_expected`` are feeds that the office is not sent: nobody is named for them before they have come once. Held
    files are no part of a release: the status of the last run counts them, and pages say so beside this light.
    """
    severe = [_late_reason(bronze, one) for one in late_departments(bronze)]
    came = {one.feed for one in bronze.inputs}
    absent = [
        one
        for feed, one in bronze.contracts.items()
        if feed not in came and feed not in not_expected and not one.is_optional
    ]
    severe += [
        Text(
            zh=f"{one.department.zh}从未报送《{one.title.zh}》",
            en=f"{one.department.en} has never sent {one.title.en}",
        )
        for one in absent
        if one.feed not in {late.feed for late in late_departments(bronze)}
    ]
    current = {one.receipt_id for one in bronze.inputs}
    rejected = sum(one.rejected_count for one in bronze.known_ledgers if one.receipt_id in current)
    minor = [_warning(gate) for gate in gates if gate.state == "warned"]
    if rejected:
        minor.append(
            Text(zh=f"现用文件中有 {rejected:,} 行被拒收", en=f"{rejected:,} rows of current files were rejected")
        )
    # Last, for they stay as long as their files count and would push what is new out of the few that a badge shows.
    minor += sent_again_with_less(bronze, current)
    level: Literal["severe", "minor", "none"] = "severe" if severe else "minor" if minor else "none"
    return DataLight(level=level, zh=LIGHT_NAMES[level].zh, en=LIGHT_NAMES[level].en, reasons=[*severe, *minor])


def sent_again_with_less(bronze: Bronze, receipts: Collection[str]) -> list[Text]:
    """One sentence for each file of ``receipts`` that holds less than the version it replaced, at most three, and how
    many more there are.
    """
    told = [
        (one, cautions)
        for one in sorted(bronze.known_ledgers, key=lambda one: (one.period, one.feed), reverse=True)
        if one.receipt_id in receipts and (cautions := [each for each in one.warnings if each.code == SENT_AGAIN])
    ]
    found = []
    for one, cautions in told[:LISTED_FILES]:
        contract = bronze.contracts[one.feed]
        zh, en = "".join(each.zh for each in cautions), " ".join(each.en for each in cautions)
        found.append(
            Text(
                zh=f"{contract.department.zh}《{contract.title.zh}》{one.period} 重报后变少（{one.file_name}）："
                f"{zh.removesuffix('。')}",
                en=f"{contract.title.en} of {one.period} from the {contract.department.en} came again with less "
                f"({one.file_name}): {en.removesuffix('.')}",
            )
        )
    if (more := len(told) - LISTED_FILES) > 0:
        found.append(
            Text(
                zh=f"另有 {more} 份文件重报后变少",
                en=f"{more} more file{'' if more == 1 else 's'} came again with less",
            )
        )
    return found


def _warning(gate: GateResult) -> Text:
    """A gate's warning as readers of figures understand it; its files and rows stand in the status of the run."""
    if gate.name != "control_totals":
        return Text(zh=gate.zh, en=gate.en)
    count = sum(check.state == "warned" for check in gate.checks)
    return Text(
        zh=f"现用文件中有 {count} 处自带合计与各行之和不符，均已核实放行或由无法识别的金额造成",
        en=f"{count} totals stated by current files differ from their rows; a steward let each pass, or amounts that "
        "could not be read explain it",
    )


def _late_reason(bronze: Bronze, late: LateDelivery) -> Text:
    title = bronze.contracts[late.feed].title
    return Text(
        zh=f"{late.department_zh}《{title.zh}》{late.period} 未到齐",
        en=f"{title.en} of {late.period} from the {late.department_en} is missing or refused",
    )
