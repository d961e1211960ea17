"""The accounts: rows and money of every delivery, and the totals that the files state about themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import duckdb

from pipelines.contracts import Contract
from pipelines.gates.result import CheckResult, GateResult, judge, summarise
from pipelines.reading import BronzeInput, FileLedger
from pipelines.reading.ledger import Control


def conservation_gate(
    contracts: Mapping[str, Contract], ledgers: Sequence[FileLedger], inputs: Sequence[BronzeInput]
) -> GateResult:
    """Rows in = accepted + rejected + non-data, and money likewise; Parquet holds what the ledgers say.

    Every delivery that was read is checked, superseded ones included: a leak is a fault of ours, whoever sent the file.
    """
    checks = [check for ledger in ledgers if ledger.verdict != "refused" for check in _ledger_checks(ledger)]
    by_receipt = {ledger.receipt_id: ledger for ledger in ledgers}
    with duckdb.connect() as connection:  # one for all feeds: opening one costs more than most feeds' rows
        for feed, contract in contracts.items():
            pairs = [(by_receipt[one.receipt_id], one.accepted_path) for one in inputs if one.feed == feed]
            if pairs:
                checks += _parquet_checks(connection, contract, pairs)
    return summarise("conservation", "行数与金额守恒", "Conservation of rows and money", checks)


def _ledger_checks(ledger: FileLedger) -> list[CheckResult]:
    accounted = ledger.accepted_count + ledger.rejected_count + ledger.non_data_count
    difference = ledger.row_in_count - accounted
    zh = f"文件 {ledger.row_in_count} 行，台账只交代 {accounted} 行"
    en = f"{ledger.row_in_count} rows in, {accounted} accounted for"
    rows = ledger.row_in_count
    checks = [judge("rows", ledger.receipt_id, rows, rows, rows, int(difference != 0), zh, en)]
    for amount in ledger.amounts:
        missing = amount.in_cny - amount.accepted_cny - amount.rejected_cny
        zh = f"{amount.field} 有 {missing} 元没有着落"
        en = f"{missing} yuan of {amount.field} unaccounted for"
        checks.append(judge(f"money {amount.field}", ledger.receipt_id, rows, rows, rows, int(missing != 0), zh, en))
    return checks


def _parquet_checks(
    connection: duckdb.DuckDBPyConnection, contract: Contract, pairs: list[tuple[FileLedger, Path]]
) -> list[CheckResult]:
    amounts = [field.name for field in contract.fields if field.amount]
    sums = "".join(f', sum(cast("{name}" as decimal(38, 2)))' for name in amounts)
    rows = connection.execute(
        f"select receipt_id, count(*){sums} from read_parquet(?, union_by_name = true) group by receipt_id",
        [[str(path) for _, path in pairs]],
    ).fetchall()
    found = {row[0]: row[1:] for row in rows}
    checks = []
    for ledger, _ in pairs:
        count, *totals = found.get(ledger.receipt_id, (0, *(None for _ in amounts)))
        due = ledger.accepted_count
        zh = f"台账记 {due} 行，文件中有 {count} 行，请用 --full 重新读取"
        en = f"the ledger says {due} rows, its Parquet holds {count}: run again with --full"
        checks.append(judge("parquet rows", ledger.receipt_id, due, count, count, int(count != due), zh, en))
        stated = {amount.field: amount.accepted_cny for amount in ledger.amounts}
        for name, total in zip(amounts, totals, strict=True):
            kept, said = total or Decimal(0), stated.get(name, Decimal(0))
            zh = f"台账记 {name} 合计 {said} 元，文件中为 {kept} 元，请用 --full 重新读取"
            en = f"the ledger says {said} yuan of {name}, its Parquet holds {kept}: run again with --full"
            checks.append(judge(f"parquet {name}", ledger.receipt_id, due, count, count, int(said != kept), zh, en))
    return checks


def control_totals_gate(ledgers: Sequence[FileLedger], inputs: Sequence[BronzeInput]) -> GateResult:
    """Totals and counts that current files state about themselves against what was read from them.

    A difference is a warning when amounts of that column could not be read (their rows were rejected, the difference is
    theirs), and a failure otherwise: then rows are missing or the file is not the one that was totalled.
    """
    current = {one.receipt_id for one in inputs}
    checks = [_control_check(one, control) for one in ledgers if one.receipt_id in current for control in one.controls]
    return summarise("control_totals", "文件自带合计核对", "Totals stated by the files", checks)


def _control_check(ledger: FileLedger, control: Control) -> CheckResult:
    unread = sum(amount.unparsed_count for amount in ledger.amounts if amount.field == control.field)
    is_let_pass = any(each.code == "override" for each in ledger.warnings)
    zh = f"《{ledger.file_name}》第 {control.row} 行合计 {control.stated}，各行之和 {control.computed}，"
    en = f"{ledger.file_name} states {control.stated} in row {control.row}, its rows give {control.computed}: "
    if unread:
        zh += f"有 {unread} 个金额无法识别、该行已拒收"
        en += f"{unread} amounts could not be read, their rows were rejected"
    elif is_let_pass:
        # On the badge of every page: without the two sums, whose difference may be what one person got.
        zh = f"《{ledger.file_name}》第 {control.row} 行合计与各行之和不符，已由数据管理员核实放行"
        en = f"{ledger.file_name}: the total in row {control.row} is not the sum of its rows; a steward has let it pass"
    else:
        zh, en = f"{zh}请向报送部门索取正确文件", f"{en}ask the sender for the file"
    rows, wrong = ledger.row_in_count, int(not control.is_equal)
    check = judge(f"{control.kind} {control.field}", ledger.receipt_id, rows, rows, rows, wrong, zh, en)
    is_known = unread or control.is_explained or is_let_pass
    return check.model_copy(update={"state": "warned"}) if check.state == "failed" and is_known else check
