"""Damage at one place of a text: delimiters and quotation marks missing, added, moved or exchanged.

What is damaged is one record at one column; every other row of the file is whole and has to be read as such.
"""

from __future__ import annotations

from benchmarks.pollution.drafts import Draft, Record, draft, swap_cell
from benchmarks.pollution.registry import Seat, damage
from benchmarks.pollution.tables import Clean
from benchmarks.pollution.truth import Accepted, Case, Owed

QUOTE = '"'


def _start(seat: Seat, spare: int = 0) -> tuple[Draft, Record, int, int]:
    """A draft, the record to damage, its row and a column (the last ``spare`` columns are left out)."""
    clean = seat.table()
    row, column = seat.place(len(clean.rows), clean.width - spare)
    made = draft(clean, seat.dialect())
    return made, made.data(row), row, column


def _end(seat: Seat, made: Draft, row: int, **options: object) -> Case:
    made.render()
    accepted = options.pop("accepted", {})
    expected = made.expected(damaged=frozenset([row]), accepted=accepted)
    return seat.case(made, expected, **options)  # type: ignore[arg-type]


@damage(weight=9)
def missing_delimiter(seat: Seat) -> Case:
    """Two cells run together: the row has one cell too few."""
    made, record, row, column = _start(seat, spare=1)
    record.fields[column : column + 2] = ["".join(record.fields[column : column + 2])]
    return _end(seat, made, row)


@damage(weight=9)
def extra_delimiter(seat: Seat) -> Case:
    """A delimiter before a cell that was whole: the row has one cell too many."""
    made, record, row, column = _start(seat)
    record.fields.insert(column, "")
    return _end(seat, made, row)


@damage(weight=6)
def delimiter_inside_cell(seat: Seat) -> Case:
    """A delimiter inside a cell that is not quoted."""
    made, record, row, column = _start(seat)
    value = made.clean.rows[row][column].replace(QUOTE, "")
    middle = len(value) // 2
    record.fields[column] = (
        value[:middle].replace("\n", " ") + made.dialect.delimiter + value[middle:].replace("\n", " ")
    )
    return _end(seat, made, row)


@damage(weight=2)
def trailing_delimiter(seat: Seat) -> Case:
    """One row ends with one delimiter more; nothing is lost."""
    made, record, row, _ = _start(seat)
    record.fields.append("")
    return _end(seat, made, row, recoverable=True, owed=Owed.MAY)


@damage(weight=2)
def trailing_delimiter_everywhere(seat: Seat) -> Case:
    """Every line, the header too, ends with a delimiter, as some programs export."""
    made, _, _, _ = _start(seat)
    for record in made.records:
        record.fields.append("")
    made.render()
    return seat.case(made, made.expected(), recoverable=True, owed=Owed.MAY)


@damage(weight=2)
def short_rows(seat: Seat) -> Case:
    """One row lacks its last cells altogether."""
    made, record, row, column = _start(seat, spare=1)
    del record.fields[max(1, column) :]
    return _end(seat, made, row)


