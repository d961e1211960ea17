"""Whole files in other dialects, line ends and encodings, and the characters that do not belong in a text.

Recoverable where the file still says everything, as most of these do; the reader is held to that.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable

from benchmarks.pollution.drafts import Dialect, Draft, draft, swap_cell
from benchmarks.pollution.registry import Seat, damage
from benchmarks.pollution.tables import MAKERS, Clean, clean_table
from benchmarks.pollution.text_damage import quoted_words
from benchmarks.pollution.truth import Accepted, Case, Owed, Refusal

DELIMITERS = (",", ";", "\t", "|", ":", " ", "，", "||", ", ", "^", "~")
TRADITIONAL = str.maketrans(
    "赵吴孙马罗国华军兰凤红晓东乡龙云临时补贴县财农业卫教养饮费岗资员学营义",
    "趙吳孫馬羅國華軍蘭鳳紅曉東鄉龍雲臨時補貼縣財農業衛教養飲費崗資員學營義",
)


def _whole(seat: Seat, dialect: Dialect, owed: Owed, clean: Clean | None = None) -> Case:
    made = draft(clean or seat.table(), dialect)
    made.render()
    return seat.case(made, made.expected(), recoverable=True, owed=owed)


@damage(weight=5)
def clean_text(seat: Seat) -> Case:
    """No damage at all: any doubt is a false alarm."""
    return _whole(seat, seat.dialect(), Owed.NO)


@damage(weight=6)
def whole_delimiter(seat: Seat) -> Case:
    """Every delimiter the suite knows, for the whole file."""
    delimiter = DELIMITERS[seat.ordinal // len(MAKERS) % len(DELIMITERS)]
    return _whole(seat, Dialect(delimiter=delimiter), Owed.NO if delimiter in ",;\t|" else Owed.MAY)


@damage(weight=3)
def whole_quoted(seat: Seat) -> Case:
    """Every cell in quotation marks, double or single."""
    quote = "\"'"[seat.ordinal % 2]
    return _whole(seat, Dialect(quote=quote, is_all_quoted=True), Owed.NO if quote == '"' else Owed.MAY)


@damage(weight=3)
def quote_single(seat: Seat) -> Case:
    """Single quotation marks around the cells that need them."""
    clean, _, _ = quoted_words(seat.table(), seat, "{0},乙")
    return _whole(seat, Dialect(quote="'"), Owed.MAY, clean)


@damage(weight=3)
def escape_backslash(seat: Seat) -> Case:
    """Quotation marks inside cells escaped by a backslash instead of doubled."""
    clean, _, _ = quoted_words(seat.table(), seat, '{0}"乙"丙,丁')
    return _whole(seat, Dialect(escape="\\"), Owed.MAY, clean)


@damage(weight=3)
def escape_none(seat: Seat) -> Case:
    """Quotation marks inside a quoted cell that nothing escapes; literal is right."""
    pattern = ('{0}"乙"丙', '{0}"乙", 丙')[seat.ordinal % 2]
    clean, rows, _ = quoted_words(clean_table("words", seat.seed + seat.ordinal % 7), seat, pattern)
    made = draft(clean, Dialect(escape="", is_all_quoted=bool(seat.ordinal % 3)))
    made.render()
    recoverable = seat.ordinal % 2 == 0 and bool(seat.ordinal % 3)
    return seat.case(made, made.expected(damaged=frozenset(rows)), recoverable=recoverable)


@damage(weight=4)
def line_ends(seat: Seat) -> Case:
    """LF, CRLF or CR throughout."""
    return _whole(seat, Dialect(line_end=("\n", "\r\n", "\r")[seat.ordinal // len(MAKERS) % 3]), Owed.NO)


@damage(weight=3)
def line_ends_mixed(seat: Seat) -> Case:
    """Two or three line ends in one file."""
    made = draft(seat.table(), Dialect())
    ends = (("\n", "\r\n"), ("\r", "\r\n"), ("\n", "\r"), ("\n", "\r\n", "\r"))[seat.ordinal % 4]
    for record in made.records:
        record.line_end = seat.random.choice(ends)
    made.render()
    return seat.case(made, made.expected(), recoverable=True, owed=Owed.MAY)


@damage(weight=3)
def line_end_at_end(seat: Seat) -> Case:
    """No line end after the last row, or two to four of them."""
    made = draft(seat.table(), seat.dialect())
    count = (0, 2, 4)[seat.ordinal // len(MAKERS) % 3]
    made.records[-1].line_end = made.dialect.line_end * count
    made.render()
    return seat.case(made, made.expected(), recoverable=True, owed=Owed.NO)


@damage(weight=3)
def blank_line_inside(seat: Seat) -> Case:
    """One to three blank lines between rows, or one of delimiters only."""
    made = draft(seat.table(), seat.dialect())
    row, _ = seat.place(len(made.clean.rows) - 1, 1)
    count = seat.ordinal // len(MAKERS) % 4
    blank = made.dialect.line_end
    if count:
        made.data(row).line_end = blank * (1 + count)
    else:
        made.data(row).line_end = blank + made.dialect.delimiter * (made.clean.width - 1) + blank
    made.render()
    return seat.case(made, made.expected(), recoverable=True, owed=Owed.MAY)


@damage(weight=5)
def broken_line(seat: Seat) -> Case:
    """A lone LF, CR or CRLF inside a cell that is not quoted: the row stands on two lines."""
    clean = seat.table()
    row, column = seat.place(len(clean.rows), clean.width)
    made = draft(clean, seat.dialect())
    mark = ("\n", "\r", "\r\n")[seat.random.randrange(3)]
    value = clean.rows[row][column].replace('"', "").replace("\n", "")
    middle = max(1, len(value) // 2)
    head, tail = value[:middle], value[middle:]
    if made.dialect.delimiter in value:
        head, tail = head.replace(made.dialect.delimiter, ""), tail.replace(made.dialect.delimiter, "")
    made.data(row).fields[column] = head + mark + tail
    made.render()
    accepted: Accepted = {(row, column): (head + "\n" + tail, head + tail, head + " " + tail)}
    return seat.case(made, made.expected(damaged=frozenset([row]), accepted=accepted))


def _encoded(seat: Seat, made: Draft, raw: bytes, encoding: str, owed: Owed, *, recoverable: bool = True) -> Case:
    damaged = frozenset() if recoverable else frozenset(range(len(made.clean.rows)))
    expected = made.expected(damaged=damaged)
    return seat.raw_case(raw, made.clean.name, expected, recoverable=recoverable, owed=owed, encoding=encoding)


def _encoding(seat: Seat, encoding: str, mark: bytes, owed: Owed) -> Case:
    made = draft(seat.table(), seat.dialect())
    return _encoded(seat, made, mark + made.render().encode(encoding), encoding, owed)


@damage(weight=3)
def encoding_utf8_mark(seat: Seat) -> Case:
    """UTF-8 with a byte order mark."""
    return _encoding(seat, "utf-8", codecs.BOM_UTF8, Owed.NO)


@damage(weight=4)
def encoding_gbk(seat: Seat) -> Case:
    """GBK, as most departments' programs write."""
    return _encoding(seat, "gbk", b"", Owed.MAY)


