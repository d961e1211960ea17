"""Which feed and which period a foreign file is, from its content first and its name where the contract says so.

Belongs here: the answer, or the reason why there is none. Does not belong here: storing the file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pipelines.contracts import Contract, Text
from pipelines.reading.books.workbooks import require_cells
from pipelines.reading.fields import clean_column, judge_field
from pipelines.reading.judge import period_field, period_of_values
from pipelines.reading.likeness import like_none, like_one, like_several
from pipelines.reading.places import period_end
from pipelines.reading.recognised import Recognised
from pipelines.reading.sources import Candidate, Source, candidates, choose_table, nearest, open_source, read_candidate
from pipelines.reading.tables import FileRefusedError

_MONTH_RANGE = re.compile(r"(\d{4})年\s*\d{1,2}月?\s*[-–—~～至到]\s*(\d{1,2})月")


def recognise(
    raw: bytes, file_name: str, contracts: dict[str, Contract], *, feed: str | None = None, period: str | None = None
) -> Recognised:
    """Recognise a file; a given ``feed`` or ``period`` is taken as the answer to that part of the question."""
    try:
        source = open_source(raw)
        if source.format in ("xlsx", "xls"):
            require_cells(raw, source.heads)
        found = [choose_table(source, contracts[feed])] if feed else candidates(source, contracts)
        if problem := _not_one(source, found, contracts, file_name):
            return problem
        candidate = found[0]
        periods = [period] if period else find_periods(source, candidate, file_name)
    except FileRefusedError as refusal:
        return Recognised(
            feed=feed,
            reason=Text(zh=refusal.zh, en=refusal.en),
            remedy=Text(zh=refusal.remedy_zh, en=refusal.remedy_en),
        )
    known = Recognised(
        feed=candidate.contract.feed,
        format=source.format,
        encoding=source.encoding,
        sheet=candidate.head.sheet,
        header_row=candidate.match.row_index + 1,
    )
    if len(periods) == 1:
        return known.model_copy(update={"period": periods[0]})
    likeness = like_one(candidate, periods, file_name)
    return known.model_copy(update=_period_unclear(candidate.contract, periods) | {"likeness": likeness})


def _not_one(
    source: Source, found: Sequence[Candidate], contracts: dict[str, Contract], file_name: str
) -> Recognised | None:
    if len(found) == 1:
        return None
    likeness = like_several(found, file_name) if found else like_none(source, contracts, file_name)
    known = Recognised(format=source.format, encoding=source.encoding, likeness=likeness)
    if len(found) > 1:
        zh = "、".join(f"{each.contract.title.zh}{each.head.sheet and f'（{each.head.sheet}）'}" for each in found)
        en = ", ".join(f"{each.contract.title.en}{each.head.sheet and f' ({each.head.sheet})'}" for each in found)
        return _unclear(
            known,
            reason=Text(zh=f"文件同时像：{zh}。", en=f"The file looks like several tables: {en}."),
            remedy=Text(
                zh="请每个文件只放一张表，或用 --feed 指明是哪一种。",
                en="Send one table per file, or name the feed with --feed.",
            ),
        )
    near = nearest(source, contracts)
    zh, en = "在前10行内没有认出任何已知的表头。", "No known header in the first 10 rows."
    if near is not None and near[1]:
        listed = "、".join(near[1])
        zh = f"最像“{near[0].title.zh}”，但缺少列：{listed}。"
        en = f"Most like “{near[0].title.en}”, but it lacks the columns: {listed}."
    return _unclear(
        known,
        reason=Text(zh=zh, en=en),
        remedy=Text(
            zh="请核对列名；列名已改的在合同中登记别名，或用 --feed 指明是哪一种。",
            en="Check the column names; add renamed ones to the contract as aliases, or name the feed with --feed.",
        ),
    )


def _unclear(known: Recognised, reason: Text, remedy: Text) -> Recognised:
    return known.model_copy(update={"reason": reason, "remedy": remedy})


def _period_unclear(contract: Contract, periods: list[str]) -> dict[str, Any]:
    where = {
        "title": ("标题行", "a title row"),
        "column": (f"列“{contract.period.column}”", f"the column {contract.period.column}"),
        "file_name": ("文件名", "the file name"),
        "asked": ("--period 参数", "the option --period"),
    }[contract.period.source]
    if periods:
        listed = "、".join(periods[:5])
        reason = Text(
            zh=f"{where[0]}中有不止一个期间：{listed}。", en=f"{where[1]} names more than one period: {listed}."
        )
    else:
        reason = Text(zh=f"没有在{where[0]}中找到期间。", en=f"No period was found in {where[1]}.")
    remedy = Text(
        zh="请更正后重新报送，或用 --period 2020-06 的形式指明期间。",
        en="Correct the file, or name the period like --period 2020-06.",
    )
    return {"reason": reason, "remedy": remedy}


def find_periods(source: Source, candidate: Candidate, file_name: str) -> list[str]:
    """The periods that the file names where its contract says; exactly one is an answer."""
    period = candidate.contract.period
    if period.source == "asked":
        return []
    if period.source == "column":
        return _periods_in_column(source, candidate)
    if period.source == "file_name":
        texts = [file_name]
    else:
        texts = ["".join(row) for row in candidate.head.rows[: candidate.match.row_index]]
    return _periods_in_texts(texts, period.pattern or "")


def _periods_in_texts(texts: Sequence[str], pattern: str) -> list[str]:
    """All periods named in texts; 2020年1-12月 counts as its last month."""
    found: list[str] = []
    for text in texts:
        plain = _MONTH_RANGE.sub(r"\1年\2月", text)
        for match in re.finditer(pattern, plain):
            parts = match.groupdict()
            month = int(parts.get("month") or 12)
            if 1 <= month <= 12:
                found.append(f"{int(parts['year']):04d}-{month:02d}")
    return sorted(set(found))


def _periods_in_column(source: Source, candidate: Candidate) -> list[str]:
    """All months that the contract's period column names; values that are no dates are left to the judge."""
    name = period_field(candidate.contract)
    positions = [position for position, field in candidate.match.fields.items() if field == name]
    if name is None or not positions:
        return []
    table = read_candidate(source, candidate)
    column = clean_column(table.columns[positions[0]])
    judged = judge_field(
        candidate.contract.field(name),
        column,
        unit=None,
        code_lists={},
        latest=period_end("2099-12"),
        allow_synthetic=True,
    )
    return sorted(period_of_values(judged.value.drop_nulls()).unique().to_list())
