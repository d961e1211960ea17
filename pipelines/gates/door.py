"""The gate at the door: newly accepted rows against the suites generated from the contracts.

A delivery is checked once per content and contract: its record ``door.json`` lies beside its ledger, so that a run that
was killed between reading and checking leaves nothing unchecked. Great Expectations judges extracts that decide a check
(see ``extracts``); the rows of a delivery are shown to it only to count those that broke one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from pipelines.contracts import Contract, load_code_lists
from pipelines.files import write_json
from pipelines.gates.extracts import AcceptedRows, Counted, Extracted, side_by_side
from pipelines.gates.result import CheckResult, CheckState, GateResult, judge, summarise
from pipelines.gates.suites import DoorCheck, Outcome, door_checks, judge_extract, needed_columns, run_suite

RECORD_FILE = "door.json"
BATCH_ROWS = 2_000_000
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Extract:
    """The accepted rows of one delivery that the door has to look at."""

    receipt_id: str
    feed: str
    accepted_path: Path
    accepted_count: int
    content_hash: str

    @property
    def record_path(self) -> Path:
        """Where the passed check of this delivery is recorded."""
        return self.accepted_path.with_name(RECORD_FILE)


def door_gate(
    contracts: dict[str, Contract], extracts: Sequence[Extract], progress: Progress | None = None
) -> GateResult:
    """Check every extract that has no valid record; results of earlier runs are counted, not repeated.

    ``progress`` is called with feeds done, feeds in all, and a feed with its rows.
    """
    code_lists = load_code_lists()
    results: list[CheckResult] = []
    with duckdb.connect() as connection:  # one for all feeds: opening one costs more than most deliveries' rows
        for number, (feed, contract) in enumerate(contracts.items()):
            of_feed = [extract for extract in extracts if extract.feed == feed]
            checks = door_checks(contract, code_lists)
            pending = [extract for extract in of_feed if not _is_recorded(extract, contract)]
            earlier = sum(extract.accepted_count for extract in of_feed if extract not in pending)
            if earlier:
                results.append(judge("checked in an earlier run", feed, earlier, earlier, earlier, 0))
            for batch in _batches(pending):
                if progress is not None:
                    rows = sum(extract.accepted_count for extract in batch)
                    progress(number, len(contracts), f"{feed}: {rows:,} rows")
                results += _check_batch(connection, contract, checks, batch)
    return summarise("door", "入库检查", "Checks at the door", results)


def _is_recorded(extract: Extract, contract: Contract) -> bool:
    if not extract.record_path.is_file():
        return False
    record = json.loads(extract.record_path.read_text(encoding="utf-8"))
    return bool(record == _record(extract, contract))


def _record(extract: Extract, contract: Contract) -> dict[str, str | int]:
    return {
        "contract": contract.fingerprint,
        "content_hash": extract.content_hash,
        "receipt_id": extract.receipt_id,
        "row_count": extract.accepted_count,
    }


def _batches(extracts: Sequence[Extract]) -> Iterator[list[Extract]]:
    batch: list[Extract] = []
    for extract in extracts:
        if batch and sum(one.accepted_count for one in batch) + extract.accepted_count > BATCH_ROWS:
            yield batch
            batch = []
        batch.append(extract)
    if batch:
        yield batch


def _check_batch(
    connection: duckdb.DuckDBPyConnection, contract: Contract, checks: list[DoorCheck], batch: list[Extract]
) -> list[CheckResult]:
    """Check deliveries together; when something is wrong, one by one, so that the message names the delivery."""
    subject = batch[0].receipt_id if len(batch) == 1 else contract.feed
    results = _check(connection, contract, checks, batch, subject)
    if all(result.state in ("passed", "no_data") for result in results):
        for extract in batch:
            write_json(extract.record_path, _record(extract, contract))
        return results
    if len(batch) == 1:
        return results
    return [result for extract in batch for result in _check_batch(connection, contract, checks, [extract])]


def _check(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    checks: list[DoorCheck],
    batch: list[Extract],
    subject: str,
) -> list[CheckResult]:
    due = sum(extract.accepted_count for extract in batch)
    if due == 0:
        return [judge("accepted rows", subject, 0, 0, 0, 0)]
    columns = needed_columns(checks)
    rows = AcceptedRows(connection, [str(extract.accepted_path) for extract in batch])
    counted = rows.count(columns)
    if (found := counted.row_count) != due:
        zh = f"台账记 {due} 行，文件中有 {found} 行，请用 --full 重新读取"
        en = f"the ledgers say {due} accepted rows, the Parquet files hold {found}: run again with --full"
        return [judge("accepted rows", subject, due, found, found, abs(due - found), zh, en)]
    judged = [outcome for parts in rows.extracts(checks) for outcome in _judged(contract.feed, parts)]
    # Column by column, keys last, whatever was shown together.
    outcomes = sorted(
        judged, key=lambda one: (one.check.kind == "unique_in_delivery", columns.index(one.check.columns[0]))
    )
    if len(batch) == 1:
        outcomes = [_counted_broken(contract, rows, outcome) for outcome in outcomes]
    return [_result(outcome, subject, found, _applied(outcome.check, counted)) for outcome in outcomes]


def _judged(feed: str, parts: list[Extracted]) -> list[Outcome]:
    """Extracts judged as one; when a check crashed, each by itself, so that it takes no other with it."""
    whole = side_by_side(parts)
    outcomes = judge_extract(feed, whole.checks, whole.frame)
    if len(parts) > 1 and any(outcome.error is not None for outcome in outcomes):
        return [outcome for part in parts for outcome in judge_extract(feed, part.checks, part.frame)]
    return outcomes


def _applied(check: DoorCheck, counted: Counted) -> int:
    """The rows that a check speaks about: of a value check those that hold a value."""
    is_value_check = check.kind in ("value_set", "pattern", "range")
    return counted.value_counts[check.columns[0]] if is_value_check else counted.row_count


def _counted_broken(contract: Contract, rows: AcceptedRows, outcome: Outcome) -> Outcome:
    """A check that an extract broke, judged once more on all rows of the delivery so that they are counted."""
    if outcome.success or outcome.error is not None:
        return outcome
    whole = run_suite(contract.feed, [outcome.check], rows.every(outcome.check.columns))[0]
    if whole.success:
        return replace(outcome, error="the extract and all rows disagree", failed_count=None)
    return whole


def _result(outcome: Outcome, subject: str, examined: int, applied: int) -> CheckResult:
    """One outcome with the rows it is about: who has to look finds delivery, check, column and number."""
    rows = "?" if outcome.failed_count is None else f"{outcome.failed_count:,}"
    state: CheckState = "passed" if outcome.success else "failed"
    zh, en = f"有 {rows} 行不符合合同", f"{rows} rows break the contract"
    if outcome.error:
        state, zh, en = "error", f"检查程序出错（{outcome.error}）", f"the check crashed ({outcome.error})"
    elif outcome.success:
        state, zh, en = "passed" if applied else "no_data", "", ""
    return CheckResult(
        check=outcome.check.name,
        subject=subject,
        state=state,
        examined_count=examined,
        applied_count=applied,
        failed_count=outcome.failed_count,
        zh=zh,
        en=en,
    )
