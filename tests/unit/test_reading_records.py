"""A table of a known dialect, read as records: clean rows come back exactly, a broken one touches no other."""

from __future__ import annotations

import csv
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reading.text import encodings, records
from pipelines.reading.text.text_files import read_table, read_text
from tests.unit.texts import text_of


def cells_of_line(line: str, delimiter: str) -> list[str] | None:
    """The cells of a line, character by character; None when a quotation mark is not where it belongs."""
    found, at = [], 0
    while True:
        cell = ""
        if line[at : at + 1] == '"':
            at += 1
            while line[at : at + 1] != '"' or line[at : at + 2] == '""':
                if at >= len(line):
                    return None
                cell += line[at]
                at += 2 if line[at] == '"' else 1
            at += 1
            if at < len(line) and line[at] != delimiter:
                return None
        else:
            end = line.find(delimiter, at)
            cell = line[at:] if end < 0 else line[at:end]
            at += len(cell)
            if '"' in cell:
                return None
        found.append(cell)
        if at >= len(line):
            return found
        at += 1


PLAIN = st.text(alphabet=st.sampled_from('aZ09 张李王户县-./"，；\t'), max_size=7)
SPOILT = {
    "nothing": lambda line, delimiter: line,
    "a delimiter more": lambda line, delimiter: line + delimiter,
    "a delimiter less": lambda line, delimiter: line.replace(delimiter, "", 1),
    "a mark astray": lambda line, delimiter: line[:2] + '"' + line[2:],
    "two marks astray": lambda line, delimiter: line[:1] + '""' + line[1:],
    "a mark at the end": lambda line, delimiter: line + '"',
    "a blank line": lambda line, delimiter: "",
}


@settings(max_examples=150, deadline=None)
@given(
    data=st.data(),
    width=st.integers(3, 5),
    height=st.integers(3, 9),
    delimiter=st.sampled_from(",\t|，"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    tail=st.integers(0, 3),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    spoilt=st.sampled_from(sorted(SPOILT)),
    block=st.sampled_from([8, 64, 1 << 18]),
    few=st.sampled_from([0, 1000]),
)
def test_a_table_is_its_lines_cell_by_cell(
    *,
    data: st.DataObject,
    width: int,
    height: int,
    delimiter: str,
    quoting: Literal[0, 1],
    end: str,
    tail: int,
    encoding: str,
    spoilt: str,
    block: int,
    few: int,
) -> None:
    """A clean file of any make comes back exactly; one bad line is a broken row and touches no other."""
    rows = [["户编号", "姓名", "备注", "乡镇", "行政村"][:width]]
    rows += [[str(1000 + n), *(data.draw(PLAIN) for _ in range(width - 1))] for n in range(height)]
    lines = text_of(rows, delimiter=delimiter, end="\0").split("\0")[:-1]
    if quoting == csv.QUOTE_ALL:
        lines = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    at = data.draw(st.integers(1, height))
    lines[at] = SPOILT[spoilt](lines[at], delimiter)
    text = end.join(lines) + end * tail
    lines = text.removesuffix(end).split(end)
    with pytest.MonkeyPatch.context() as patch:
        for module in (records, encodings):
            patch.setattr(module, "_BLOCK", block)
        patch.setattr(records, "FEW_LINES", few)
        patch.setattr(records, "FEW_CELLS", few)
        table = read_table(read_text(text.encode(encoding)), delimiter, 0, width)
    read = {n: cells_of_line(line, delimiter) for n, line in enumerate(lines[1:], 2) if line}
    good = {n: found for n, found in read.items() if found is not None and len(found) == width}
    assert table.rows.to_list() == list(good)
    columns = [[cell or None for cell in column] for column in zip(*good.values(), strict=True)]
    assert [table.columns[n].text.to_list() for n in range(width)] == columns
    assert [(each.row, each.text) for each in table.broken] == [(n, lines[n - 1]) for n in read if n not in good]
    assert table.non_data_rows == [1, *(n for n, line in enumerate(lines, 1) if not line)]
    assert table.row_in_count == len(lines)
