"""Held files: what they look like, when a later delivery settles them, and how a steward puts one aside."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipelines.commands.ledger import _messages
from pipelines.contracts import load_contracts
from pipelines.held import held_problems
from pipelines.landing.dismissals import DismissalError, list_dismissals, record_dismissal
from pipelines.publishing.status import LastRun, ProblemFile, read_status, write_status
from pipelines.reading.likeness import hinted_period, like_none
from pipelines.reading.sources import open_source
from pipelines.reporting import current_status, held_files, update_status
from pipelines.settings import Settings
from tests.faults.office import HEADER, Office, aid_rows, as_csv, as_xlsx

BROKEN_HEADER = [name if name != "补助金额" else "金额合计数" for name in HEADER]


def only(settings: Settings) -> ProblemFile:
    (problem,) = held_problems(settings)
    return problem


def letters(office: Office) -> str:
    return "\n".join(
        text for _, text in _messages(office.settings, [], held_files(office.settings), is_asked_for=False)
    )


def test_a_held_file_names_the_feed_it_looks_like_and_what_to_write_where(office: Office) -> None:
    office.drop("2020年6月发放.csv", as_csv(aid_rows(), BROKEN_HEADER))
    office.take()
    problem = only(office.settings)
    assert (problem.likely_feed, problem.likely_period) == ("aid", "2020-06")
    text = letters(office)
    assert text.startswith("测试部门：")
    assert "像《补助发放表》：表头在第1行" in text
    assert "已认出列“补助编号、姓名、证件号码、乡镇、性别、发放日期、备注”，还缺列“补助金额”" in text
    assert "文件名不限" not in text
    assert "张三" not in text


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("单位,职务", "文件前10行内没有认出任何已知的列名。"),
        ("单位,补助金额", "认出的列名太少，只有《补助发放表》的“补助金额”。"),
        ("姓名,职务", "认出的列名太少，只有《"),
    ],
)
def test_a_held_file_of_no_known_feed_is_told_what_was_found_and_where_headers_are_listed(
    office: Office, header: str, said: str
) -> None:
    office.drop("会议签到.csv", f"{header}\n甲,科长\n")
    office.take()
    text = letters(office)
    assert said in text
    assert "docs/dictionary.md" in text
    assert "补助编号" not in text
    assert "科长" not in text
    problem = only(office.settings)
    assert problem.looks_like is None
    assert problem.ask is not None
    assert max(len(problem.ask.zh), len(problem.ask.en)) < 400


def test_a_word_that_many_feeds_know_names_none_of_them() -> None:
    source = open_source("姓名,嗜好\n甲,钓鱼\n".encode())
    ask = like_none(source, load_contracts(), "签到.csv").ask
    assert ask is not None
    assert ask.zh.startswith("文件前10行内没有认出足以判断是哪项资料的列名。")
    assert "《" not in ask.zh


@pytest.mark.parametrize("feed", [None, "aid"])
def test_an_empty_workbook_is_called_empty(office: Office, feed: str | None) -> None:
    office.drop("发放2020年6月.xlsx", as_xlsx({"表一": [], "表二": [["", " "]]}))
    assert [one.outcome for one in office.land(feed=feed)] == ["held"]
    problem = only(office.settings)
    assert problem.reason.zh == "工作簿是空的：工作表表一、表二里没有任何内容。"
    assert "重新导出并报送" in problem.remedy.zh
    assert "表头" not in letters(office)


def test_a_sheet_that_begins_late_is_not_called_empty(office: Office) -> None:
    office.drop("发放2020年6月.xlsx", as_xlsx({"表": [*([[""]] * 25), HEADER, *aid_rows()]}))
    office.land()
    assert "空的" not in only(office.settings).reason.zh


def test_a_missing_period_is_asked_for_where_the_contract_looks_for_it(office: Office) -> None:
    office.drop("发放.csv", as_csv(aid_rows()))
    office.take()
    assert "请在文件名中写明期间，例如“补助发放表2020年10月”" in letters(office)


def test_several_tables_are_to_be_sent_apart(office: Office) -> None:
    cars = [["车牌登记号", "公民号码"], ["云A1", "x"]]
    office.drop("2020年6月.xlsx", as_xlsx({"甲": [HEADER, *aid_rows()], "乙": cars}))
    office.take()
    assert "拆成2个文件" in letters(office)


def test_a_held_file_that_came_again_under_another_name_is_settled(office: Office) -> None:
    office.drop("2020年6月发放.csv", as_csv(aid_rows(), BROKEN_HEADER))
    office.take()
    assert letters(office)
    office.drop("2020年7月发放（更正）.csv", as_csv(aid_rows(13)))
    office.take()
    assert held_files(office.settings), "another month settles nothing"
    office.drop("2020年6月发放（更正）.csv", as_csv(aid_rows()))
    office.take()
    problem = only(office.settings)
    assert problem.closing == "settled"
    assert problem.closed_by is not None
    assert "2020年6月发放（更正）.csv" in problem.closed_by.zh
    assert letters(office) == ""
    assert problem.stored_path is not None
    assert (office.settings.data_dir / problem.stored_path).is_file()


def test_a_later_file_that_was_refused_settles_nothing_nor_does_an_earlier_one(office: Office) -> None:
    office.drop("2020年6月.csv", as_csv(aid_rows()))
    office.take()
    office.drop("2020年6月发放.csv", as_csv(aid_rows(13), BROKEN_HEADER))
    office.take()
    office.drop("2020年6月更正.csv", as_csv([["坏", *row[1:]] for row in aid_rows(14)]))
    office.take()
    assert [each.file_name for each in held_files(office.settings)] == ["2020年6月发放.csv"]


def test_a_file_that_cannot_be_opened_is_known_by_the_name_its_feed_always_comes_under(office: Office) -> None:
    office.drop("补助发放2020年5月.csv", as_csv(aid_rows()))
    office.take()
    office.drop("补助发放2020年6月.xlsx", b"PK\x03\x04 cut off")
    office.take()
    assert (only(office.settings).likely_feed, only(office.settings).likely_period) == ("aid", "2020-06")
    office.drop("补助发放（另存）2020年6月.csv", as_csv(aid_rows(13)))
    office.take()
    assert only(office.settings).closing == "settled"


def test_a_dismissed_file_asks_nothing_is_listed_and_keeps_its_bytes(office: Office) -> None:
    office.drop("会议签到.csv", "单位,职务\n甲,科长\n")
    office.take()
    name = only(office.settings).receipt_id or ""
    for author, reason in (("", "x"), ("王", " ")):
        with pytest.raises(DismissalError, match="author and its reason"):
            record_dismissal(office.settings, receipt_id=name, author=author, reason=reason)
    with pytest.raises(DismissalError, match="no held file"):
        record_dismissal(office.settings, receipt_id="held-0", author="王", reason="签到表")
    record_dismissal(office.settings, receipt_id=name, author="王", reason="会议签到表，\n不是资料")
    problem = only(office.settings)
    assert problem.closing == "dismissed"
    assert problem.closed_by is not None
    assert "王于" in problem.closed_by.zh
    assert problem.closed_by.zh.endswith("会议签到表， 不是资料")
    assert problem.stored_path is not None
    assert (office.settings.data_dir / problem.stored_path).is_file()
    assert held_files(office.settings) == []
    assert letters(office) == ""
    with pytest.raises(DismissalError, match="already"):
        record_dismissal(office.settings, receipt_id=name, author="王", reason="签到表")
    assert len(list_dismissals(office.settings)) == 1


def test_the_same_bytes_that_come_again_after_a_dismissal_are_looked_at_again(office: Office) -> None:
    office.drop("会议签到.csv", "单位,职务\n甲,科长\n")
    office.take()
    record_dismissal(office.settings, receipt_id=only(office.settings).receipt_id or "", author="王", reason="签到表")
    office.drop("会议签到.csv", "单位,职务\n甲,科长\n")
    office.take()
    assert len(held_files(office.settings)) == 1


def test_the_pages_learn_of_a_dismissal_at_once_and_the_last_run_stays(office: Office) -> None:
    office.drop("会议签到.csv", "单位,职务\n甲,科长\n")
    office.take()
    moment = datetime(2020, 7, 1, tzinfo=UTC)
    last = LastRun.model_validate({
        "run_id": "r", "state": "published", "started_at": moment, "ended_at": moment, "stage": "publish",
        "message": {"zh": "好", "en": "well"}, "gates": [], "release_id": None, "seconds": {},
    })  # fmt: skip
    write_status(office.settings, current_status(office.settings, last))
    record_dismissal(office.settings, receipt_id=only(office.settings).receipt_id or "", author="王", reason="签到表")
    update_status(office.settings)
    status = read_status(office.settings)
    assert status is not None
    assert (status.held, [each.closing for each in status.closed]) == ([], ["dismissed"])
    assert status.last_run == last


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["名册2020年1-6月.xlsx"], "2020-06"),
        (["2020-07-31导出", "截至2020年7月"], "2020-07"),
        (["2020年6月", "2020年7月"], None),
        (["20201101.csv"], None),
        (["2020年"], None),
    ],
)
def test_a_month_is_hinted_at_only_when_there_is_one(texts: list[str], expected: str | None) -> None:
    assert hinted_period(texts) == expected
