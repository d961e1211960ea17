"""What a reading is worth beside the truth: cell by cell, by position, and whether anything was said about differences.

Belongs here: comparing and counting one file. Does not belong here: truth, readers, tables of results.

Outcomes of a file: *exact*; *flagged* (differs, and the reader doubted something in the file); *silent* (differs, and
nothing was said); *refused* (where a refusal is due or allowed); *wrongly refused*. *Strictly silent* is a file with a
difference that no doubt at that row (or at its column, or at the whole table for a missing table or name) covers.
Outer blanks and the kind of line end inside a cell do not count as differences, nor do columns that are blank
throughout and have no name; workbooks' numbers compare by value and dates by their day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from benchmarks.pollution.alignment import align
from benchmarks.pollution.readings import Reading, ReadTable
from benchmarks.pollution.truth import Case, Expected, Owed, Refusal

EXACT, FLAGGED, SILENT, REFUSED, WRONGLY_REFUSED = "exact", "flagged", "silent", "refused", "wrongly refused"
NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})[ T]00:00:00(?:\.0+)?")
MADE_UP = re.compile(
    r"(?:column|col|_?unnamed|field|f|_duplicated)[ :_]*[\d_]*(?:[:_]?level_\d+)?|_?\d*", re.IGNORECASE
)
CHANGED = re.compile(r"(?:_duplicated)?[._]\d+$")
WHOLE_TABLE_KINDS = frozenset({"encoding", "delimiter_guess"})
QUARANTINE_KINDS = frozenset({"ragged_row", "mixed_delimiter"})


@dataclass(frozen=True)
class Difference:
    """A place that differs: source rows (None: the table as a whole) and what differs there."""

    span: tuple[int, int] | None
    what: str


@dataclass
class Comparison:
    """One reading beside one variant of truth: differences, and cells by position."""

    differences: list[Difference] = field(default_factory=list)
    right: int = 0
    wrong: int = 0
    missing: int = 0
    clean_rows: int = 0
    clean_rows_lost: int = 0


@dataclass(frozen=True)
class Score:
    """One file and one reader."""

    outcome: str
    right: int = 0
    wrong: int = 0
    missing: int = 0
    clean_rows: int = 0
    clean_rows_lost: int = 0
    is_strictly_silent: bool = False
    is_false_alarm: bool = False
    is_doubt_missed: bool = False
    note: str = ""


def plain(text: str | None, *, by_value: bool) -> str:
    """A cell as it is compared."""
    if not text:
        return ""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.strip(" ")
    if by_value:
        if NUMBER.fullmatch(text):
            return _number(text)
        if day := DAY.fullmatch(text):
            return day[1]
    return text


def _number(text: str) -> str:
    value = Decimal(text)
    if len(value.as_tuple().digits) > 15 and ("." in text or "E" in text.upper()):
        value = Decimal(f"{float(value):.12g}")
    return f"{value.normalize():f}" if value else "0"


def score(case: Case, reading: Reading) -> Score:
    """The reading of a file beside its truth."""
    truth = case.truth
    if reading.refused is not None:
        if truth.refusal is not Refusal.NO:
            return Score(REFUSED)
        first = truth.variants[0]
        cells = sum(1 for table in first for row in table.rows for cell in row if cell)
        rows = sum(len(table.rows) - len(table.damaged) for table in first)
        return Score(WRONGLY_REFUSED, missing=cells, clean_rows=rows, clean_rows_lost=rows, note=reading.refused)
    results = [compare(case, reading, variant) for variant in truth.variants]
    best = min(results, key=lambda each: (len(each.differences) > 0, -each.right, each.wrong, each.missing))
    is_flagged = bool(reading.doubts)
    counts = (best.right, best.wrong, best.missing, best.clean_rows, best.clean_rows_lost)
    if best.differences:
        open_ones = [each for each in best.differences if not _is_covered(each, reading)]
        note = "; ".join(each.what for each in (open_ones or best.differences)[:3])
        outcome = FLAGGED if is_flagged else SILENT
        false_alarm = truth.owed is Owed.NO and is_flagged
        return Score(outcome, *counts, is_strictly_silent=bool(open_ones), is_false_alarm=false_alarm, note=note)
    false_alarm = truth.owed is Owed.NO and is_flagged
    missed = truth.owed is Owed.YES and not is_flagged
    kinds = ", ".join(sorted({each.kind for each in reading.doubts}))
    note = kinds if false_alarm else "doubt missed" if missed else ""
    return Score(EXACT, *counts, is_false_alarm=false_alarm, is_doubt_missed=missed, note=note)


def _is_covered(difference: Difference, reading: Reading) -> bool:
    for doubt in reading.doubts:
        if doubt.row is None:
            if difference.span is None or doubt.column is not None or doubt.kind in WHOLE_TABLE_KINDS:
                return True
        elif difference.span is not None and difference.span[0] <= doubt.row <= difference.span[1]:
            return True
    return difference.span is None and bool(reading.doubts)


def compare(case: Case, reading: Reading, variant: tuple[Expected, ...]) -> Comparison:
    """The tables read beside the tables of one variant, each with the one it agrees with most."""
    by_value = case.truth.is_by_value
    optional = case.truth.optional_sheets
    tables = [each for each in reading.tables if (each.rows or each.header) and each.sheet not in optional]
    total = Comparison()
    left = list(tables)
    for expected in variant:
        trials = [_table(expected, each, reading, by_value=by_value) for each in left]
        if not trials:
            total.differences.append(Difference(None, "a table is missing"))
            _count_lost(expected, total)
            continue
        best = max(range(len(trials)), key=lambda at: trials[at].right - trials[at].wrong)
        del left[best]
        _add(total, trials[best])
    for table in left:
        total.differences.append(Difference(None, f"a table of {len(table.rows)} rows too many"))
        total.wrong += sum(1 for row in table.rows for cell in row if cell)
    return total


def _add(total: Comparison, part: Comparison) -> None:
    total.differences += part.differences
    total.right += part.right
    total.wrong += part.wrong
    total.missing += part.missing
    total.clean_rows += part.clean_rows
    total.clean_rows_lost += part.clean_rows_lost


def _count_lost(expected: Expected, total: Comparison) -> None:
    clean = len(expected.rows) - len(expected.damaged)
    total.missing += sum(1 for row in expected.rows for cell in row if cell)
    total.clean_rows += clean
    total.clean_rows_lost += clean


def _table(expected: Expected, table: ReadTable, reading: Reading, *, by_value: bool) -> Comparison:
    """One table beside one expected table."""
    result = Comparison()
    width = max([len(expected.header), *(len(row) for row in expected.rows)])
    _header(expected, table, reading, result)
    truth = [[plain(cell, by_value=by_value) for cell in row] for row in expected.rows]
    got = [[plain(cell, by_value=by_value) for cell in row] for row in table.rows]
    quarantined = {each.row for each in reading.doubts if each.kind in QUARANTINE_KINDS and each.row is not None}
    last = (1, 1)
    for row, other in align(truth, got):
        if row is None:
            line = table.lines[other] if table.lines and other is not None else None
            cells = [cell for cell in got[other] if cell] if other is not None else []
            if cells:
                span = (line, line) if line is not None else last
                result.differences.append(Difference(span, f"row {span[0]}: a row too many"))
                result.wrong += len(cells)
            continue
        span = last = expected.spans[row]
        columns = _row(expected, row, truth[row], got[other] if other is not None else None, result, by_value=by_value)
        if columns:
            names = "missing" if other is None else "columns " + ",".join(str(at + 1) for at in columns[:5])
            result.differences.append(Difference(span, f"row {span[0]}: {names}"))
        if row not in expected.damaged:
            result.clean_rows += 1
            held = any(line in quarantined for line in range(span[0], span[1] + 1))
            result.clean_rows_lost += bool(columns) or held
        if other is not None and any(got[other][width:]):
            result.wrong += sum(1 for cell in got[other][width:] if cell)
            result.differences.append(Difference(span, f"row {span[0]}: cells beyond the last column"))
    return result


def _row(
    expected: Expected, row: int, truth: list[str], got: list[str] | None, result: Comparison, *, by_value: bool
) -> list[int]:
    """Counts the cells of a row; gives the columns that differ (all with a value, when the row is missing)."""
    if got is None:
        gone = [column for column, cell in enumerate(truth) if cell]
        result.missing += len(gone)
        return gone or [0]
    if got == truth:
        result.right += sum(1 for cell in truth if cell)
        return []
    differing = []
    for column, want in enumerate(truth):
        have = got[column] if column < len(got) else ""
        if have == want:
            result.right += bool(want)
        elif have in [plain(each, by_value=by_value) for each in expected.accepted.get((row, column), ())]:
            result.right += 1
        else:
            result.missing += bool(want)
            result.wrong += bool(have)
            differing.append(column)
    return differing


def _header(expected: Expected, table: ReadTable, reading: Reading, result: Comparison) -> None:
    """Names by position; a reader that makes up names is not held to blank and repeated ones."""
    names = [_name(each) for each in table.header]
    while names and len(names) > len(expected.header) and _is_free(table, names, reading):
        names.pop()
    if not expected.header:
        if any(names) and not (reading.has_own_names and all(MADE_UP.fullmatch(each) for each in names)):
            result.differences.append(Difference(None, "header: there is none"))
            result.wrong += len(names)
        return
    if len(names) != len(expected.header):
        result.differences.append(Difference(None, f"header: {len(names)} names, not {len(expected.header)}"))
        result.missing += len(expected.header)
        result.wrong += len(names)
        return
    for column, (want, have) in enumerate(zip(map(_name, expected.header), names, strict=True)):
        further = expected.header_accepted.get(column, ())
        if have == want or have in further or _is_renamed(expected, want, have, reading):
            result.right += bool(want)
        else:
            result.missing += bool(want)
            result.wrong += bool(have)
            result.differences.append(Difference(None, f"header: name of column {column + 1}"))


def _is_renamed(expected: Expected, want: str, have: str, reading: Reading) -> bool:
    if expected.is_header_flattened and want and want in have:
        return True
    return reading.has_own_names and (
        (not want and MADE_UP.fullmatch(have) is not None) or (want != "" and CHANGED.sub("", have) == want)
    )


def _name(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").strip()


def _is_free(table: ReadTable, names: list[str], reading: Reading) -> bool:
    """Whether the last column is blank throughout and has no name of the file's."""
    last = len(names) - 1
    unnamed = not names[last] or (reading.has_own_names and MADE_UP.fullmatch(names[last]) is not None)
    return unnamed and not any(row[last] for row in table.rows if len(row) > last)
