"""Rows that are no records: totals, footers, repeated headers, notes; totals become control sums.

Belongs here: telling such a row from a record with a hole. Does not belong here: judging records.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl

from pipelines.contracts import normalise_header

_TOTAL = re.compile(r"^(?:本页|本表|全县|全乡|全镇)?(?:合计|小计|总计|共计|累计|总和)(?:数|[(:].*)?$")
_FOOTER = re.compile(
    r"^(?:填表|填报|制表|审核|复核|经办|负责人|单位负责人|联系人|联系电话|打印|导出|报送|备注|说明|注|数据来源|第\d+页|共\d+[条行户人页])"
)
_NUMBER = re.compile(r"[¥￥+\-(]?\d")


@dataclass(frozen=True)
class NonData:
    """Lines that are no records, and those among them that state totals."""

    lines: list[int]
    totals: list[int]


def find_non_data(
    columns: dict[str, pl.Series], key: tuple[str, ...], amounts: tuple[str, ...], header: dict[str, str]
) -> NonData:
    """Lines among the cleaned columns that are totals, footers, repeated headers or blank.

    Only lines whose key is blank, or whose first cell names a total or a signature, are looked at; a line with many
    filled cells is a record all the same, and so is one with a key of its own, or a footer with a number among the
    ``amounts``: what may be money is judged, never left aside.
    ``header`` is the header text of each column.
    """
    frame = pl.DataFrame(columns)
    keyless = pl.all_horizontal(pl.col(name).is_null() for name in key if name in columns)
    first = pl.coalesce(list(columns))
    is_header = pl.all_horizontal(pl.col(name) == text for name, text in header.items() if name in key)
    says_so = first.str.replace_all(r"\s", "").str.contains(f"{_TOTAL.pattern}|{_FOOTER.pattern}")
    suspects = frame.with_row_index("line").filter(keyless | says_so | is_header)
    lines: list[int] = []
    totals: list[int] = []
    for record in suspects.iter_rows(named=True):
        line = record.pop("line")
        texts = [normalise_header(value) for value in record.values() if value is not None]
        keys = [normalise_header(record[name]) for name in key if record.get(name)]
        has_amount = any(_NUMBER.match(record.get(name) or "") for name in amounts)
        if not texts or _is_header(record, header):
            lines.append(line)
        elif any(not (_TOTAL.match(text) or _FOOTER.match(text)) for text in keys):
            continue
        elif any(_TOTAL.match(text) for text in texts[:3]) and len(texts) <= max(4, len(record) // 2):
            lines.append(line)
            totals.append(line)
        elif _FOOTER.match(texts[0]) and not has_amount and len(texts) <= max(3, len(record) // 4):
            lines.append(line)
    return NonData(lines, totals)


def _is_header(record: dict[str, str | None], header: dict[str, str]) -> bool:
    filled = {name: value for name, value in record.items() if value is not None}
    return len(filled) >= 2 and all(normalise_header(value) == header[name] for name, value in filled.items())


def is_footer_text(line: str) -> bool:
    """True for a line of text outside the table: a total, a note or a signature.

    >>> is_footer_text("填表人：张,,")
    True
    """
    cells = [normalise_header(cell) for cell in re.split(r"[,;\t|]", line)]
    filled = [cell for cell in cells if cell]
    if not 0 < len(filled) <= 3:
        return False
    has_number = any(_NUMBER.match(cell) for cell in filled[1:])
    return bool(_TOTAL.match(filled[0]) or (_FOOTER.match(filled[0]) and not has_number))
