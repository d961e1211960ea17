"""Faults F13, F16, F20 and F37–F46: what the values of a file mean, judged at the door."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest
import yaml

from pipelines.contracts import load_code_lists, load_contracts
from pipelines.gates.reconcile import control_totals_gate
from pipelines.landing import receipts
from pipelines.letters import letter
from pipelines.meaning.leads import find_leads, load_rules, write_leads
from pipelines.meaning.names import fold_name
from pipelines.meaning.overrides import OverrideError, list_overrides, overrides_file, record_override
from pipelines.meaning.thresholds import load_thresholds
from pipelines.reading import bronze_folder, current_inputs, ledgers, read_pending
from pipelines.reading.judge import Rules, judge_table
from pipelines.reading.ledger import Caution
from pipelines.reading.sent_again import less_than_before
from pipelines.reading.sources import choose_table, open_source, read_candidate
from pipelines.reporting import file_accounts, refused_files
from tests.faults.incomes import (
    BIRTH,
    EXPENSE,
    HEADER,
    HEALTH,
    IDENTITY,
    INCOME,
    MEMBER,
    NAME,
    REMARK,
    SEX,
    STARTED,
    codes,
    last,
    month,
    person,
    replaced,
    rows_of,
    scaled,
    settled,
    swapped,
)  # fmt: skip
from tests.faults.office import CONTRACTS, WEIGHTS, Office, aid_rows, as_csv, found, identity, judge, values
from tests.faults.office import HEADER as AID_HEADER

JUNE = "补助发放2020年6月.csv"


@pytest.mark.parametrize("factor", [10_000, 1 / 10_000, 100, 1 / 100, 10, 12, 1 / 12])
def test_f37_a_changed_unit_is_refused_with_its_ratio_and_likely_reason(office: Office, factor: float) -> None:
    refused = last(office, scaled(INCOME, factor))
    assert (refused.verdict, refused.reason_code) == ("refused", "unit_change")
    assert refused.reason is not None
    assert "月收入" in refused.reason.zh
    named = {1 / 10_000: "万元", 10_000: "元", 12: "按年", 1 / 12: "按月", 100: "百分数", 1 / 100: "比例", 10: "小数点"}
    assert named[factor] in refused.reason.zh
    assert (refused.accepted_count, refused.rejected_count) == (0, 240)


@pytest.mark.parametrize("factor", [10_000, 1 / 10_000, 12, 1 / 12])
def test_f37_one_township_in_another_unit_is_refused_by_name(office: Office, factor: float) -> None:
    refused = last(office, scaled(INCOME, factor, only="雄壁镇"))
    assert (refused.verdict, refused.reason_code) == ("refused", "unit_change")
    assert refused.reason is not None
    assert "雄壁镇" in refused.reason.zh
    assert "丹凤街道" not in refused.reason.zh


def test_f37_a_first_file_is_compared_with_what_is_plausible_and_its_places_with_each_other(
    office: Office, tmp_path: Path
) -> None:
    month(office, 2, scaled(INCOME, 10_000, only="葵山镇"))
    refused = office.take()[-1]
    assert refused.reason_code == "unit_change"
    assert refused.reason is not None
    assert "葵山镇" in refused.reason.zh
    folder = tmp_path / "contracts"
    shutil.copytree(CONTRACTS, folder)
    band = {
        "check": "plausible_median", "feed": "incomes", "field": "income_cny", "values": {"low": 300, "high": 50_000},
        "valid_from": "2012-01-01", "author": "测试", "reason": "月收入", "source": "toy",
    }  # fmt: skip
    (folder / "thresholds.yml").write_text(yaml.safe_dump([band], allow_unicode=True))
    strict = Office(office.settings.model_copy(update={"contracts_dir": folder}), office.desk)
    month(strict, 1, scaled(INCOME, 10_000))
    assert next(one for one in strict.take() if one.period == "2020-01").reason_code == "plausible_median"


def test_f37_verdicts_do_not_depend_on_the_order_of_arrival(office: Office) -> None:
    for number in (4, 2, 3, 1):
        month(office, number, scaled(INCOME, 12) if number == 3 else None)
        office.take()
    assert settled(office) == {
        "2020-01": "accepted",
        "2020-02": "accepted",
        "2020-03": "refused",
        "2020-04": "accepted",
    }


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (scaled(EXPENSE, -1), "sign_change"),
        (swapped(INCOME, EXPENSE), "columns_swapped"),
        (replaced(SEX, lambda _, row: "女" if row[SEX] == "男" else "男"), "rejected_share"),
        (replaced(HEALTH, lambda n, _: ("丧失劳动力", "弱劳动力或半劳动力")[n % 2]), "code_shift"),
    ],
)
def test_f38_turned_signs_swapped_columns_and_changed_codes_are_refused(office: Office, change, check: str) -> None:  # type: ignore[no-untyped-def]
    refused = last(office, change)
    assert refused.verdict == "refused"
    assert refused.reason_code == check


def test_f38_codes_that_change_places_are_refused_without_an_identity_to_tell(office: Office) -> None:
    def change(rows: list[list[object]]) -> None:
        for row in rows:
            row[IDENTITY] = ""
            row[SEX] = "女" if row[SEX] == "男" else "男"

    refused = last(office, change)
    assert refused.reason is not None
    assert "codes_exchanged" in refused.stopped_by
    assert "对调" in refused.reason.zh


def test_f39_volume_is_compared_by_township_and_a_steward_may_know_better(office: Office) -> None:
    def without(rows: list[list[object]]) -> None:
        rows[:] = [row for row in rows if row[5] != "葵山镇"]

    refused = last(office, without)
    assert refused.reason_code == "group_count"
    assert refused.reason is not None
    assert "葵山镇 80→0" in refused.reason.zh


@pytest.mark.parametrize(
    ("change", "check", "verdict"),
    [
        (replaced(STARTED, lambda n, row: "" if n % 10 < 3 else row[STARTED]), "blank_share", "accepted"),
        (replaced(STARTED, lambda n, row: "" if n % 10 < 7 else row[STARTED]), "blank_share", "refused"),
        (replaced(STARTED, lambda _, __: "2019-01-01"), "constant_column", "accepted"),
        (replaced(INCOME, lambda _, __: "3000.00"), "constant_column", "refused"),
        (replaced(NAME, lambda n, _: f"张{n % 30}"), "distinct_collapse", "accepted"),
        (replaced(NAME, lambda n, _: f"张{n % 3}"), "distinct_collapse", "refused"),
    ],
)
def test_f40_blanks_constants_and_collapsed_columns_are_flagged_or_refused(  # type: ignore[no-untyped-def]
    office: Office, change, check: str, verdict: str
) -> None:
    ledger = last(office, change)
    assert ledger.verdict == verdict
    assert check in (ledger.stopped_by if verdict == "refused" else codes(ledger))


def test_f41_identities_in_conflict_are_listed_without_a_personal_value_and_money_counts_once(office: Office) -> None:
    rows = rows_of(1)
    rows[5][IDENTITY], rows[5][SEX], rows[5][BIRTH] = person(2)
    rows.append(list(rows[9]))
    office.drop("收入台账2020年1月.csv", as_csv(rows, HEADER))
    ledger = office.take()[0]
    assert ledger.verdict == "accepted_with_rejects"
    assert ledger.reason_counts == {"duplicate_key": 1}
    assert codes(ledger) == ["identity_on_several_members"]
    money = next(each for each in ledger.amounts if each.field == "income_cny")
    once = sum(round(float(str(row[INCOME])) * 100) for row in rows[:-1])
    assert money.accepted_cny * 100 == once
    listed = pl.read_parquet(bronze_folder(office.settings, receipts(office.settings)[0]) / "conflicts.parquet")
    assert listed["source_row"].to_list() == [4, 7]
    assert listed["person_key"].n_unique() == 1
    assert listed["member_key"].n_unique() == 2
    assert person(2)[0] not in listed.write_csv()


def test_f41_one_member_with_two_identities_is_rejected_and_listed(office: Office) -> None:
    rows = rows_of(1)
    rows[5][MEMBER] = rows[6][MEMBER]
    office.drop("收入台账2020年1月.csv", as_csv(rows, HEADER))
    ledger = office.take()[0]
    assert ledger.rejected_count == 2
    assert codes(ledger) == ["member_with_several_identities"]


def test_f42_a_code_of_before_a_change_of_divisions_is_taken_as_its_successor(areas_file: Path, tmp_path: Path) -> None:
    areas = pl.read_parquet(areas_file)
    village = areas.filter((pl.col("area_level") == "village") & (pl.col("short_name") == "丹凤社区"))
    code = village["area_code"][0]
    old = village.with_columns(
        area_code=pl.lit("530323999001"),
        valid_to=pl.date(2019, 12, 31),
        area_name=pl.lit("旧村"),
        short_name=pl.lit("旧村"),
    )
    successor = areas.with_columns(
        predecessor_code=pl.when(pl.col("area_code") == code).then(pl.lit("530323999001")).otherwise("predecessor_code")
    )
    changed = tmp_path / "areas.parquet"
    pl.concat([successor, old]).write_parquet(changed)
    rows = [["1", "2020-06-01", "丹凤街道", "旧村"], ["2", "2020-06-01", "丹凤街道", "无此村"]]
    judged = judge(as_csv(rows, ["走访编号", "走访日期", "所在乡", "所在村"]), feed="visits", areas_file=changed)
    assert judged.area_code is not None
    assert judged.area_code.to_list() == [code, None]
    assert found(judged) == [(3, 4, "unknown_area")]
    warning = next(each for each in judged.warnings if each["code"] == "changed_area")
    assert "旧村" in str(warning["zh"])
    assert code in str(warning["zh"])


def test_f42_f43_orphans_and_contradictions_are_leads_and_change_no_verdict(office: Office) -> None:
    paid = aid_rows(12)
    paid[3][7] = "已核"
    office.drop(JUNE, as_csv(paid, AID_HEADER))
    simple = {"deaths": "死亡登记号", "cars": "车牌登记号", "schools": "学籍号"}
    content = {
        "deaths": [["D1", identity(2), "某院"], ["D2", identity(77), "某院"]],
        "cars": [["C1", identity(1), "车管所"], ["C2", identity(3), "车管所"], ["C3", identity(4), "别处"]],
        "schools": [["S1", identity(8), "一小"], ["S2", identity(8), "二小"], ["S3", identity(9), "一小"]],
    }
    for feed, key in simple.items():
        office.drop(f"{feed}2020年6月.csv", as_csv(content[feed], [key, "公民号码", "登记单位"]))
    assert {one.verdict for one in office.take()} == {"accepted"}
    contracts = load_contracts(CONTRACTS)
    leads = write_leads(office.settings, contracts, current_inputs(office.settings))
    assert dict(leads.group_by("rule").len().iter_rows()) == {
        "paid_after_death": 1, "two_schools": 1, "subsidised_car_owner": 1
    }  # fmt: skip
    assert leads["key"].str.contains("^[0-9a-f]{32}$").all()
    counts = json.loads((office.settings.state_dir / "leads.json").read_text())
    assert counts["two_schools"]["periods"] == {"2020-06": 1}
    assert {one.verdict for one in ledgers(office.settings)} == {"accepted"}


def test_f43_a_death_at_the_police_of_a_member_in_the_register_is_a_lead() -> None:
    rules = {rule.rule: rule for rule in load_rules()}
    assert all(rule.fits(load_contracts()) for rule in rules.values())
    assert rules["deceased_still_registered"].relation == "both"
    assert rules["person_without_household"].relation == "absent"
    assert find_leads(rules.values(), load_contracts(), []).height == 0


@pytest.mark.parametrize(("birth", "number"), [("2020-07-03", 7), ("1885-03-04", 8)])
def test_f44_nobody_is_born_after_the_report_or_older_than_130(office: Office, birth: str, number: int) -> None:
    rows = rows_of(1)
    rows[number][IDENTITY], rows[number][BIRTH] = "", birth
    rows[0][BIRTH], rows[0][IDENTITY] = "1899-12-30", ""
    rows[1][BIRTH], rows[1][IDENTITY] = "2020-06-30", ""
    judged = judge(as_csv(rows, HEADER), feed="incomes")
    reason = "bad_date" if birth < "1900" else "impossible_age"
    assert set(found(judged)) == {(2, 5, "bad_date"), (number + 2, 5, reason)}


def test_f44_an_identity_number_of_a_person_of_135_years_is_rejected() -> None:
    rows = rows_of(1)[:9]
    body = "99010119000101111"
    digits = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    rows[4][IDENTITY], rows[4][BIRTH], rows[4][SEX] = body + "10X98765432"[digits % 11], "1900-01-01", "男"
    contract = load_contracts(CONTRACTS)["incomes"]
    source = open_source(as_csv(rows, HEADER).encode())
    candidate = choose_table(source, contract)
    table = read_candidate(source, candidate)
    rules = Rules("2035-06", None, allow_synthetic=True, code_lists=load_code_lists())
    problems = judge_table(table, candidate.match, contract, rules).problems
    assert set(problems["code"]) == {"impossible_age"}
    assert set(problems["row"]) == {6}
    older = replace(rules, oldest_age_years=140)
    assert judge_table(table, candidate.match, contract, older).problems.is_empty()


def test_f45_a_slow_drift_is_flagged_by_the_sixth_month_and_a_stable_series_never(office: Office) -> None:
    for number in range(1, 13):
        month(office, number, year=2020)
        rows = rows_of(1, factor=1.01**number)
        office.drop(f"收入台账2022年{number}月.csv", as_csv([[*row[:REMARK], f"{number}"] for row in rows], HEADER))
    taken = office.take()
    stable, drifting = taken[:12], taken[12:]
    assert [one.verdict for one in taken] == ["accepted"] * 24
    assert not [one.period for one in stable if "drift" in codes(one)]
    flagged = [one.period for one in drifting if "drift" in codes(one)]
    assert flagged
    assert flagged[0] <= "2022-06"


def test_f46_a_steward_lets_one_unusual_file_pass_one_check_and_no_threshold_changes(office: Office) -> None:
    refused = last(office, scaled(INCOME, 3))
    assert refused.stopped_by == ("unit_change",)
    record_override(
        office.settings,
        receipt_id=refused.receipt_id,
        check="unit_change",
        author="李四",
        reason="洪灾救助，已电话核实",
    )
    assert read_pending(office.settings) == []
    passed = next(one for one in ledgers(office.settings) if one.receipt_id == refused.receipt_id)
    assert passed.verdict == "accepted"
    caution = next(each for each in passed.warnings if each.code == "override")
    assert "李四" in caution.zh
    assert "洪灾救助" in caution.zh
    month(office, 5)
    assert office.take()[-1].verdict == "accepted"
    month(office, 6, scaled(INCOME, 3))
    assert office.take()[-1].stopped_by == ("unit_change",)


def test_f46_a_month_without_changes_and_a_small_file_with_rejects_can_pass(office: Office) -> None:
    office.drop("补助发放2020年5月.csv", as_csv([], AID_HEADER))
    office.drop(JUNE, as_csv([[*row[:5], "无", *row[6:]] if n < 7 else row for n, row in enumerate(aid_rows())]))
    empty, small = office.take()
    assert (empty.stopped_by, small.stopped_by) == (("no_rows",), ("rejected_share",))
    for one, check in ((empty, "no_rows"), (small, "rejected_share")):
        record_override(office.settings, receipt_id=one.receipt_id, check=check, author="李四", reason="本月无变动")
    assert [one.verdict for one in read_pending(office.settings)] == ["accepted", "accepted_with_rejects"]
    assert [each.period for each in current_inputs(office.settings)] == ["2020-05", "2020-06"]
    assert all(each.accepted_path.exists() for each in current_inputs(office.settings))
    assert read_pending(office.settings) == []
    overrides_file(office.settings).unlink()
    assert {one.verdict for one in ledgers(office.settings)} == {"refused"}


EVENTS = {"rejected_share": 0.05, "rejected_rows_min": 3, "may_be_empty": True, "row_count_ratio": None}


@pytest.mark.parametrize(
    ("wrong", "rows", "verdict"),
    [(0, 0, "accepted"), (1, 12, "accepted_with_rejects"), (2, 12, "accepted_with_rejects"), (3, 12, "refused"),
     (1, 2, "refused"), (2, 3, "refused"), (1, 1, "refused")],
)  # fmt: skip
def test_a_small_file_of_events_may_be_empty_or_hold_a_few_bad_rows(
    office: Office, tmp_path: Path, wrong: int, rows: int, verdict: str
) -> None:
    office = with_limits(office, tmp_path, EVENTS)
    content = [[*row[:5], "无", *row[6:]] if n < wrong else row for n, row in enumerate(aid_rows(rows))]
    office.drop(JUNE, as_csv(content, AID_HEADER))
    (ledger,) = office.take()
    assert ledger.verdict == verdict
    assert ledger.row_in_count == ledger.accepted_count + ledger.rejected_count + ledger.non_data_count
    counted = [each.period for each in current_inputs(office.settings)]
    assert counted == ([] if verdict == "refused" else ["2020-06"])
    assert all(each.accepted_path.exists() for each in current_inputs(office.settings))


def with_limits(office: Office, tmp_path: Path, limits: dict[str, object]) -> Office:
    folder = tmp_path / "contracts"
    folder.mkdir()
    contract = yaml.safe_load((office.settings.contracts_dir / "aid.yml").read_text(encoding="utf-8"))
    (folder / "aid.yml").write_text(yaml.safe_dump(contract | {"limits": limits}, allow_unicode=True), encoding="utf-8")
    for name in ("thresholds.yml", "leads.yml"):
        source = office.settings.contracts_dir / name
        if source.is_file():
            (folder / name).write_bytes(source.read_bytes())
    return replace(office, settings=office.settings.model_copy(update={"contracts_dir": folder}))


def test_the_shipped_ledger_of_changes_may_be_small_or_empty() -> None:
    limits = {name: contract.limits for name, contract in load_contracts().items()}
    assert limits["register_changes"].may_be_empty
    assert limits["register_changes"].rejected_rows_min == 3
    assert not limits["person_register"].may_be_empty


def test_f46_a_decision_needs_a_file_a_check_that_stops_it_an_author_and_a_reason(office: Office) -> None:
    office.drop(JUNE, as_csv([], AID_HEADER))
    stopped = office.take()[0].receipt_id
    sound = {"receipt_id": stopped, "check": "no_rows", "author": "李四", "reason": "无"}
    for wrong in (
        {"receipt_id": "aid-2020-06-0"},
        {"check": "unit_change"},
        {"check": "x"},
        {"author": " "},
        {"reason": ""},
    ):
        with pytest.raises(OverrideError):
            record_override(office.settings, **(sound | wrong))
    assert list_overrides(office.settings) == []
    record_override(office.settings, **sound)
    with overrides_file(office.settings).open("a") as handle:
        handle.write('{"receipt_id": "cut o')
    record_override(office.settings, **(sound | {"reason": "再次核实"}) | {"check": "no_rows"})
    assert [one.reason for one in list_overrides(office.settings)] == ["无", "再次核实"]


def test_f05_a_total_that_the_rows_do_not_give_refuses_the_file_at_the_door(office: Office) -> None:
    total = [["合计", "", "", "", "", "99999.00", "", ""]]
    office.drop(JUNE, as_csv([*aid_rows(), *total], AID_HEADER))
    refused = office.take()[0]
    assert (refused.verdict, refused.stopped_by) == ("refused", ("total_mismatch",))
    assert refused.reason is not None
    assert "99999.00" in refused.reason.zh
    assert "1272.00" in refused.reason.zh
    assert "98727.00" in refused.reason.zh
    assert current_inputs(office.settings) == []
    record_override(
        office.settings, receipt_id=refused.receipt_id, check="total_mismatch", author="李四", reason="合计为上月数"
    )
    assert [each.period for each in current_inputs(office.settings)] == ["2020-06"]
    assert [each.zh.replace(f"{datetime.now(UTC):%Y-%m-%d}", "今日") for each in decided_on(office)] == [
        "经李四于今日核实放行（自带合计与各行不符）：合计为上月数"
    ]


def test_f48_a_file_let_pass_with_half_the_rows_and_half_the_money_says_so_once_and_no_sum_anywhere(
    office: Office,
) -> None:
    rows = aid_rows(40)
    total = ["合计", "", "", "", "", "99999.00", "", ""]
    office.drop(JUNE, as_csv(rows))
    office.take()
    office.drop(JUNE, as_csv([*rows[:20], total], AID_HEADER))
    refused = office.take()[0]
    assert refused.stopped_by == ("total_mismatch", "resent_rows")
    for check in refused.stopped_by:
        record_override(office.settings, receipt_id=refused.receipt_id, check=check, author="李四", reason="已核实")
    assert [each.zh.split("（")[1].split("）")[0] for each in decided_on(office)] == [
        "自带合计与各行不符",
        "重报的文件行数或金额少了很多",
    ]
    gate = control_totals_gate(ledgers(office.settings), current_inputs(office.settings))
    assert gate.state == "warned"
    assert "已由数据管理员核实放行" in gate.zh
    assert "99999" not in gate.zh + gate.en


def decided_on(office: Office) -> list[Caution]:
    """What accepted files say of a steward's decision."""
    return [each for one in ledgers(office.settings) for each in one.warnings if each.code == "override"]


