"""The lines of one table that are not regular: titles and notes set left, damaged rows put right or left blank.

Belongs here: what happens to each odd line of a segment and the doubts about it. Does not belong here: the choice of
readings inside a line (alignment), regular lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.contracts import Text
from pipelines.reading.text.alignment import CUT, ODD, align, plain_cost
from pipelines.reading.text.dialects import COMMON, mixed_detail
from pipelines.reading.text.displaced import blank_displaced
from pipelines.reading.text.otherwise import by_other_delimiter, may_be_two, names_apart, out_of_quotes
from pipelines.reading.text.profiles import Profile, shape_of
from pipelines.reading.text.records import BLANK, INSIDE, LONGEST_RECORD_LINES, Records
from pipelines.reading.text.repaired import EDITS, Repaired
from pipelines.reading.text.segments import FIGURES, Segment, is_header_like
from pipelines.reading.text.slips import two_rows
from pipelines.reading.text.suspects import sample_profiles

MOST_ALIGNED = 1_000
WIDEST_TRIED, FEWEST_JUDGED = 500, 4
FEWEST_SHORT, SHORT_SHARE = 3, 0.1
_NOTE = re.compile(
    r"[\"“(（*※]*(?:注|说明|备注|资料来源|数据来源|制表|填表|审核|单位[：:]|note|source|remark)[^,;\t|]{0,3}[：:]",
    re.IGNORECASE,
)


class Repairer:
    """One segment's odd lines."""

    def __init__(
        self, records: Records, segment: Segment, lines: np.ndarray, columns: list[pl.Series], *, is_open_end: bool
    ) -> None:
        """``columns`` are the cells of the regular ``lines`` (from 0), records over several lines left out."""
        self.lines = lines
        self.columns = columns
        self.records = records
        self.segment = segment
        self.width = segment.width
        self.is_open_end = is_open_end
        span = records.widths[segment.first : segment.last + 1]
        self.regular = segment.first + np.flatnonzero(span == segment.width)
        self.odd = segment.first + np.flatnonzero((span != segment.width) & (span != BLANK) & (span != INSIDE))
        self.done = Repaired()

    @cached_property
    def profiles(self) -> list[Profile]:
        """What the columns look like, from regular rows without the first, which may be the header."""
        if len(self.lines) >= 2:
            return sample_profiles(self.columns, np.array([], dtype=np.int64))
        rows = [self.records.cells(int(line)) for line in self.regular[:100]]
        rows = rows[1:] if len(rows) > 2 else rows
        return [Profile([row[column] for row in rows]) for column in range(self.width)]

    @cached_property
    def _is_headed(self) -> bool:
        """True when the first regular row names the columns."""
        rows = [self.records.cells(int(line)) for line in self.regular[:4]]
        return len(rows) > 1 and is_header_like(rows[0], rows[1:])

    @cached_property
    def _usual_short(self) -> set[int]:
        """Widths below the table's that many rows have: rows written without their last cells."""
        span = self.records.widths[self.odd]
        counts = np.bincount(span[(span > 1) & (span < self.width)], minlength=1)
        least = max(FEWEST_SHORT, SHORT_SHARE * (len(self.regular) + len(self.odd)))
        return {int(width) for width in np.flatnonzero(counts >= least)}

    def _without_last_cells(self, line: int) -> bool:
        """A short row as many others are, whose cells are at home set left."""
        if int(self.records.widths[line]) not in self._usual_short:
            return False
        cells = self.records.cells(line)
        if any(profile.cost(cell) > ODD for profile, cell in zip(self.profiles, cells, strict=False)):
            return False
        self.done.cells[line] = self._left(cells)
        self.done.doubt("ragged_row", line, len(cells), EDITS["cut"])
        return True

    def repair(self) -> Repaired:
        """Every odd line of the segment."""
        if not len(self.odd):
            return self.done
        first = int(self.regular[0]) if len(self.regular) else self.segment.last + 1
        last = int(self.regular[-1]) if len(self.regular) else self.segment.first - 1
        damaged_header = self._damaged_header(first)
        for number, each in enumerate(self.odd):
            line = int(each)
            if line in self.done.swallowed:
                continue
            if (line < first or line > last) and _NOTE.match(text := self.records.text(line)):
                words: list[str | None] = [text.strip('" ' + self.records.delimiter)]
                self.done.cells[line] = words + [None] * (self.width - 1)
            elif number >= MOST_ALIGNED:
                self._give_up(line)
            elif line == damaged_header:
                self._header(line)
            elif line < first and not self._is_damaged_row(line, first):
                self._title(line)
            elif line > last and self._is_note(line):
                split = self._by_other_delimiter(line, self._row_cost) if self.width > 2 else None
                self.done.cells[line] = self._left(split or self.records.cells(line))
            else:
                self._row(line)
        return self.done

    def _left(self, cells: Sequence[str]) -> list[str | None]:
        while len(cells) > self.width and not cells[-1].strip():
            cells = cells[:-1]
        kept: list[str | None] = [cell or None for cell in cells[: self.width]]
        return kept + [None] * (self.width - len(kept))

    def _damaged_header(self, first: int) -> int | None:
        """The odd line above the first regular one when that is data and this one names columns."""
        above = [int(line) for line in self.odd if line < first]
        if not above or not len(self.regular):
            return None
        line = above[-1]
        if np.any(self.records.widths[line + 1 : first] == BLANK):
            return None
        cells = [cell.strip('" ') for cell in self.records.text(line).split(self.records.delimiter)]
        if len(cells) < max(2, self.width / 2):
            return None
        data = [self.records.cells(int(each)) for each in self.regular[:4]]
        if self._is_headed:
            return None
        filled = [cell for cell in cells if cell]
        return line if is_header_like(filled, data) else None

    def _is_damaged_row(self, line: int, first: int) -> bool:
        """An odd line above all regular ones that has figures where the table has them is a row, not a title."""
        pieces = self.records.text(line).split(self.records.delimiter)
        if len(pieces) < max(2, self.width - 2) or not len(self.regular) or self.records.widths[first - 1] == BLANK:
            return False
        return not is_header_like([piece for piece in pieces if piece.strip()], [["1"]])

    def _title(self, line: int) -> None:
        cells = self.records.cells(line)
        if len(cells) < self.width and not self._is_headed and self.records.widths[line + 1] != BLANK:
            split = self._by_other_delimiter(line, self._header_cost)
            if split is not None:
                self.done.cells[line] = [cell or None for cell in split]
                return
        is_above = line + 1 < len(self.records.widths) and self.records.widths[line + 1] == self.width
        may_name = is_above and not self._is_headed and self.profiles[-1].share("empty") < 1
        if may_name and (self._quoted_whole(line, self._header_cost) or self._merged_names(line)):
            return
        filled = sum(bool(cell.strip()) for cell in cells)
        self.done.cells[line] = self._left(cells)
        while len(cells) > self.width and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) > self.width:
            self.done.doubt("ragged_row", line, self.width, Text(zh="比表宽，右侧未读", en="wider than the table"))
            self.done.cells[line] = [None] * self.width
        elif filled > 1:
            self.done.doubt("header_guess", line, None, Text(zh="比表窄，靠左放置", en="narrower than the table"))
        if '"' in "".join(cells) and self.records.widths[line] < 0:
            self.done.doubt("stray_quote", line, 0, None)

    def _is_note(self, line: int) -> bool:
        cells = self.records.cells(line)
        if self.is_open_end and line == self.segment.last and self.records.widths[line - 1] != BLANK:
            return False
        filled = [cell for cell in cells if cell.strip()]
        if cells[0].count(self.records.delimiter) >= max(1, self.width / 2) or self._has_figures_beside(cells[0]):
            return False
        if self.records.widths[line] < 0 or len(filled) != 1 or not cells[0].strip():
            return False
        return self.width > 3 or self.profiles[0].cost(cells[0]) > 3

    def _has_figures_beside(self, text: str) -> bool:
        """True when another delimiter cuts a line into as many cells as the table has, and one is a figure."""
        for other in (*COMMON, " "):
            if text.count(other) >= max(2, self.width - 1):
                return any(shape_of(cell).kind in FIGURES for cell in text.split(other))
        return False

    def _header(self, line: int) -> None:
        pieces = self.records.text(line).split(self.records.delimiter)
        if len(pieces) == self.width - 1 and self.profiles[-1].share("empty") == 1:
            self.done.cells[line] = self._left(self.records.cells(line))
            self.done.doubt(
                "header_guess", line, self.width - 1, Text(zh="数据行末多一个分隔符", en="rows end in a delimiter")
            )
            return
        if (split := self._by_other_delimiter(line, self._header_cost)) is not None:
            self.done.cells[line] = [cell or None for cell in split]
            return
        if self._quoted_whole(line, self._header_cost) or self._merged_names(line):
            return
        reading = align(pieces, self.records.delimiter, self.profiles, is_header=True)
        self.done.take(line, reading)
        if len(pieces) == self.width - 1 and not any(reading.cells) and '"' not in "".join(pieces):
            sure = next((at for at, piece in enumerate(pieces) if may_be_two(piece)), len(pieces))
            self.done.cells[line] = [*pieces[:sure], *[None] * (self.width - sure)]
        if reading.is_structural:
            self.done.doubt("header_guess", line, None, None)

    def _quoted_whole(self, line: int, cost: Callable[[Sequence[str]], float]) -> bool:
        """Take a line quoted as if it were one cell."""
        cells = out_of_quotes(self.records.text(line), self.records.delimiter, self.width, cost)
        if cells is None:
            return False
        self.done.cells[line] = [cell or None for cell in cells]
        self.done.doubt(
            "stray_quote", line, None, Text(zh="整行在一对引号内", en="the whole line is quoted as one cell")
        )
        return True

    def _merged_names(self, line: int) -> bool:
        """Take a header two of whose names ran together."""
        found = names_apart(self.records.text(line), self.records.delimiter, self.width)
        if found is None:
            return False
        at, names = found
        self.done.cells[line] = [*names]
        self.done.doubt("ragged_row", line, at, EDITS["missing"])
        self.done.doubt("header_guess", line, None, None)
        return True

    def _by_other_delimiter(self, line: int, cost: Callable[[Sequence[str]], float]) -> list[str] | None:
        """The cells of a line that another delimiter splits into just the right columns."""
        found = by_other_delimiter(self.records.text(line), self.records.delimiter, self.profiles, cost)
        if found is None:
            return None
        mark, cells = found
        self.done.doubt("mixed_delimiter", line, None, mixed_detail(mark))
        return cells

    def _header_cost(self, cells: Sequence[str]) -> float:
        return sum(profile.name_cost(cell) for profile, cell in zip(self.profiles, cells, strict=True)) / self.width

    def _row_cost(self, cells: Sequence[str]) -> float:
        return plain_cost(cells, self.profiles) / self.width

    def _row(self, line: int) -> None:
        if (split := self._by_other_delimiter(line, self._row_cost)) is not None:
            self.done.cells[line] = [cell or None for cell in split]
            return
        if self._quoted_whole(line, self._row_cost) or self._without_last_cells(line) or self._broken_in_two(line):
            return
        text = self._text_over_lines(line)
        is_last = self.is_open_end and line == self.segment.last
        pieces = text.split(self.records.delimiter)
        if is_last and len(pieces) < self.width:
            self._truncated(line, pieces)
            return
        if '"' not in text and (first := two_rows(pieces, self.profiles)) is not None:
            self.done.cells[line] = [*first, None]
            self.done.doubt("ragged_row", line, self.width - 1, EDITS["two"])
            return
        self.done.take(line, align(pieces, self.records.delimiter, self.profiles, cut=CUT))

    def _truncated(self, line: int, pieces: list[str]) -> None:
        """The last line of a file that ends in its middle: the cell at the cut is not certain."""
        reading = align(pieces[:-1] or [""], self.records.delimiter, self.profiles, cut=0.5)
        self.done.take(line, reading)
        self.done.doubt("truncated", line, len(pieces) - 1, None)

    def _text_over_lines(self, line: int) -> str:
        """The words of a damaged record: with the lines that follow, if these are odd too and close its quotes."""
        records = self.records
        if not records.has_quotes[line] or line in records.joined:
            return records.text(line)
        pieces = records.lines.line(line).count(records.delimiter) + 1
        for last in range(line + 1, min(self.segment.last, line + LONGEST_RECORD_LINES) + 1):
            more = records.lines.line(last).count(records.delimiter)
            if records.widths[last] in (self.width, BLANK, INSIDE) or last in records.joined or more >= self.width - 1:
                break
            pieces += more
            if pieces > self.width:
                break
            if pieces == self.width or (records.odd_quotes[line] and records.odd_quotes[last]):
                self.done.swallowed.update(range(line + 1, last + 1))
                return records.lines.lines(line, last)
        return records.text(line)

    def _broken_in_two(self, line: int) -> bool:
        """A row whose cell holds a line end without quotes: two short lines that make up one whole row."""
        following = line + 1
        widths = self.records.widths
        if following > self.segment.last or not 0 < widths[line] < self.width or not 0 < widths[following] < self.width:
            return False
        first, second = self.records.cells(line), self.records.cells(following)
        if len(first) + len(second) - 1 != self.width:
            return False
        cells = [*first[:-1], first[-1] + "\n" + second[0], *second[1:]]
        rest = [column for column in range(self.width) if column != len(first) - 1]
        cost = sum(self.profiles[column].cost(cells[column]) for column in rest) / max(1, len(rest))
        if cost > 2.0:
            return False
        detail = Text(zh="一行断成两行，已接上", en="one row broken in two lines; joined again")
        self.done.doubt("ragged_row", line, len(first) - 1, detail)
        self.done.doubt("line_end", line, len(first) - 1, None)
        self.done.cells[line] = [cell or None for cell in cells]
        self.done.swallowed.add(following)
        return True

    def _give_up(self, line: int) -> None:
        self.done.cells[line] = [None] * self.width
        detail = Text(zh="损坏的行过多，未逐行修复", en="too many damaged rows; this one was not repaired")
        self.done.doubt("ragged_row", line, None, detail)

    def suspects(self) -> None:
        """Regular rows whose values stand one column off; what is not certain is left blank."""
        if len(self.lines) >= FEWEST_JUDGED and 2 <= self.width <= WIDEST_TRIED:
            blank_displaced(self.records, self.lines, self.columns, self.profiles, self.done)
