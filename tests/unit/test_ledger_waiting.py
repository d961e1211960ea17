"""Which files wait for a correction, and what of the office's own decisions reaches their senders: nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from pipelines.contracts import Text
from pipelines.letters import letter
from pipelines.reading import FileLedger
from pipelines.reading.ledger import Caution, Control
from pipelines.reporting import NO_REJECTIONS, FileAccount, _waits

WRONG_TOTAL = Control(
    kind="total", field="paid_cny", stated=Decimal(10), computed=Decimal(9), is_equal=False, row=5
)  # fmt: skip


def ledger(version: int, verdict: str, **more: object) -> FileLedger:
    about = {
        "receipt_id": f"r{version}", "department": "finance", "feed": "fund_payment", "period": "2020-06",
        "file_name": "a.csv", "arrived_at": datetime(2020, 7, 1, tzinfo=UTC), "version": version,
        "contract_version": "1", "verdict": verdict,
    }  # fmt: skip
    return FileLedger.model_validate(about | more)


@pytest.mark.parametrize(
    ("version", "verdict", "counting", "waits"),
    [
        (2, "refused", ledger(1, "accepted"), True),
        (1, "refused", ledger(2, "accepted"), False),
        (1, "accepted", ledger(2, "accepted"), False),
        (2, "same_rows", ledger(1, "accepted"), False),
        (1, "refused", None, True),
    ],
)
def test_a_version_refused_after_the_one_that_counts_waits(
    version: int, verdict: str, counting: FileLedger | None, *, waits: bool
) -> None:
    assert _waits(ledger(version, verdict), counting) is waits


def test_a_decision_of_the_office_and_what_it_settled_reach_no_sender() -> None:
    decided = Caution(code="override", count=1, zh="经某某核实放行：录入错误", en="Let pass")
    for warnings, is_told in (((decided,), False), ((), True)):
        file = ledger(1, "accepted", controls=[WRONG_TOTAL], warnings=warnings)
        name = Text(zh="县财政局", en="Finance")
        account = FileAccount(file, name, name, {"paid_cny": "金额"}, True, NO_REJECTIONS)
        text = letter("县财政局", [account.note()], by=datetime(2020, 7, 5, tzinfo=UTC).date())
        assert "放行" not in text
        assert ("合计" in text) is is_told
