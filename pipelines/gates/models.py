"""Gates on a build: dbt's own results, and the register bridges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from pipelines.contracts import Text
from pipelines.gates.result import CheckResult, CheckState, GateResult, judge, summarise
from pipelines.modelling.nodes import NodeResult

BRIDGE = "kpi_register_bridge_area_month"
SKIPPED = Text(zh="因前面出错而跳过", en="skipped, because something before it failed")
CHANGES_FEED = "register_changes"
REGISTER_FEEDS = ("household_register", "person_register", CHANGES_FEED)


def dbt_gate(nodes: Sequence[NodeResult], row_counts: Mapping[str, int]) -> GateResult:
    """Every model built and every test passed; a test that could not run is an error, not a failed check.

    ``row_counts`` are the rows of each model: a test that passed over an empty one had no data. A test over several
    models does not say how many rows it looked at.
    """
    checks = [_node_check(node, row_counts) for node in nodes if node.kind == "test" or node.state != "passed"]
    if not nodes:
        checks.append(judge("dbt build", "dbt", 1, 0, 0, 0))
    # What was skipped follows from something else: name the cause first. dbt's threads end in any order.
    checks.sort(key=lambda check: (check.en == SKIPPED.en, check.subject))
    gate = summarise("dbt", "模型与测试", "Models and their tests", checks)
    standing = sum(node.kind == "test" and node.is_standing for node in nodes)
    if (
        standing and gate.state == "passed"
    ):  # a warning's words are part of a release, and must be those of a full build
        zh, en = (
            f"其中 {standing:,} 项的输入没有变化，结果沿用",
            f"{standing:,} of them stand, their inputs are the same",
        )
        gate = gate.model_copy(update={"zh": f"{gate.zh}，{zh}", "en": f"{gate.en}; {en}"})
    return gate


def _node_check(node: NodeResult, row_counts: Mapping[str, int]) -> CheckResult:
    rows = _rows_of(node, row_counts)
    state: CheckState = "error" if node.state == "skipped" else node.state
    if node.kind == "test" and state == "passed" and rows == 0:
        state = "no_data"
    zh, en = f"{node.failures} 行不符合", node.message
    if state == "error":
        zh, en = (SKIPPED.zh, SKIPPED.en) if node.state == "skipped" else ("无法运行", node.message)
    is_fine = state in ("passed", "no_data")
    return CheckResult(
        check=node.kind,
        subject=node.name,
        state=state,
        examined_count=rows,
        applied_count=rows,
        failed_count=node.failures,
        zh="" if is_fine else zh,
        en="" if is_fine else en,
    )


def _rows_of(node: NodeResult, row_counts: Mapping[str, int]) -> int | None:
    """The rows of the model that a test belongs to; of several only that all of them are empty can be said."""
    tested = [node.attached_model] if node.attached_model else node.depends_on
    counts = [row_counts.get(unique_id.split(".")[-1], 0) for unique_id in tested]
    return counts[0] if len(counts) == 1 else None if any(counts) else 0


def model_row_counts(build_file: Path) -> dict[str, int]:
    """Rows of every model of a build, views included."""
    with duckdb.connect(str(build_file), read_only=True) as connection:
        names = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_schema <> 'bronze'"
        ).fetchall()
        counts = {}
        for schema, name in names:
            row = connection.execute(f'select count(*) from "{schema}"."{name}"').fetchone()
            counts[name] = row[0] if row else 0
        return counts


def bridge_gate(build_file: Path) -> GateResult:
    """Every register bridge balances at every level.

    A bridge that does not balance is a warning when rows of a register delivery of that month or the month before
    were rejected or a delivery is missing (then the remainder is theirs, and the dashboard shows it), and a failure
    otherwise.
    """
    with duckdb.connect(str(build_file), read_only=True) as connection:
        due, due_months, exists = connection.execute(
            "select (select count(*) from bronze.ops_deliveries where is_current and list_contains(?, feed)),"
            " (select count(*) from bronze.ops_calendar where feed = ? and status in ('arrived', 'late')),"
            " (select count(*) from information_schema.tables where table_schema = 'marts' and table_name = ?)",
            [list(REGISTER_FEEDS), CHANGES_FEED, BRIDGE],
        ).fetchall()[0]
        if not exists:
            return summarise(
                "bridge_balances", "人口平衡", "Register bridges", [judge("balance", BRIDGE, due, 0, 0, 0)]
            )
        excused = {
            row[0]
            for row in connection.execute(
                "select distinct month from ("
                "  select period as month from bronze.ops_deliveries"
                "  where list_contains(?, feed) and is_current and rejected_count > 0"
                "  union all select period from bronze.ops_calendar"
                "  where list_contains(?, feed) and status in ('missing', 'refused'))",
                [list(REGISTER_FEEDS), list(REGISTER_FEEDS)],
            ).fetchall()
        }
        rows = connection.execute(
            "select period, count(*), count(is_balanced), count(*) filter (where not is_balanced),"
            " strftime(strptime(period || '-01', '%Y-%m-%d') - interval 1 month, '%Y-%m')"
            f" from marts.{BRIDGE} group by period order by period"
        ).fetchall()
    checks = [] if rows else [judge("balance", BRIDGE, due_months, 0, 0, 0)]
    for period, examined, applied, broken, month_before in rows:
        zh = f"{applied} 张平衡表中有 {broken} 张不平衡"
        en = f"{broken} of {applied} bridges leave an unexplained remainder"
        if {period, month_before} & excused:
            zh, en = f"{zh}，登记册有拒收行或缺期", f"{en}, rows of the register were rejected or missing"
        check = judge("balance", period, examined, examined, applied, broken, zh, en)
        is_excused = check.state == "failed" and bool({period, month_before} & excused)
        checks.append(check.model_copy(update={"state": "warned"}) if is_excused else check)
    return summarise("bridge_balances", "人口平衡", "Register bridges", checks)