def test_f16_a_cut_off_file_of_valid_form_is_caught_by_its_manifest_its_total_or_its_volume(office: Office) -> None:
    rows = aid_rows(60)
    office.drop("补助发放2020年5月.csv", as_csv([[*row[:7], "五月"] for row in rows], AID_HEADER))
    manifest = office.drop(JUNE, as_csv(rows[:42], AID_HEADER))
    manifest.with_name(f"{JUNE}.manifest.json").write_text(json.dumps({"row_count": 60}))
    by_manifest = office.take()[-1]
    assert by_manifest.stopped_by == ("stated_rows",)
    assert by_manifest.reason is not None
    assert "60" in by_manifest.reason.zh
    total = str(sum(float(str(row[5])) for row in rows))
    first = [["合计", "", "", "", "", total, "", ""]]
    office.drop("总数2020年7月.csv", as_csv([*first, *rows[:42]], AID_HEADER))
    assert "total_mismatch" in office.take()[-1].stopped_by
    office.drop("截断2020年8月.csv", as_csv(rows[:29], AID_HEADER))
    assert "row_count" in office.take()[-1].stopped_by


def cars(count: int, *, unreadable: int = 0, note: str = "") -> str:
    """A feed whose volume has no bound of its own; the first ``unreadable`` registrations have no readable number."""
    rows = [[f"C{n:03d}", "不详" if n < unreadable else identity(n), note] for n in range(count)]
    return as_csv(rows, ["车牌登记号", "公民号码", "登记单位"])