@damage(weight=3)
def encoding_gb18030(seat: Seat) -> Case:
    """GB 18030 with characters of four bytes in names."""
    clean = seat.table("register", "treasury", "words", "notes")
    column = clean.of_kind("text")[0]
    for row in range(0, len(clean.rows), 5):
        clean = swap_cell(clean, row, column, f"李{seat.random.choice('㐂㛃𠀋𡈽䶮')}{seat.random.choice('㙍𠮷䲟')}")
    made = draft(clean, seat.dialect())
    return _encoded(seat, made, made.render().encode("gb18030"), "gb18030", Owed.MAY)


@damage(weight=4)
def encoding_utf16(seat: Seat) -> Case:
    """UTF-16 in both byte orders, with and without a mark."""
    form = seat.ordinal // len(MAKERS) % 4
    encoding = ("utf-16-le", "utf-16-be")[form % 2]
    mark = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)[form % 2] if form < 2 else b""
    return _encoding(seat, encoding, mark, Owed.NO if mark else Owed.MAY)


@damage(weight=2)
def encoding_latin1(seat: Seat) -> Case:
    """Latin-1 with accents: no mark, and every byte string is valid Latin-1, so the reader has to say it guessed."""
    clean = seat.table("shop")
    for row in range(0, len(clean.rows), 2):
        word = seat.random.choice(("Café", "Müller", "Año", "Façade", "Blåbær", "Première"))
        clean = swap_cell(clean, row, 1, f"{word} {clean.rows[row][1]}")
    made = draft(clean, seat.dialect())
    return _encoded(seat, made, made.render().encode("latin-1"), "latin-1", Owed.YES, recoverable=False)


@damage(weight=2)
def encoding_big5(seat: Seat) -> Case:
    """Big5 in traditional characters: nothing declares it, and much of it is valid GB 18030 as well."""
    clean = seat.table("register", "treasury", "words")

    def turn(text: str) -> str:
        return text.translate(TRADITIONAL).encode("big5", errors="ignore").decode("big5")

    rows = [[turn(cell) for cell in row] for row in clean.rows]
    clean = Clean(clean.name, [turn(name) for name in clean.header], clean.kinds, rows)
    made = draft(clean, seat.dialect())
    return _encoded(seat, made, made.render().encode("big5"), "big5", Owed.YES, recoverable=False)


