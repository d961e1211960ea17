"""Regular rows whose values stand in the wrong columns: what is not certain of them is left blank.

Belongs here: what happens to a row of the right width that fits its columns badly, and the doubts about it. Does not
belong here: what tells such a row (``suspects``, ``slips``), rows of another width (``repairs``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from pipelines.contracts import Text
from pipelines.reading.text.alignment import Reading
from pipelines.reading.text.profiles import Profile, shape_of
from pipelines.reading.text.records import Records
from pipelines.reading.text.repaired import EDITS, Repaired
from pipelines.reading.text.segments import FIGURES
from pipelines.reading.text.slips import PADDED_COST, padded, rows_beside, rows_blank_at_an_end, self_evident
from pipelines.reading.text.suspects import MOST_SUSPECTS, is_data_like, judge_row, sample_profiles, strange_rows

_MOVED = Text(
    zh="可能少一个又多一个分隔符，位置不能确定的单元格留空",
    en="a delimiter may be missing and another too many; the cells between are left blank",
)


def blank_displaced(
    records: Records, lines: np.ndarray, columns: list[pl.Series], profiles: Sequence[Profile], done: Repaired
) -> None:
    """Regular rows whose values stand one column off; what is not certain is left blank, and doubted in ``done``.

    ``columns`` are the cells of the regular ``lines`` (from 0), ``profiles`` what they look like.
    """
    found = strange_rows(columns, profiles)
    off = set(rows_beside(columns, profiles)[:MOST_SUSPECTS].tolist())
    ends = rows_blank_at_an_end(columns, profiles)[:MOST_SUSPECTS]
    found = np.union1d(found, [*off, *ends.tolist()]).astype(np.int64)
    _commas_in_values(records, lines, columns, profiles, done)
    if not len(found):
        return
    names = [column[0] for column in columns]
    sound = sample_profiles(columns, found)
    for at in found.tolist():
        row = [column[at] for column in columns]
        if at == 0 or row == names or not (at in off or is_data_like(row, sound)):
            continue
        line = int(lines[at])
        pieces = records.text(line).split(records.delimiter)
        verdict = judge_row([cell or "" for cell in row], pieces, records.delimiter, sound)
        if isinstance(verdict, Reading):
            done.take(line, verdict)
        elif verdict is not None:
            first, last = verdict
            known = self_evident([cell or "" for cell in row], sound)
            kept = [None if first <= at <= last else cell for at, cell in enumerate(row)]
            for column in range(first, last + 1):
                kept[column] = known.get(column)
            done.cells[line] = kept
            done.doubt("ragged_row", line, first, _MOVED)


def _commas_in_values(
    records: Records, lines: np.ndarray, columns: list[pl.Series], profiles: Sequence[Profile], done: Repaired
) -> None:
    """Values after a blank where no other row has one: a value with the delimiter inside may be cut there."""
    for at, column in padded(columns):
        line = int(lines[at])
        row: list[str | None] = [each[at] for each in columns]
        value = row[column] or ""
        profile = profiles[column]
        if at == 0 or profile.vocabulary[value.strip()] > 1 or '"' in records.text(line):
            continue
        cost = profile.cost(value.strip())
        if cost <= PADDED_COST and shape_of(value).kind in FIGURES:
            continue
        if cost > PADDED_COST:
            row[column - 1] = row[column] = None
        done.cells[line] = row
        done.doubt("ragged_row", line, column - 1, EDITS["comma"])