@pytest.mark.parametrize("again", [cars(20), cars(40, unreadable=20)], ids=["half the rows", "half of them rejected"])
def test_f48_a_file_sent_again_with_half_the_usable_rows_replaces_nothing_before_a_steward_says_so(
    office: Office, again: str
) -> None:
    office.drop("车辆2020年6月.csv", cars(40))
    first = office.take()[0]
    office.drop("车辆2020年6月.csv", again)
    refused = office.take()[0]
    assert (refused.version, refused.verdict, refused.stopped_by) == (2, "refused", ("resent_rows",))
    assert refused.reason is not None
    assert "可用20行" in refused.reason.zh
    assert "第1次报送可用40行" in refused.reason.zh
    assert [each.receipt_id for each in current_inputs(office.settings)] == [first.receipt_id]
    account = file_accounts(office.settings, period="2020-06")[-1]
    assert account.is_open
    asked = letter("测试部门", [account.note()], by=date(2020, 7, 10))
    assert "整份文件没有采用，原因：同一期间重报的文件可用20行" in asked
    assert [one.receipt_id for one in refused_files(office.settings)] == [refused.receipt_id]
    record_override(
        office.settings, receipt_id=refused.receipt_id, check="resent_rows", author="李四", reason="报废车辆已清理"
    )
    assert [each.receipt_id for each in current_inputs(office.settings)] == [refused.receipt_id]


