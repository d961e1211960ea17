"""Faults F01–F14 and F18–F19: text files as departments damage them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reading.tables import FileRefusedError
from tests.faults.office import HEADER, aid_rows, as_csv, found, judge, values


def test_f01_an_empty_file_is_refused() -> None:
    for raw in (b"", b"\r\n \r\n"):
        with pytest.raises(FileRefusedError, match="empty"):
            judge(raw)


def test_f01_a_header_alone_has_no_rows_and_one_row_is_remarked() -> None:
    assert judge(as_csv([])).accepted_count == 0
    assert [warning["code"] for warning in judge(as_csv(aid_rows(1))).warnings] == ["single_row"]


def test_f02_synonyms_blanks_and_full_width_in_the_header_are_understood() -> None:
    header = ["\ufeff编 号", "户主\u00a0姓名", "身份证号", "　乡镇", "性别", "金额（元）", "发放日期", "备注"]
    judged = judge(as_csv(aid_rows(), header))
    assert judged.accepted_count == 12
    assert judged.amounts[0]["in_cny"] == sum(Decimal(str(row[5])) for row in aid_rows())


def test_f02_an_unknown_header_is_refused_by_name() -> None:
    with pytest.raises(FileRefusedError, match="证件号码"):
        judge(as_csv(aid_rows(), ["补助编号", "姓名", "身份标识", *HEADER[3:]]))
    with pytest.raises(FileRefusedError):
        judge(as_csv(aid_rows())[40:].replace(",", ";"))


def test_f03_columns_are_taken_by_name_in_any_order() -> None:
    order = [5, 2, 0, 7, 1, 6, 3, 4]
    shuffled = judge(as_csv([[row[at] for at in order] for row in aid_rows()], [HEADER[at] for at in order]))
    straight = judge(as_csv(aid_rows()))
    for name in straight.columns:
        assert values(shuffled, name) == values(straight, name)
    assert shuffled.content_hash == straight.content_hash


def test_f04_an_added_column_is_remarked_a_dropped_or_doubled_one_refused() -> None:
    added = judge(as_csv([[*row, "x"] for row in aid_rows()], [*HEADER, "经办人"]))
    assert added.accepted_count == 12
    assert [warning["code"] for warning in added.warnings] == ["unknown_column"]
    with pytest.raises(FileRefusedError, match="姓名"):
        judge(as_csv([[row[0], *row[2:]] for row in aid_rows()], [HEADER[0], *HEADER[2:]]))
    with pytest.raises(FileRefusedError, match="twice"):
        judge(as_csv([[*row, "1"] for row in aid_rows()], [*HEADER, "金额"]))


def test_f05_titles_totals_and_footers_are_no_records_and_totals_are_checked() -> None:
    rows = aid_rows(4)
    total = sum(Decimal(str(row[5])) for row in rows)
    table = [*rows, ["合计", "", "", "", "", str(total), "", ""], ["填表人：甲", "", "", "", "审核人：乙", "", "", ""]]
    judged = judge("补助发放表,,,,,,,\r\n单位：元\r\n" + as_csv(table))
    assert (judged.accepted_count, judged.rejected_count, judged.non_data_count) == (4, 0, 5)
    assert [(each["stated"], each["is_equal"], each["row"]) for each in judged.controls] == [(total, True, 8)]
    wrong = judge(as_csv([*rows, ["合计", "", "", "", "", "1.00", "", ""]]))
    assert not wrong.controls[0]["is_equal"]
    assert "total_mismatch" in [warning["code"] for warning in wrong.warnings]


@settings(max_examples=150, deadline=None)
@given(row=st.integers(0, 5), position=st.integers(0, 7), is_extra=st.booleans())
def test_f06_a_missing_or_extra_delimiter_costs_only_its_row(row: int, position: int, is_extra: bool) -> None:
    lines = as_csv(aid_rows(6)).split("\r\n")
    cells = lines[1 + row].split(",")
    if is_extra:
        cells.insert(position, "")
    else:
        at = min(position, 6)
        cells[at : at + 2] = [cells[at] + cells[at + 1]]
    lines[1 + row] = ",".join(cells)
    judged = judge("\r\n".join(lines))
    assert found(judged) == [(2 + row, None, "ragged_row")]
    sound = [each[0] for n, each in enumerate(aid_rows(6)) if n != row]
    assert values(judged, "aid_id") == sound


@settings(max_examples=150, deadline=None)
@given(row=st.integers(0, 5), place=st.integers(0, 80))
def test_f07_a_stray_quote_costs_only_its_row_and_swallows_nothing(row: int, place: int) -> None:
    lines = as_csv(aid_rows(6)).split("\r\n")
    line = lines[1 + row]
    at = min(place, len(line))
    lines[1 + row] = line[:at] + '"' + line[at:]
    judged = judge("\r\n".join(lines))
    assert found(judged) == [(2 + row, None, "ragged_row")]
    assert values(judged, "aid_id") == [each[0] for n, each in enumerate(aid_rows(6)) if n != row]


@pytest.mark.parametrize("position", range(8))
def test_f07_two_stray_quotes_that_could_pair_up_swallow_no_row_between_them(position: int) -> None:
    rows = aid_rows(6)
    lines = as_csv(rows).split("\r\n")
    opened, closed = lines[2].split(","), lines[5].split(",")
    opened[position] = '"' + opened[position]
    closed[position] += '"'
    lines[2], lines[5] = ",".join(opened), ",".join(closed)
    judged = judge("\r\n".join(lines))
    assert found(judged) == [(3, None, "ragged_row"), (6, None, "ragged_row")]
    assert values(judged, "aid_id") == [rows[n][0] for n in (0, 2, 3, 5)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "，", "；", ":", "^", "~", "、", " "])
def test_f08_the_delimiter_is_found(delimiter: str) -> None:
    assert judge(as_csv(aid_rows(), delimiter=delimiter)).accepted_count == 12


def test_f08_a_row_of_another_delimiter_costs_only_its_row() -> None:
    lines = as_csv(aid_rows(6)).split("\r\n")
    lines[3] = lines[3].replace(",", ";")
    assert found(judge("\r\n".join(lines))) == [(4, None, "ragged_row")]


def test_f09_lone_and_doubled_line_ends_do_not_matter() -> None:
    text = as_csv(aid_rows())
    sound = judge(text).content_hash
    assert judge(text.replace("\r\n", "\r\r\n")).content_hash == sound
    assert judge(text.replace("\r\n", "\n", 3).replace("\r\n", "\r", 3)).content_hash == sound


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("has_last", [True, False])
def test_f09_line_ends_do_not_matter(end: str, has_last: bool) -> None:
    text = as_csv(aid_rows(), end=end)
    judged = judge(text if has_last else text.removesuffix(end))
    assert judged.content_hash == judge(as_csv(aid_rows())).content_hash


def test_f09_a_line_end_inside_quotes_stays_in_its_cell_and_rows_keep_their_numbers() -> None:
    rows = aid_rows(3)
    rows[0][7] = "第一行\n第二行"
    rows[2][4] = "不详"
    judged = judge(as_csv(rows, end="\n"))
    assert values(judged, "note")[0] == "第一行\n第二行"
    assert found(judged) == [(5, 5, "unknown_code")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_f10_encodings_are_told_apart(encoding: str) -> None:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    rows = aid_rows()
    rows[0][1] = "张䶮" if encoding != "gbk" else "张喆"
    assert values(judge(mark + as_csv(rows).encode(encoding)), "person_name")[0] == rows[0][1]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_f10_unmarked_utf16_is_read_and_remarked(encoding: str) -> None:
    rows = aid_rows()
    judged = judge(as_csv(rows).encode(encoding))
    assert values(judged, "person_name") == [row[1] for row in rows]


def test_f14_a_nul_rejects_only_its_row() -> None:
    rows = aid_rows(4)
    rows[1][1] = "张\0三"
    assert found(judge(as_csv(rows))) == [(3, 2, "control_character")]


def test_f15_a_line_beyond_all_measure_is_refused_with_its_number() -> None:
    with pytest.raises(FileRefusedError, match="Line 14"):
        judge(as_csv(aid_rows()) + "," * 10_000_000)


def test_f11_a_cut_character_is_refused_with_its_offset() -> None:
    raw = as_csv(aid_rows()).encode("gb18030")
    cut = raw + "张".encode("gb18030")[:1]
    with pytest.raises(FileRefusedError, match=f"byte offset {len(raw)}"):
        judge(cut)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize("name", ["张三1", '"张三1"'])
def test_f11_one_damaged_byte_is_refused_with_line_and_column(name: str, end: str) -> None:
    text = as_csv(aid_rows(), end=end).replace("张三1,", f"{name},")
    where = text.index(name) + (2 if name[0] == '"' else 1)
    raw = text[:where].encode("gb18030") + b"\xc8" + text[where + 1 :].encode("gb18030")
    with pytest.raises(FileRefusedError) as refused:
        judge(raw)
    place = ("第3行不", "In line 3 the") if name[0] == '"' else ("第3行第2列不", "In line 3, column 2, the")
    assert place[0] in refused.value.zh
    assert refused.value.en.startswith(place[1])


@pytest.mark.parametrize("order", [("gb18030", "utf-8"), ("utf-8", "gb18030")])
def test_f11_two_encodings_in_one_file_are_refused_with_an_offset(order: tuple[str, str]) -> None:
    text = as_csv(aid_rows())
    with pytest.raises(FileRefusedError, match="byte offset"):
        judge(text.encode(order[0]) + text.split("\r\n", 1)[1].encode(order[1]))


def test_f11_a_utf8_line_that_gb18030_would_read_as_other_words_is_refused() -> None:
    head, line = "补助编号,姓名,证件号码,乡镇,补助金额\n", f"1000,张三,{aid_rows()[0][2]},丹凤街道,5\n"
    raw = (head + line).encode("gb18030") + line.encode("utf-8")
    assert raw.decode("gb18030") != head + line + line
    with pytest.raises(FileRefusedError, match=f"byte offset {len((head + line).encode('gb18030'))}"):
        judge(raw)


@pytest.mark.parametrize("garbled", ["锟斤拷锟斤拷", "张\ufffd", "ï¿½三", "张??"])
def test_f12_garbled_text_rejects_the_row(garbled: str) -> None:
    rows = aid_rows(4)
    rows[1][1] = garbled
    assert found(judge(as_csv(rows))) == [(3, 2, "mojibake")]


def test_f14_control_characters_reject_the_row_and_harmless_ones_are_cleaned() -> None:
    rows = aid_rows(5)
    rows[0][1], rows[1][1] = "张\x07三", "张\u202e三"
    rows[2][1], rows[3][0] = "\u200b张三\u3000", "１００３"
    judged = judge(as_csv(rows))
    assert found(judged) == [(2, 2, "control_character"), (3, 2, "control_character")]
    assert values(judged, "person_name")[0] == "张三"
    assert values(judged, "aid_id")[1] == "1003"


@pytest.mark.parametrize("poison", ["无", "/", "-", "是", "1,23", "约80", "(5)", "12%", "-3"])
def test_f18_what_is_no_amount_rejects_the_row_and_is_never_null(poison: str) -> None:
    rows = aid_rows(4)
    rows[2][5] = poison
    judged = judge(as_csv(rows))
    assert found(judged) == [(4, 6, "out_of_range" if poison == "-3" else "bad_number")]


@pytest.mark.parametrize(
    ("text", "yuan"), [("1,234.50", "1234.50"), ("１２３", "123.00"), ("1.2万", "12000.00"), ("1.2万元", "12000.00")]
)
def test_f18_clear_amounts_are_taken_exactly(text: str, yuan: str) -> None:
    rows = aid_rows(2)
    rows[0][5] = text
    assert values(judge(as_csv(rows)), "aid_cny")[0] == Decimal(yuan)


def test_f18_the_unit_in_the_header_wins() -> None:
    header = [*HEADER[:5], "补助金额（万元）", *HEADER[6:]]
    rows = aid_rows(1)
    rows[0][5] = "1.2345"
    assert values(judge(as_csv(rows, header)), "aid_cny") == [Decimal("12345.00")]


def test_f19_dates_become_iso_or_the_row_is_rejected() -> None:
    rows = aid_rows(9)
    good = ["2020.1.5", "20200105", "2020年1月5日", "2020/1/5"]
    bad = ["20/1/5", "2020年13月", "正月初五", "1899-12-30", "2031-01-01"]
    for row, text in zip(rows, good + bad, strict=True):
        row[6] = text
    judged = judge(as_csv(rows))
    assert values(judged, "paid_date") == [date(2020, 1, 5)] * 4
    reasons = {row: code for row, _, code in found(judged)}
    assert reasons == dict.fromkeys((6, 7, 8, 9), "bad_date") | {10: "future_date"}
