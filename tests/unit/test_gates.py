"""Gates: passed, warned, failed, crashed and without data are five different things, and each says what it examined."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from pipelines.contracts import Contract, load_code_lists, load_contracts
from pipelines.gates.door import Extract, door_gate
from pipelines.gates.models import bridge_gate, dbt_gate
from pipelines.gates.reconcile import conservation_gate, control_totals_gate
from pipelines.gates.result import judge
from pipelines.gates.space import space_gate
from pipelines.gates.suites import DoorCheck, door_checks, run_suite
from pipelines.modelling.nodes import NodeResult
from pipelines.reading import BronzeInput, FileLedger
from pipelines.reading.ledger import Amount, Control

CHANGES = load_contracts()["register_changes"]
KEY = "0123456789abcdef" * 2


def rows(count: int, **changed: object) -> pd.DataFrame:
    """Accepted rows of ``register_changes`` that keep their contract."""
    frame = pd.DataFrame(
        {
            "change_id": [f"BD{number:04d}" for number in range(count)],
            "household_key": [KEY] * count,
            "member_key": [None] * count,
            "change_type": ["自然增加"] * count,
            "change_reason": ["出生"] * count,
            "change_date": [datetime(2020, 6, 1, tzinfo=UTC).date()] * count,
            "household_count": [0] * count,
            "person_count": [1] * count,
            "counterpart_area_code": [None] * count,
            "approver_name": ["县扶贫办"] * count,
            "area_code": ["530323001000"] * count,
            "period": ["2020-06"] * count,
            "receipt_id": ["register_changes-2020-06-0123456789ab"] * count,
            "source_sheet": ["Sheet1"] * count,
            "source_row": list(range(4, count + 4)),
        }
    )
    values = [value.value for value in load_code_lists()["change_type"]]
    frame["change_type"] = values[0]
    return frame.assign(**changed)


def extract(folder: Path, frame: pd.DataFrame, *, due: int | None = None) -> Extract:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "accepted.parquet"
    duckdb.execute(f"copy (select * from frame) to '{path}' (format parquet)")
    receipt_id = "register_changes-2020-06-0123456789ab"
    return Extract(receipt_id, CHANGES.feed, path, len(frame) if due is None else due, "hash")


def door(*extracts: Extract) -> list[tuple[str, str]]:
    """What the door says besides passed and no data."""
    gate = door_gate({CHANGES.feed: CHANGES}, extracts)
    return [(check.check, check.state) for check in gate.problems]


@pytest.mark.parametrize("contract", load_contracts().values(), ids=lambda contract: str(contract.feed))
def test_every_contract_gives_a_suite_without_clear_identities(contract: Contract) -> None:
    checks = door_checks(contract, load_code_lists())
    kept = set(contract.bronze_columns)

    assert {column for check in checks for column in check.columns} <= kept
    assert DoorCheck("unique_in_delivery", ("receipt_id", *contract.key)) in checks
    pseudonyms = {field.name for field in contract.fields if field.is_pseudonym}
    assert pseudonyms <= {check.columns[0] for check in checks if check.values == ("^[0-9a-f]{32}$",)}


def test_rows_that_keep_the_contract_pass_and_are_not_checked_twice(tmp_path: Path) -> None:
    good = extract(tmp_path, rows(5))
    first = door_gate({CHANGES.feed: CHANGES}, [good])
    second = door_gate({CHANGES.feed: CHANGES}, [good])

    assert first.state == second.state == "passed"
    assert max(check.examined_count for check in first.checks) == 5
    assert [check.check for check in second.checks] == ["checked in an earlier run"]


def test_each_broken_rule_is_named_with_its_delivery(tmp_path: Path) -> None:
    broken = rows(3, household_key=["530323199001011234", KEY, KEY], person_count=[1, 1, 5000])
    broken.loc[1, "change_id"] = broken.loc[0, "change_id"]
    gate = door_gate({CHANGES.feed: CHANGES}, [extract(tmp_path, broken)])

    assert {check.check for check in gate.problems} == {
        "pattern(household_key)",
        "range(person_count)",
        "unique_in_delivery(receipt_id, change_id)",
    }
    assert {check.subject for check in gate.problems} == {"register_changes-2020-06-0123456789ab"}
    assert "530323199001011234" not in gate.model_dump_json()
    assert {check.check: check.failed_count for check in gate.problems} == {
        "pattern(household_key)": 1,
        "range(person_count)": 1,
        "unique_in_delivery(receipt_id, change_id)": 2,
    }
    assert "有 2 行不符合合同" in {check.zh for check in gate.problems}
    assert "2 rows break the contract" in {check.en for check in gate.problems}


def test_a_failed_delivery_is_checked_again_in_the_next_run(tmp_path: Path) -> None:
    broken = extract(tmp_path, rows(3, change_type="不在代码表内"))

    assert door(broken) == door(broken) == [("value_set(change_type)", "failed")]


def test_a_column_without_values_is_no_data_not_passed(tmp_path: Path) -> None:
    gate = door_gate({CHANGES.feed: CHANGES}, [extract(tmp_path, rows(3))])
    member = next(check for check in gate.checks if check.check == "pattern(member_key)")

    assert (member.state, member.examined_count, member.applied_count) == ("no_data", 3, 0)


def test_rows_that_vanished_are_reported(tmp_path: Path) -> None:
    assert door(extract(tmp_path, rows(0), due=3)) == [("accepted rows", "error")]
    assert door(extract(tmp_path, rows(2), due=3)) == [("accepted rows", "failed")]


def test_a_crashed_check_is_an_error_and_not_a_failure() -> None:
    checks = [DoorCheck("not_null", ("absent",)), DoorCheck("not_null", ("present",))]
    outcomes = {
        outcome.check.columns[0]: outcome for outcome in run_suite("feed", checks, pd.DataFrame({"present": [1]}))
    }

    assert outcomes["absent"].error is not None
    assert outcomes["present"].error is None
    assert outcomes["present"].success


@pytest.mark.parametrize(
    ("due", "examined", "failed", "state"),
    [
        (0, 0, 0, "no_data"),
        (3, 0, 0, "error"),
        (3, 3, 0, "passed"),
        (3, 3, 1, "failed"),
        (0, 3, 1, "failed"),
    ],
)
def test_rows_due_and_examined_decide_the_state(due: int, examined: int, failed: int, state: str) -> None:
    assert judge("check", "subject", due, examined, examined, failed).state == state


def test_a_condition_that_applied_to_no_row_has_not_passed() -> None:
    assert judge("check", "subject", 3, 3, 0, 0).state == "no_data"


def ledger(**changed: object) -> FileLedger:
    amount = Amount(
        field="paid_cny", in_cny=Decimal(30), accepted_cny=Decimal(20), rejected_cny=Decimal(10), unparsed_count=0
    )
    about = {
        "receipt_id": "fund_payment-2020-01-0123456789ab",
        "department": "finance",
        "feed": "fund_payment",
        "period": "2020-01",
        "file_name": "支付.csv",
        "arrived_at": datetime(2020, 2, 5, tzinfo=UTC),
        "version": 1,
        "contract_version": "1-0",
        "verdict": "accepted_with_rejects",
        "row_in_count": 4,
        "accepted_count": 2,
        "rejected_count": 1,
        "non_data_count": 1,
        "amounts": [amount],
    }
    return FileLedger.model_validate(about | changed)


def control(*, is_equal: bool) -> Control:
    computed = Decimal(30) if is_equal else Decimal(31)
    return Control(kind="total", field="paid_cny", stated=Decimal(30), computed=computed, is_equal=is_equal, row=5)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"accepted_count": 1}, "4 rows in, 3 accounted for"),
        (
            {
                "amounts": [
                    Amount(
                        field="paid_cny",
                        in_cny=Decimal(30),
                        accepted_cny=Decimal(20),
                        rejected_cny=Decimal(9),
                        unparsed_count=0,
                    )
                ]
            },
            "1 yuan of paid_cny unaccounted for",
        ),
    ],
)
def test_a_leak_of_rows_or_money_fails(changed: dict[str, object], message: str) -> None:
    assert conservation_gate({}, [ledger()], []).state == "passed"
    gate = conservation_gate({}, [ledger(**changed)], [])

    assert gate.state == "failed"
    assert message in gate.en


def test_a_stated_total_fails_the_gate_unless_unreadable_amounts_explain_it() -> None:
    current = [BronzeInput("fund_payment-2020-01-0123456789ab", "finance", "fund_payment", "2020-01", Path("accepted"))]
    unread = ledger().amounts[0].model_copy(update={"unparsed_count": 1})

    assert control_totals_gate([ledger(controls=[control(is_equal=True)])], current).state == "passed"
    assert control_totals_gate([ledger(controls=[control(is_equal=False)])], current).state == "failed"
    assert (
        control_totals_gate([ledger(controls=[control(is_equal=False)], amounts=[unread])], current).state == "warned"
    )
    assert control_totals_gate([ledger(controls=[control(is_equal=False)])], []).state == "no_data"


def node(state: str, kind: str = "test") -> NodeResult:
    return NodeResult("test.x", "x", kind, state, 2, 0.1, "Got 2 results", "model.small.model")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("nodes", "state"),
    [
        ([node("passed")], "passed"),
        ([node("passed"), node("warned")], "warned"),
        ([node("passed"), node("failed")], "failed"),
        ([node("failed"), node("error")], "error"),
        ([node("skipped", "model")], "error"),
        ([], "error"),
    ],
)
def test_a_crashed_dbt_test_is_an_error_of_its_own(nodes: list[NodeResult], state: str) -> None:
    assert dbt_gate(nodes, {"model": 5}).state == state


def test_a_dbt_test_over_an_empty_model_has_no_data() -> None:
    gate = dbt_gate([node("passed")], {"model": 0})

    assert (gate.state, gate.checks[0].examined_count) == ("no_data", 0)


def singular(*depends_on: str) -> NodeResult:
    """A passed test of a sentence of its own over several models."""
    return NodeResult("test.y", "y", "test", "passed", 0, 0.1, "", None, depends_on)


def test_a_test_over_several_models_claims_no_count_of_one_of_them() -> None:
    gate = dbt_gate([singular("model.small.one", "model.small.two")], {"one": 5, "two": 7})

    assert (gate.state, gate.checks[0].examined_count, gate.checks[0].applied_count) == ("passed", None, None)


def test_a_test_over_models_that_are_all_empty_has_no_data() -> None:
    gate = dbt_gate([singular("model.small.one", "model.small.two")], {"one": 0, "two": 0})

    assert (gate.state, gate.checks[0].examined_count) == ("no_data", 0)


def test_what_the_dbt_gate_says_does_not_depend_on_the_order_of_the_nodes() -> None:
    nodes = [node("warned"), replace(node("warned"), name="w")]

    assert dbt_gate(nodes, {"model": 5}).en == dbt_gate(nodes[::-1], {"model": 5}).en


def build_with_bridge(
    path: Path, *, is_balanced: bool | None, rejected: int, feed: str = "household_register", months: int = 1
) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute("create schema bronze")
        connection.execute(
            f"create table bronze.ops_deliveries as select '{feed}' as feed, '2020-05' as period, true as is_current, "
            f"{rejected} as rejected_count"
        )
        connection.execute(
            f"create table bronze.ops_calendar as select '{feed}' as feed, '2020-05' as period, 'arrived' as status"
        )
        connection.execute(
            "create table marts.kpi_register_bridge_area_month as select '2020-06' as period, "
            f"cast(? as boolean) as is_balanced from range({months})",
            [is_balanced],
        )
    return path


@pytest.mark.parametrize(
    ("is_balanced", "rejected", "state"),
    [(True, 0, "passed"), (False, 0, "failed"), (False, 3, "warned"), (None, 0, "no_data")],
)
def test_an_unbalanced_bridge_fails_unless_rejected_rows_explain_it(
    tmp_path: Path, is_balanced: bool | None, rejected: int, state: str
) -> None:
    build_file = build_with_bridge(tmp_path / "build.duckdb", is_balanced=is_balanced, rejected=rejected)

    assert bridge_gate(build_file).state == state


@pytest.mark.parametrize(("feed", "state"), [("register_changes", "error"), ("household_register", "no_data")])
def test_a_bridge_without_any_row_although_changes_arrived_is_an_error(tmp_path: Path, feed: str, state: str) -> None:
    build_file = build_with_bridge(tmp_path / "build.duckdb", is_balanced=True, rejected=0, feed=feed, months=0)

    assert bridge_gate(build_file).state == state


def test_too_little_space_fails_with_what_to_do(tmp_path: Path) -> None:
    gate = space_gate(tmp_path, tmp_path / "bronze", 10**9)

    assert gate.state == "failed"
    assert "make room" in gate.en
    assert space_gate(tmp_path, tmp_path / "bronze", 1).state == "passed"