def test_f48_a_correction_with_somewhat_fewer_rows_counts_and_says_so(office: Office) -> None:
    for count in (40, 38, 39):
        office.drop("车辆2020年6月.csv", cars(count))
        office.take()
    _, fewer, more = ledgers(office.settings)
    assert [one.verdict for one in (fewer, more)] == ["accepted", "accepted"]
    assert [each.zh for each in fewer.warnings if each.code == "resent_rows"] == [
        "同一期间重报的文件可用38行（退回0行），此前采用的第1次报送可用40行，少2行。"
    ]
    assert not [each for each in more.warnings if each.code == "resent_rows"]
    assert [each.receipt_id for each in current_inputs(office.settings)] == [more.receipt_id]


def test_f48_a_handful_of_rows_stops_nothing_and_a_bound_of_a_feed_counts_where_it_is_stricter(office: Office) -> None:
    office.drop(JUNE, as_csv(aid_rows(60)))
    office.drop("车辆2020年6月.csv", cars(6))
    office.take()
    fifty = [[*row[:7], "更正"] for row in aid_rows(50)]
    office.drop("更正2020年6月.csv", as_csv(fifty))
    office.drop("车辆更正2020年6月.csv", cars(2))
    assert {one.feed: one.verdict for one in office.take()} == {"aid": "accepted", "cars": "accepted"}
    _, _, before, again = sorted(ledgers(office.settings), key=lambda one: (one.feed == "aid", one.version))
    contract, thresholds = load_contracts(CONTRACTS)["aid"], load_thresholds(CONTRACTS)
    narrow = contract.model_copy(update={"limits": contract.limits.model_copy(update={"row_count_ratio": (0.9, 2.0)})})
    assert not any(each.is_refusal for each in less_than_before(again, [before], contract, thresholds))
    assert any(each.is_refusal for each in less_than_before(again, [before], narrow, thresholds))