def _with_quote(seat: Seat, where: str) -> Case:
    """A stray quotation mark in a cell; literal or dropped, both are right. A quoted cell is ambiguous afterwards."""
    made, record, row, column = _start(seat)
    value, written = made.clean.rows[row][column], record.fields[column]
    at = {"start": 0, "middle": len(written) // 2, "end": len(written)}[where]
    record.fields[column] = written[:at] + QUOTE + written[at:]
    literal_at = {"start": 0, "middle": len(value) // 2, "end": len(value)}[where]
    literal = value[:literal_at] + QUOTE + value[literal_at:]
    plain = not any(QUOTE in each for at, each in enumerate(record.fields) if at != column) and QUOTE not in written
    return _end(seat, made, row, accepted={(row, column): (literal,)}, recoverable=plain and bool(value))


@damage(weight=6)
def extra_quote_start(seat: Seat) -> Case:
    """A quotation mark before a cell opens what nothing closes."""
    return _with_quote(seat, "start")


@damage(weight=6)
def extra_quote_middle(seat: Seat) -> Case:
    """A quotation mark in the middle of a cell."""
    return _with_quote(seat, "middle")


@damage(weight=6)
def extra_quote_end(seat: Seat) -> Case:
    """A quotation mark after a cell."""
    return _with_quote(seat, "end")


def _quoted_cell(seat: Seat) -> tuple[Draft, Record, int, int, str]:
    """A row whose damaged cell is quoted because it holds the delimiter and text around it."""
    clean = seat.table()
    row, column = seat.place(len(clean.rows), clean.width)
    dialect = seat.dialect()
    value = clean.rows[row][column].replace(QUOTE, "").replace("\n", "") or "空"
    if dialect.delimiter not in value:
        value = f"{value}{dialect.delimiter}又{seat.ordinal}"
    made = draft(swap_cell(clean, row, column, value), dialect)
    return made, made.data(row), row, column, value


@damage(weight=5)
def missing_closing_quote(seat: Seat) -> Case:
    """A quoted cell with a delimiter inside that is never closed."""
    made, record, row, column, value = _quoted_cell(seat)
    record.fields[column] = QUOTE + value
    return _end(seat, made, row, accepted={(row, column): (QUOTE + value,)})


@damage(weight=4)
def missing_opening_quote(seat: Seat) -> Case:
    """A quoted cell with a delimiter inside that is never opened."""
    made, record, row, column, value = _quoted_cell(seat)
    record.fields[column] = value + QUOTE
    return _end(seat, made, row, accepted={(row, column): (value + QUOTE,)})


@damage(weight=4)
def quote_delimiter_swapped(seat: Seat) -> Case:
    """The closing quotation mark and the delimiter after it have changed places."""
    made, record, row, column, value = _quoted_cell(seat)
    if column + 1 == len(record.fields):
        record.fields[column] = value[:-1] + QUOTE + value[-1]
        return _end(seat, made, row)
    record.fields[column : column + 2] = [f"{QUOTE}{value}", QUOTE + record.fields[column + 1]]
    return _end(seat, made, row)


@damage(weight=5)
def one_delimiter_replaced(seat: Seat) -> Case:
    """One delimiter of one row is another character: a full-width comma, a semicolon, a full stop, a blank."""
    made, record, row, column = _start(seat, spare=1)
    other = next(mark for mark in seat.random.sample("，;.、|:\t,", 8) if mark != made.dialect.delimiter)
    record.fields[column : column + 2] = [other.join(record.fields[column : column + 2])]
    return _end(seat, made, row)


@damage(weight=5)
def row_with_other_delimiter(seat: Seat) -> Case:
    """All delimiters of one row are another character; recoverable when no cell of the row holds it."""
    made, record, row, _ = _start(seat)
    other = next(mark for mark in seat.random.sample(",;|\t ", 5) if mark != made.dialect.delimiter)
    record.delimiter = other
    cells = made.clean.rows[row]
    free = not any(other in cell or made.dialect.delimiter in cell or "\n" in cell for cell in cells)
    return _end(seat, made, row, recoverable=free and not (other == " " and "" in cells))


@damage(weight=2)
def row_with_spaced_delimiter(seat: Seat) -> Case:
    """The delimiters of one row have a blank behind them; a quoted cell is open to doubt then."""
    made, record, row, _ = _start(seat)
    record.delimiter = f"{made.dialect.delimiter} "
    free = not any(cell.startswith(QUOTE) for cell in record.fields)
    return _end(seat, made, row, recoverable=free, owed=Owed.MAY if free else Owed.YES)


@damage(weight=3)
def half_with_other_delimiter(seat: Seat) -> Case:
    """From one row on, every row has another delimiter: two exports were joined, and which is the odd one is open."""
    made, _, row, _ = _start(seat)
    other = ";" if made.dialect.delimiter != ";" else ","
    first = max(2, min(row, len(made.clean.rows) - 2))
    for record in made.records:
        if record.row is not None and record.row >= first:
            record.delimiter = other
    made.render()
    return seat.case(made, made.expected(damaged=frozenset(range(len(made.clean.rows)))))


@damage(weight=3)
def header_missing_delimiter(seat: Seat) -> Case:
    """Two names of the header run together; the rows are whole."""
    clean = seat.table()
    _, column = seat.place(1, clean.width - 1)
    made = draft(clean, seat.dialect())
    names = made.records[0].fields
    names[column : column + 2] = ["".join(names[column : column + 2])]
    made.render()
    return seat.case(made, made.expected())


@damage(weight=3)
def header_extra_delimiter(seat: Seat) -> Case:
    """The header has one name more than the rows have cells."""
    clean = seat.table()
    _, column = seat.place(1, clean.width - 1)
    made = draft(clean, seat.dialect())
    made.records[0].fields.insert(column + 1, "")
    made.render()
    return seat.case(made, made.expected())


@damage(weight=3)
def two_damaged_rows(seat: Seat) -> Case:
    """One row lacks a delimiter and the next one has one too many: the number of delimiters is right again."""
    made, record, row, column = _start(seat, spare=1)
    other = row + 1 if row + 1 < len(made.clean.rows) else row - 1
    record.fields[column : column + 2] = ["".join(record.fields[column : column + 2])]
    made.data(other).fields.insert(column, "")
    made.render()
    return seat.case(made, made.expected(damaged=frozenset([row, other])))


@damage(weight=3)
def quotes_in_two_rows(seat: Seat) -> Case:
    """A quotation mark opens in one row and another closes rows later, each before a cell that is not quoted.

    A reader that pairs them swallows the rows between.
    """
    made, record, row, column = _start(seat)
    later = min(row + 3, len(made.clean.rows) - 1)
    if later == row:
        row, record = row - 2, made.data(row - 2)
    accepted: Accepted = {}
    for number in (row, later):
        value = made.clean.rows[number][column]
        accepted[number, column] = (QUOTE + value, value + QUOTE)
    record.fields[column] = QUOTE + record.fields[column]
    end = made.data(later)
    end.fields[column] += QUOTE
    made.render()
    expected = made.expected(damaged=frozenset(range(row, later + 1)), accepted=accepted)
    return seat.case(made, expected)


def quoted_words(clean: Clean, seat: Seat, pattern: str) -> tuple[Clean, list[int], int]:
    """The table with some cells of one text column that hold quoted words; gives the rows and the column."""
    column = (clean.of_kind("long", "text") or [0])[-1]
    rows = sorted(seat.random.sample(range(len(clean.rows)), 4))
    for row in rows:
        plain = clean.rows[row][column].replace(QUOTE, "").replace("\n", "") or "甲"
        clean = swap_cell(clean, row, column, pattern.format(plain))
    return clean, rows, column
