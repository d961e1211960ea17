"""What became of the lines that are not regular: their cells, and in words what was put right or doubted.

Belongs here: the cells kept by line, the doubts about them, the words for an edit. Does not belong here: which cells a
line gets (``repairs``, ``displaced``).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.contracts import Text
from pipelines.reading.doubts import Doubt
from pipelines.reading.text.alignment import Reading

EDITS = {
    "missing": Text(zh="缺少一个分隔符", en="a delimiter is missing"),
    "extra": Text(zh="多出一个分隔符", en="a delimiter too many"),
    "joined": Text(zh="值中含有分隔符，已重新接上", en="a value holds the delimiter and was joined again"),
    "cut": Text(zh="行尾缺少单元格", en="the last cells are missing"),
    "lost": Text(zh="缺少一个单元格", en="a cell is missing"),
    "comma": Text(zh="值中可能含有分隔符", en="a value may hold the delimiter"),
    "two": Text(zh="两行连成一行，后一行未读", en="two rows ran together; the second is not read"),
    "stray": Text(zh="引号不成对", en="a stray quotation mark"),
}


@dataclass
class Repaired:
    """Cells of the lines that are not regular, by line from 0; lines that others swallowed; doubts in source rows."""

    cells: dict[int, list[str | None]] = field(default_factory=dict)
    swallowed: set[int] = field(default_factory=set)
    doubts: list[Doubt] = field(default_factory=list)

    def take(self, line: int, reading: Reading) -> None:
        """Keep a reading of a line, with a doubt about each thing that was put right in it."""
        self.cells[line] = reading.cells
        structural = [(what, column) for what, column in reading.edits if what != "stray"]
        for what, column in reading.edits:
            if what == "stray":
                self.doubt("stray_quote", line, column, None)
        if reading.is_structural:
            places = [column for _, column in structural] + reading.uncertain
            named = list(dict.fromkeys(what for what, _ in structural)) or ["stray"]
            blank = len(reading.uncertain)
            detail = Text(
                zh="、".join(EDITS[each].zh for each in named) + (f"；{blank}个单元格不能确定" if blank else ""),
                en=", ".join(EDITS[each].en for each in named) + (f"; {blank} cells not certain" if blank else ""),
            )
            self.doubt("ragged_row", line, min(places), detail)

    def doubt(self, kind: str, line: int, column: int | None, detail: Text | None) -> None:
        """Keep a doubt about a line and column, both from 0; no column where it is about the whole line."""
        self.doubts.append(Doubt(kind, line + 1, None if column is None else column + 1, detail))