@pytest.mark.parametrize(("left", "verdict"), [(31, "refused"), (32, "accepted")])
def test_f48_a_fifth_of_the_rows_is_the_most_that_a_correction_takes_out(
    office: Office, left: int, verdict: str
) -> None:
    office.drop("车辆2020年6月.csv", cars(40))
    office.take()
    office.drop("车辆2020年6月.csv", cars(left))
    assert [one.verdict for one in office.take()] == [verdict]


def test_f48_a_file_sent_again_with_half_the_money_replaces_nothing_a_little_less_is_told(office: Office) -> None:
    rows = aid_rows(40)
    office.drop(JUNE, as_csv(rows))
    first = office.take()[0]
    office.drop(JUNE, as_csv([[*row[:5], "50.00", *row[6:]] for row in rows]))
    refused = office.take()[0]
    assert (refused.verdict, refused.stopped_by) == ("refused", ("resent_rows",))
    assert refused.reason is not None
    assert refused.reason.zh == "“补助金额”可用合计2,000.00元，此前采用的第1次报送4,800.00元，比值0.417低于0.8。"
    assert refused.remedy is not None
    assert "xianqing override" in refused.remedy.zh
    assert [each.receipt_id for each in current_inputs(office.settings)] == [first.receipt_id]
    office.drop(JUNE, as_csv([[*rows[0][:5], "90.00", *rows[0][6:]], *rows[1:]]))
    told = office.take()[0]
    assert told.verdict == "accepted"
    less = [each for each in told.warnings if each.code == "resent_rows"]
    assert [each.zh for each in less] == ["“补助金额”可用合计少于此前。"]
    assert [each.en for each in less] == ["The usable sum of 补助金额 is less than before."]


