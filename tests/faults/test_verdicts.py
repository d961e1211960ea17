"""Verdicts on whole files: volume, units, totals, sameness, and what changes a verdict afterwards."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from pipelines.areas import build_areas
from pipelines.contracts import Contract, Field, load_contracts
from pipelines.contracts.model import CODE_LISTS_FILE, load_contract
from pipelines.landing import receipts
from pipelines.landing.receipts import landed_receipts
from pipelines.reading import bronze_folder, current_inputs, ledgers, pending, read_pending
from pipelines.reading.fields import judge_field
from pipelines.reading.masking import shown
from pipelines.reading.pending import _task
from pipelines.reading.places import period_end
from pipelines.reading.pool import Answer, Failure, WorkerPool
from pipelines.reading.tables import Column, FileRefusedError
from pipelines.reporting import file_accounts
from pipelines.settings import Settings
from tests.faults.office import CONTRACTS, HEADER, Office, aid_rows, as_csv, as_xlsx, found, identity, judge, values

JUNE = "补助发放2020年6月.csv"
IN_TEN_THOUSANDS = [*HEADER[:5], "补助金额（万元）", *HEADER[6:]]


def test_an_identity_typed_as_a_place_is_in_no_ledger_and_stops_no_later_file(office: Office) -> None:
    typed = [[*row[:3], identity(n), *row[4:]] if n < 3 else row for n, row in enumerate(aid_rows(60))]
    office.drop("补助2020年5月.csv", as_csv(typed))
    office.drop(JUNE, as_csv(aid_rows(60)))
    may, june = office.take()
    assert [may.verdict, june.verdict] == ["accepted", "accepted"]
    assert set(may.group_counts) == set(june.group_counts) == {"丹凤街道", "雄壁镇", "葵山镇"}
    texts = [path.read_text() for path in office.settings.bronze_dir.rglob("ledger.json")]
    assert not [number for number in map(identity, range(3)) if any(number in text for text in texts)]


def test_only_accepted_rows_are_counted_by_township(areas_file: Path) -> None:
    rows = aid_rows(12)
    rows[0][5] = "无"
    assert judge(as_csv(rows), areas_file=areas_file).group_counts == {"丹凤街道": 3, "雄壁镇": 4, "葵山镇": 4}


@pytest.mark.parametrize("title", ["补助发放表（单位：万元）", "单位：万元", "金额单位: 人、万元", "单位：亿元"])
def test_a_unit_above_the_header_that_contradicts_the_contract_refuses_the_file(title: str) -> None:
    with pytest.raises(FileRefusedError, match="unit") as refused:
        judge(as_xlsx({"表": [["补助发放表"], [title], HEADER, *aid_rows()]}))
    assert "补助金额" in refused.value.zh
    assert "表头" in refused.value.remedy_zh
    with pytest.raises(FileRefusedError, match="unit"):
        judge(f"{title},,,\r\n" + as_csv(aid_rows()))


@pytest.mark.parametrize(
    "title", ["单位：元", "单位：人", "单位：户、人", "单位：元阳县财政局", "单位：指标为万元，到位为元"]
)
def test_a_unit_above_the_header_that_agrees_or_is_no_money_changes_nothing(title: str) -> None:
    assert values(judge(as_xlsx({"表": [[title], HEADER, *aid_rows(2)]})), "aid_cny") == [
        Decimal("100.50"),
        Decimal("101.50"),
    ]


def test_the_header_s_own_unit_needs_no_title() -> None:
    rows = [[*row[:5], "1.5", *row[6:]] for row in aid_rows(1)]
    judged = judge(as_xlsx({"表": [["单位：元"], IN_TEN_THOUSANDS, *rows]}))
    assert values(judged, "aid_cny") == [Decimal("15000.00")]


def test_the_same_cells_in_another_unit_are_not_the_same_rows(office: Office) -> None:
    office.drop(JUNE, as_csv(aid_rows()))
    office.drop("更正2020年6月.csv", as_csv(aid_rows(), IN_TEN_THOUSANDS))
    office.drop("另存2020年6月.xlsx", as_xlsx({"表": [IN_TEN_THOUSANDS, *aid_rows()]}))
    taken = {ledger.file_name: ledger.verdict for ledger in office.take()}
    assert taken == {JUNE: "accepted", "更正2020年6月.csv": "accepted", "另存2020年6月.xlsx": "same_rows"}
    rows = aid_rows()
    rows[0][5] = "无"
    spoilt = judge(as_csv(rows)).content_hash
    rows[0][5] = "/"
    assert len({spoilt, judge(as_csv(rows)).content_hash, judge(as_csv(rows[1:])).content_hash}) == 3


@pytest.mark.parametrize("order", [("05", "06", "07"), ("07", "06", "05"), ("06", "05", "07")])
def test_verdicts_by_volume_do_not_depend_on_the_order_of_arrival(office: Office, order: tuple[str, ...]) -> None:
    counts = {"05": 12, "06": 40, "07": 20}
    for month in order:
        office.drop(f"{month}.csv", as_csv([[*row[:7], month] for row in aid_rows(counts[month])]))
        office.land(feed="aid", period=f"2020-{month}")
        read_pending(office.settings)
    assert {one.period: one.verdict for one in ledgers(office.settings)} == {
        "2020-05": "accepted",
        "2020-06": "refused",
        "2020-07": "accepted",
    }
    assert [each.period for each in current_inputs(office.settings)] == ["2020-05", "2020-07"]


def test_a_corrected_earlier_month_releases_the_later_one(office: Office) -> None:
    office.drop("补助2020年5月.csv", as_csv(aid_rows(12)))
    office.drop(JUNE, as_csv([[*row[:7], "六月"] for row in aid_rows(40)]))
    assert [ledger.verdict for ledger in office.take()] == ["accepted", "refused"]
    office.drop("更正2020年5月.csv", as_csv(aid_rows(40)))
    office.take()
    assert [one.verdict for one in ledgers(office.settings)] == ["accepted", "accepted", "accepted"]
    june = current_inputs(office.settings)[1]
    assert (june.period, pl.read_parquet(june.accepted_path).height) == ("2020-06", 40)


def test_files_are_read_again_when_their_contract_or_the_areas_change(office: Office, tmp_path: Path) -> None:
    office.drop(JUNE, as_csv(aid_rows()))
    first = office.take()[0]
    assert read_pending(office.settings) == []
    folder = tmp_path / "contracts"
    shutil.copytree(CONTRACTS, folder)
    content = yaml.safe_load((folder / "aid.yml").read_text())
    next(each for each in content["fields"] if each["name"] == "note")["personal"] = "direct"
    (folder / "aid.yml").write_text(yaml.safe_dump(content, allow_unicode=True))
    changed = office.settings.model_copy(update={"contracts_dir": folder})
    again = read_pending(changed)
    assert [ledger.receipt_id for ledger in again] == [first.receipt_id]
    assert again[0].contract_version != first.contract_version
    assert "note" not in pl.read_parquet(current_inputs(changed)[0].accepted_path).columns
    areas = pl.read_parquet(changed.areas_file)
    areas.head(areas.height - 1).write_parquet(changed.areas_file)
    assert [ledger.receipt_id for ledger in read_pending(changed)] == [first.receipt_id]
    assert read_pending(changed) == []


def test_rebuilt_areas_of_the_same_content_change_nothing(office: Office) -> None:
    office.drop(JUNE, as_csv(aid_rows()))
    office.take()
    build_areas(Settings(data_dir=office.settings.data_dir))
    assert read_pending(office.settings) == []


@pytest.mark.parametrize(
    "value", [identity(1), identity(1)[:15], "530323 19900101 0018", "530323-19900101-001", "1" * 18]
)
def test_what_looks_like_an_identity_is_masked_in_a_money_column_too(value: str) -> None:
    field = load_contracts()["fund_quota"].field("allocated_cny")
    masked = shown(value, field)
    assert masked is not None
    assert "*" in masked
    assert value not in masked


@pytest.mark.parametrize("value", ["1,234.567", "123,456,789,012.34", "12.3.4"])
def test_a_bad_amount_stays_readable(value: str) -> None:
    assert shown(value, load_contracts()["fund_quota"].field("allocated_cny")) == value


def test_the_purpose_of_a_payment_stays_in_the_vault() -> None:
    assert "payment_purpose" not in load_contracts()["fund_payment"].bronze_columns


def test_a_total_above_the_rows_is_compared_with_the_rows_below() -> None:
    rows = aid_rows(4)
    blank = [""] * 4
    total = str(sum(Decimal(str(row[5])) for row in rows))
    judged = judge(as_csv([["合计", *blank, total, "", ""], *rows]))
    assert [(each["row"], each["is_equal"]) for each in judged.controls] == [(2, True)]
    parts = [str(sum(Decimal(str(row[5])) for row in part)) for part in (rows[:2], rows[2:])]
    table = [
        ["合计", *blank, total, "", ""], ["小计", *blank, parts[0], "", ""], *rows[:2],
        ["小计", *blank, parts[1], "", ""], *rows[2:],
    ]  # fmt: skip
    assert [each["is_equal"] for each in judge(as_csv(table)).controls] == [True, True, True]
    closing = [["合计", *blank, total, "", ""], *rows, ["合计", *blank, total, "", ""]]
    assert [each["is_equal"] for each in judge(as_csv(closing)).controls] == [True, True]
    below = [*rows[:2], ["小计", *blank, parts[0], "", ""], *rows[2:], ["小计", *blank, parts[1], "", ""]]
    assert [each["is_equal"] for each in judge(as_csv(below)).controls] == [True, True]


def test_a_row_without_its_place_is_a_problem_of_the_row(areas_file: Path) -> None:
    contract = quota_contract()
    names = ["指标编号", "接收地区"]
    rows = [quota_row(contract, n) for n in range(2)]
    header = list(rows[0])
    rows[1]["接收地区"] = ""
    raw = as_csv([list(row.values()) for row in rows], header)
    judged = judge(raw, areas_file=areas_file, contract=contract)
    assert found(judged) == [(3, header.index(names[1]) + 1, "missing_required")]


def test_a_footer_with_a_key_or_an_amount_is_a_record(areas_file: Path) -> None:
    rows = aid_rows(3)
    with_amount = ["", "备注", "", "", "", "5000", "", ""]
    with_key = ["1009", "说明", "", "", "", "", "", ""]
    signed = ["", "填表人：甲", "", "", "", "审核：乙", "", ""]
    judged = judge(as_csv([*rows, with_amount, with_key, signed]), areas_file=areas_file)
    assert (judged.accepted_count, judged.rejected_count, judged.non_data_count) == (3, 2, 2)
    assert judged.amounts[0]["rejected_cny"] == Decimal("5000.00")
    ragged = judge(as_csv(rows) + "备注,5000\r\n")
    assert found(ragged) == [(5, None, "ragged_row")]


@pytest.mark.parametrize(
    ("unit", "text", "is_bad"), [("元", "20001", True), ("元", "19999", False), ("万元", "3", True)]
)
def test_limits_of_money_are_in_the_contract_s_unit(unit: str, text: str, is_bad: bool) -> None:
    field = Field(name="aid_cny", header="金额", type="decimal", unit="万元", max=2, amount=True)
    column = Column(pl.Series([text]))
    judged = judge_field(field, column, unit=unit, code_lists={}, latest=period_end("2020-06"), allow_synthetic=True)
    assert judged.problem.is_not_null().to_list() == [is_bad]


def test_a_reader_that_fails_is_our_fault_and_the_file_is_tried_again(office: Office) -> None:
    office.drop(JUNE, as_csv(aid_rows()))
    office.land()
    hurried = office.settings.model_copy(update={"worker_memory_mb": 64})
    failed = read_pending(hurried)[0]
    assert (failed.verdict, failed.reason_code) == ("refused", "reader_failed")
    assert failed.reason is not None
    assert failed.remedy is not None
    assert "读取程序" in failed.reason.zh
    assert "另存" not in failed.remedy.zh
    assert [one.verdict for one in read_pending(office.settings)] == ["accepted"]
    assert read_pending(office.settings) == []


def test_a_second_try_at_a_file_starts_from_an_empty_folder(office: Office) -> None:
    office.drop(JUNE, as_csv(aid_rows()))
    office.land()
    (receipt,) = landed_receipts(office.settings)
    task = _task(office.settings, receipt)
    with WorkerPool(office.settings, key=office.settings.read_key()) as pool:
        first, second = pool.run_all([task, task])
    assert isinstance(first, dict), first
    assert isinstance(second, dict), second
    assert (second["verdict"], second["content_hash"]) == ("accepted", first["content_hash"])


class EndsWhileWriting(WorkerPool):
    """Readers that the kernel ends while they write what they rejected."""

    def run_all(self, tasks: Sequence[Mapping[str, Any]]) -> Iterator[Answer]:
        for task in tasks:
            (Path(task["folder"]) / "rejected.parquet").write_bytes(b"PAR1 and no more")
            yield Failure("killed", f"exit {-signal.SIGKILL}")


def test_what_a_reader_wrote_before_it_ended_breaks_no_list(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.drop(JUNE, as_csv(aid_rows()))
    with monkeypatch.context() as patch:
        patch.setattr(pending, "WorkerPool", EndsWhileWriting)
        assert [one.reason_code for one in office.take()] == ["reader_failed"]
    (account,) = file_accounts(office.settings)
    assert account.rejections.is_empty()
    assert [one.verdict for one in read_pending(office.settings)] == ["accepted"]


def quota_contract() -> Contract:
    return load_contract(CODE_LISTS_FILE.with_name("fund_quota.yml"))


def quota_row(contract: Contract, number: int) -> dict[str, str]:
    known = {"fund_source": "中央", "fund_level": "中央", "receiving_area_name": "雄壁镇"}
    by_type = {"date": "2020-06-01", "year": "2020", "decimal": "1", "boolean": "是", "text": "甲"}
    row = {each.header: known.get(each.name, by_type.get(each.type, "")) for each in contract.fields}
    return row | {"指标编号": f"Q{number}"}


def test_a_refused_file_of_an_earlier_reading_leaves_nothing_in_the_vault(office: Office, tmp_path: Path) -> None:
    office.drop(JUNE, as_csv(aid_rows()))
    office.take()
    clear = list((office.settings.vault_dir / "aid").rglob("*.parquet"))
    assert len(clear) == 1
    folder = tmp_path / "contracts"
    shutil.copytree(CONTRACTS, folder)
    content = yaml.safe_load((folder / "aid.yml").read_text())
    next(each for each in content["fields"] if each["name"] == "note")["required"] = True
    (folder / "aid.yml").write_text(yaml.safe_dump(content, allow_unicode=True))
    changed = office.settings.model_copy(update={"contracts_dir": folder})
    assert [ledger.verdict for ledger in read_pending(changed)] == ["refused"]
    assert not clear[0].exists()
    assert not (bronze_folder(changed, receipts(changed)[0]) / "accepted.parquet").exists()
