"""The text to a department: complete addresses, what to do, by when, whom to answer, and no value of a cell."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from pipelines.contracts import Text
from pipelines.letters import ADDRESSES_SHOWN, FileNote, answer_by, column_letters, letter, note_of, remarks
from pipelines.reading.pool import LOOKED_AT_AGAIN, READ_AGAIN, Failure, failure_texts
from pipelines.reading.reasons import REASONS

BY = dt.date(2020, 12, 17)
SECRET = "990101198001010018"
DELIVERY: dict[str, Any] = {
    "department_zh": "县财政局",
    "file_name": "资金支付明细2020年11月.xlsx",
    "feed_title_zh": "资金支付明细",
    "period": "2020-11",
    "version": 2,
    "arrived_at": dt.datetime(2020, 12, 5, 1, 30),
    "verdict": "accepted_with_rejects",
    "reason_zh": None,
    "remedy_zh": None,
    "row_in_count": 65,
    "accepted_count": 48,
    "rejected_count": 12,
    "non_data_count": 5,
}
SCHEMA = {
    "source_sheet": pl.String,
    "source_row": pl.Int64,
    "source_column": pl.Int64,
    "header": pl.String,
    "reason_code": pl.String,
    "reason_zh": pl.String,
    "remedy_zh": pl.String,
    "masked_value": pl.String,
}


def rejections(*rows: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=SCHEMA, orient="row")


def identity(row: int, sheet: str = "明细") -> tuple[object, ...]:
    texts = ("numeric_identity", "号码存成了数字", "请把该列设为文本格式后重新导出")
    return (sheet, row, 6, "证件号码", *texts, SECRET)


def write(note: FileNote, **options: Any) -> str:
    return letter("县财政局", [note], by=BY, **options)


def test_a_letter_says_who_what_where_why_what_to_do_by_when_and_whom_to_answer() -> None:
    text = write(note_of(DELIVERY, rejections(identity(18), identity(17))), contact="县数据管理员小李 0874-0000000")
    assert text.splitlines() == [
        "县财政局：",
        "您好！贵单位报送的下列资料已经收到，谢谢支持。核对时发现有需要更正的地方，请协助处理。",
        "",
        "《资金支付明细2020年11月.xlsx》（资金支付明细，2020年11月，第2次报送，2020年12月5日收到）",
        "全文件65行：采用48行，退回12行，标题、合计、空行等非数据行5行。",
        "1. 号码存成了数字，共2处。",
        "   位置：表“明细”F列（证件号码）第17、18行。",
        "   处理：请把该列设为文本格式后重新导出。",
        "",
        "请在2020年12月17日（星期四）前更正，并按原来的渠道重新报送整份文件（不要只报改动的行），文件名沿用原名即可。",
        "有疑问请联系县数据管理员小李 0874-0000000。",
        "为保护个人信息，回复时请只写行号和列名，不要写姓名、证件号码等内容。谢谢！",
    ]


def test_ten_addresses_of_a_kind_are_listed_and_the_others_counted() -> None:
    text = write(note_of(DELIVERY, rejections(*(identity(row) for row in range(101, 1101)))))
    assert "共1000处" in text
    assert f"第{'、'.join(str(row) for row in range(101, 101 + ADDRESSES_SHOWN))}行；另有990处。" in text
    assert "111" not in text


def test_every_kind_has_its_own_addresses_and_the_most_frequent_comes_first() -> None:
    ragged = ("", 9, None, None, "ragged_row", "本行列数与表头不一致", "请检查本行", None)
    text = write(note_of(DELIVERY, rejections(ragged, identity(17, ""), identity(18, ""))))
    assert text.index("1. 号码存成了数字，共2处") < text.index("2. 本行列数与表头不一致，共1处")
    assert "位置：第9行。" in text
    assert "位置：F列（证件号码）第17、18行。" in text


def test_no_value_of_a_cell_is_in_a_letter_not_even_in_names() -> None:
    named = DELIVERY | {"file_name": f"{SECRET}更正.xlsx"}
    rows = rejections((SECRET, 3, 2, SECRET, "bad_date", "不是有效日期", "请改", SECRET), identity(4))
    text = write(note_of(named, rows, [control(SECRET)]))
    assert SECRET not in text
    assert "B列（99" in text


def control(header: str = "金额", stated: float = 100.0) -> dict[str, object]:
    return {
        "source_row": 70,
        "field": "paid_cny",
        "header": header,
        "stated": stated,
        "computed": 90.0,
        "is_equal": False,
    }


def test_a_total_that_does_not_fit_is_named_with_both_figures() -> None:
    equal = control() | {"is_equal": True}
    text = write(note_of(DELIVERY, rejections(), [equal, control(stated=1234567.5)]))
    assert "1. 文件自带的合计与各行之和不符，共1处。" in text
    assert "第70行“金额”写1,234,567.50元，各行相加90.00元。" in text


def test_totals_over_a_few_people_are_not_told() -> None:
    few = DELIVERY | {"accepted_count": 1, "rejected_count": 0}
    text = write(note_of(few, rejections(), [control()]))
    assert "第70行“金额”。" in text
    assert "100.00" not in text


def test_a_refused_file_says_why_and_what_to_do() -> None:
    whole = {"verdict": "refused", "reason_zh": "文件加了密码。", "remedy_zh": "请另存为普通 XLSX"}
    text = write(note_of(DELIVERY | whole, rejections()))
    assert "整份文件没有采用，原因：文件加了密码。\n请这样处理：请另存为普通 XLSX。" in text


def test_a_reason_names_columns_as_the_sender_knows_them() -> None:
    whole = {"verdict": "refused", "reason_zh": "第70行合计（paid_cny）为100.00元，各行之和为90.00元。"}
    text = write(note_of(DELIVERY | whole, rejections(), [control()]))
    assert "第70行合计（金额）为100.00元" in text
    assert "paid_cny" not in text


def test_a_held_file_asks_what_it_is() -> None:
    held = {
        "file_name": "新建工作表(3).xlsx",
        "verdict": "held",
        "reason_zh": "没有认出表头。",
        "remedy_zh": "用 --feed 指明",
    }
    text = letter("", [note_of(held, rejections())], by=BY)
    assert text.startswith("报送单位：\n您好！")
    assert "这份文件还不能采用，原因：没有认出表头。" in text
    assert "告知是哪一项资料、哪一期" in text
    assert "--feed" not in text


def test_what_is_the_stewards_business_stays_with_the_steward() -> None:
    code = ("", 4, 2, "民族", "unknown_code", *REASONS["unknown_code"][::2], None)
    assert "处理：请改用代码表中的取值。" in write(note_of(DELIVERY, rejections(code)))
    remedy = "请与报送部门核实是否漏报或重报；补齐后重新报送。情况属实的，由数据管理员记录理由。"
    volume = {"verdict": "refused", "reason_zh": "数据3行，上一期90行。", "remedy_zh": remedy}
    text = write(note_of(DELIVERY | volume, rejections()))
    assert "请这样处理：请核实是否漏报或重报；补齐后重新报送。" in text
    assert "数据管理员" not in text


@pytest.mark.parametrize("again", [READ_AGAIN, LOOKED_AT_AGAIN])
@pytest.mark.parametrize("kind", ["crash", "timeout", "memory", "killed"])
def test_a_failure_of_our_reader_asks_nothing_of_the_sender(kind: str, again: Text) -> None:
    reason, remedy = failure_texts(Failure(kind, ""), again)
    assert again.zh in remedy.zh
    failed = {"verdict": "refused", "reason_zh": reason.zh, "remedy_zh": remedy.zh}
    assert write(note_of(DELIVERY | failed, rejections())) == ""


def test_nothing_to_ask_is_no_letter() -> None:
    sound = note_of(DELIVERY | {"verdict": "accepted"}, rejections(), cautions=["合同中没有的列，未读入：备注二"])
    assert not sound.asks
    assert write(sound) == ""
    asking = note_of(DELIVERY, rejections(identity(1)), cautions=["合同中没有的列，未读入：备注二"])
    assert "另请留意（不影响采用）：合同中没有的列，未读入：备注二。" in write(asking)


def test_of_a_file_that_is_not_used_nothing_is_said_not_to_matter() -> None:
    whole = {"verdict": "refused", "reason_zh": "第70行合计（金额）为0.01元，各行之和为90.00元，相差-89.99元。"}
    text = write(note_of(DELIVERY | whole, rejections(), [control()], ["合同中没有的列，未读入：备注二"]))
    assert "另请留意：合同中没有的列，未读入：备注二。" in text
    assert "不影响采用" not in text


def test_totals_that_do_not_fit_are_a_point_and_no_remark_and_decisions_of_the_office_stay_there() -> None:
    warnings = [
        ("unknown_column", "合同中没有的列，未读入：备注二"),
        ("total_mismatch", "文件自带的合计与各行之和不符"),
        ("override", "第70行合计……经李核实放行"),
    ]
    assert remarks(warnings) == ["合同中没有的列，未读入：备注二"]


def test_without_a_contact_the_message_itself_is_answered() -> None:
    assert "有疑问请直接回复本消息。" in write(note_of(DELIVERY, rejections(identity(1))))


def test_synthetic_data_say_so() -> None:
    note = note_of(DELIVERY, rejections(identity(1)))
    assert write(note, is_synthetic=True).splitlines()[-1].startswith("模拟数据")
    assert "模拟数据" not in write(note)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2020-12-07", "2020-12-14"),
        ("2020-12-08", "2020-12-14"),
        ("2020-12-10", "2020-12-15"),
        ("2020-12-11", "2020-12-16"),
    ],
)
def test_an_answer_is_never_due_on_a_weekend(today: str, expected: str) -> None:
    assert answer_by(dt.date.fromisoformat(today), 5) == dt.date.fromisoformat(expected)


@pytest.mark.parametrize(("column", "shown"), [(None, ""), (1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")])
def test_columns_are_lettered_as_in_a_spreadsheet(column: int | None, shown: str) -> None:
    assert column_letters(column) == shown