def test_f48_a_month_cannot_go_in_steps_each_of_which_leaves_four_fifths(office: Office) -> None:
    sent = [cars(count) for count in (40, 33, 27, 22)]
    paid = [[[*row[:5], cny, *row[6:]] for row in aid_rows(40)] for cny in ("100.00", "85.00", "72.00", "62.00")]
    for text, rows in zip(sent, paid, strict=True):
        office.drop("车辆2020年6月.csv", text)
        office.drop(JUNE, as_csv(rows))
        office.take()
    verdicts = ["accepted", "accepted", "refused", "refused"]
    settled = {feed: [one for one in ledgers(office.settings) if one.feed == feed] for feed in ("aid", "cars")}
    assert {feed: [one.verdict for one in those] for feed, those in settled.items()} == dict.fromkeys(settled, verdicts)
    reasons = [settled["cars"][2].reason, settled["aid"][2].reason]
    assert [each.zh for each in reasons if each] == [
        "同一期间重报的文件可用27行（退回0行），此前采用的第1次报送可用40行，比值0.675低于0.8。",
        "“补助金额”可用合计2,880.00元，此前采用的第1次报送4,000.00元，比值0.720低于0.8。",
    ]
    for those in settled.values():
        record_override(
            office.settings, receipt_id=those[2].receipt_id, check="resent_rows", author="李四", reason="已核实"
        )
    standing = [(one.feed, one.version) for one in ledgers(office.settings) if one.verdict == "accepted"]
    assert standing == [(feed, version) for feed in ("aid", "cars") for version in (1, 2, 3, 4)]
    decided = [each.zh for each in decided_on(office)]
    assert len(decided) == 2
    assert not [each for each in decided if "元" in each or "可用" in each]