@damage(weight=3)
def encoding_cut_character(seat: Seat) -> Case:
    """The file ends inside a character of several bytes."""
    clean = seat.table()
    last = len(clean.rows) - 1
    clean = swap_cell(clean, last, clean.width - 1, "已核实完毕")
    made = draft(clean, seat.dialect())
    made.records[-1].line_end = ""
    encoding = ("utf-8", "gb18030")[seat.ordinal % 2]
    raw = made.render().encode(encoding)[:-1]
    expected = made.expected(damaged=frozenset([last]))
    return seat.raw_case(raw, clean.name, expected, refusal=Refusal.MAY, encoding=encoding)


@damage(weight=3)
def encodings_joined(seat: Seat) -> Case:
    """The first part of the file in one encoding, the rest in another."""
    clean = seat.table(*(name for name in MAKERS if name != "shop"))
    made = draft(clean, seat.dialect())
    lines = made.render().splitlines(keepends=True)
    half = len(lines) // 2
    first, second = (("utf-8", "gb18030"), ("gb18030", "utf-8"))[seat.ordinal % 2]
    raw = "".join(lines[:half]).encode(first) + "".join(lines[half:]).encode(second)
    everything = frozenset(range(len(clean.rows)))
    return seat.raw_case(raw, clean.name, made.expected(damaged=everything), refusal=Refusal.MAY)


def _as(wrong: str, right: str = "utf-8") -> Callable[[str], str]:
    return lambda value: value.encode(right).decode(wrong, errors="replace")


GARBLES: tuple[Callable[[str], str], ...] = (
    _as("gbk"),
    _as("latin-1"),
    _as("cp1252"),
    lambda value: "锟斤拷" * max(1, len(value) // 2),
    lambda value: "\ufffd" * len(value),
    lambda value: "ï¿½" * len(value),
    lambda value: "?" * max(2, len(value)),
)


@damage(weight=5)
def mojibake(seat: Seat) -> Case:
    """One to three cells were garbled by an earlier conversion."""
    clean = seat.table("register", "treasury", "statistics", "words", "wide", "notes")
    column = clean.of_kind("text")[0]
    garble = GARBLES[seat.ordinal // 6 % len(GARBLES)]
    rows = sorted(seat.random.sample(range(len(clean.rows)), seat.random.randint(1, 3)))
    made = draft(clean, seat.dialect())
    for row in rows:
        garbled = garble(clean.rows[row][column]).replace("\r", "").replace("\n", "").replace("\x85", "")
        made.data(row).fields[column] = made.dialect.write(garbled)
    made.render()
    return seat.case(made, made.expected(damaged=frozenset(rows)))


@damage(weight=6)
def invisible_character(seat: Seat) -> Case:
    """NUL, control, zero-width, directional or no-break characters inside a cell; kept or taken out, both are right."""
    clean = seat.table()
    row, column = seat.place(len(clean.rows), clean.width)
    mark = "\x00\x01\x1a\u200b\u200d\ufeff\u202e\u2066\u00a0\x7f"[seat.ordinal // len(MAKERS) % 10]
    value = clean.rows[row][column]
    dirty = value[: len(value) // 2] + mark + value[len(value) // 2 :]
    made = draft(clean, seat.dialect())
    made.data(row).fields[column] = made.dialect.write(dirty)
    made.render()
    accepted: Accepted = {(row, column): (dirty, value.replace(mark, ""), dirty.replace(mark, " "))}
    owed = Owed.MAY if mark in "\u00a0\u200b\ufeff\u200d" else Owed.YES
    return seat.case(made, made.expected(damaged=frozenset([row]), accepted=accepted), recoverable=True, owed=owed)


@damage(weight=3)
def full_width_digits(seat: Seat) -> Case:
    """Full-width digits and marks in a number; kept or folded, both are right."""
    clean = seat.table(*(name for name in MAKERS if name not in ("words",)))
    columns = clean.of_kind("int", "money", "code")
    row, at = seat.place(len(clean.rows), len(columns), 8)
    value = clean.rows[row][columns[at]]
    wide = "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in value)
    made = draft(clean, seat.dialect())
    made.data(row).fields[columns[at]] = made.dialect.write(wide)
    made.render()
    accepted: Accepted = {(row, columns[at]): (wide,)}
    expected = made.expected(damaged=frozenset([row]), accepted=accepted)
    return seat.case(made, expected, recoverable=True, owed=Owed.MAY)