def test_f48_the_money_of_a_handful_of_rows_is_compared_without_saying_what_one_row_held(office: Office) -> None:
    office.drop(JUNE, as_csv(aid_rows(3)))
    office.take()
    office.drop(JUNE, as_csv(aid_rows(2)))
    (ledger,) = office.take()
    said = "".join(each.zh for each in ledger.warnings if each.code == "resent_rows")
    assert "“补助金额”可用合计少于此前。" in said
    assert "元" not in said


def test_f48_a_lost_total_row_is_told(office: Office) -> None:
    rows = aid_rows(40)
    total = ["合计", "", "", "", "", f"{sum(float(str(row[5])) for row in rows):.2f}", "", ""]
    office.drop(JUNE, as_csv([*rows, total]))
    assert not office.take()[0].warnings
    office.drop(JUNE, as_csv([[*row[:7], "更正"] for row in rows]))
    (ledger,) = office.take()
    assert ledger.verdict == "accepted"
    assert [(each.code, each.zh) for each in ledger.warnings] == [
        ("lost_total", "第1次报送有合计行，这份没有，末尾可能缺行。")
    ]


@pytest.mark.parametrize("text", ["1.234,50", "(123.45)", "（123.45）", "12,5", "35%"])
def test_f20_decimal_commas_parentheses_and_percent_are_never_guessed(text: str) -> None:
    rows = aid_rows(4)
    rows[1][5] = text
    judged = judge(as_csv(rows, AID_HEADER))
    assert found(judged) == [(3, 6, "bad_number")]
    assert values(judged, "aid_id") == ["1000", "1002", "1003"]


def test_f20_a_column_of_decimal_commas_is_not_read_as_thousands() -> None:
    rows = aid_rows(4)
    for row, text in zip(rows, ("1,250", "12,5", "1.250,75", "100.50"), strict=True):
        row[5] = text
    assert found(judge(as_csv(rows, AID_HEADER))) == [(2, 6, "bad_number"), (3, 6, "bad_number"), (4, 6, "bad_number")]


@pytest.mark.parametrize(
    ("written", "folded"),
    [("\ue81e三", "\u9fb4三"), ("髙\uf90a", "高金"), ("买买提•吐尔逊", "买买提·吐尔逊"), ("张三", "张三")],
)
def test_f13_variant_characters_are_folded_for_matching_only(written: str, folded: str) -> None:
    assert fold_name(written) == folded


def test_f13_a_name_with_a_lost_or_private_character_is_kept_and_flagged(office: Office) -> None:
    rows = aid_rows(4)
    rows[0][1], rows[1][1] = "张\ue81e", "李?"
    office.drop(JUNE, as_csv(rows, AID_HEADER))
    ledger = office.take()[0]
    assert ledger.verdict == "accepted"
    assert [(each.code, each.count) for each in ledger.warnings] == [("variant_name", 2)]
    clear = pl.read_parquet(next((office.settings.vault_dir / "aid").rglob("*.parquet")))
    assert clear["person_name"].to_list()[:2] == ["张\ue81e", "李?"]
    assert clear["person_name_folded"].to_list()[:2] == ["张\u9fb4", "李?"]
