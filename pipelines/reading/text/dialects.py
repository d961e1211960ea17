"""How a text separates its cells: delimiter, quotation mark, escape; told nothing.

Belongs here: the choice of a dialect and turning a text into the one dialect that the splitter knows (one ASCII
delimiter, double quotes, doubled inside). Does not belong here: splitting.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from pipelines.contracts import Text
from pipelines.reading.doubts import Doubt
from pipelines.reading.text.fixed_width import GAP, at_stops, fixed_stops

PRIORS = {
    ",": 1.0, "\t": 1.0, ";": 1.0, "|": 1.0, "，": 0.95, "；": 0.95, "||": 1.02, "\t\t": 1.02, "、": 0.7, "^": 0.9,
    "~": 0.85, "§": 0.9, "¦": 0.9, "¬": 0.9, ":": 0.65, " ": 0.6, "\x1f": 1.0, "\x01": 1.0,
}  # fmt: skip
OTHER_PRIOR = 0.55
EVEN_WIDTH, EVEN_LINES = 4, 8
EVEN_SHARE = 0.8
LEAST_SCORE = 0.2
FEW_LINES = 3
NEAR_SHARE = 0.9
COMMON = ",;\t|，；"
NEVER = "._-/\\@%$()（）+'\"“”‘’。《》【】[]{}<>!?！？…—·￥¥°"
SAMPLE_LINES = 300
SAMPLE_BYTES = 400_000
_STAMP = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[ T]+\d{1,2}:\d{2}(?::\d{2})?"
    r"|(?<![:\d])\d{1,2}:\d{2}(?::\d{2})?(?![:\d])|\w+://"
)
_THOUSANDS = re.compile(r"\s*[-+¥￥$€]?\d{1,3}(?:,\d{3})+(?:\.\d+)?\s*")
_KNOWN = re.compile(
    r"\s*(?:[-+]?[¥￥$€]?[-+]?\d[\d.]*(?:,\d+)*(?:[eE][-+]?\d+)?[%万元]?"
    r"|\d{1,4}[-/.年]\d{1,2}(?:[-/.月]\d{1,4}日?)?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
    r"|\d{1,2}:\d{2}(?::\d{2})?|[A-Za-z\u4e00-\u9fff]{1,12}|[A-Z\d]+-?[A-Z\d]+|\w+://\S+|)\s*"
)


_SIDES = r"\n,;\t|，；、^~:§¦¬\x1f\x01"
_OVER_LINES = re.compile(rf'(?:(?<![^{_SIDES}])|(?<=[,;|:] ))"(?:[^"\\]++|\\.|"")*+"(?=[{_SIDES}]|\Z)', re.DOTALL)


@dataclass(frozen=True)
class Dialect:
    """``delimiter`` is "" for one column; ``is_run``: several in a row count as one; ``quote`` "" means none.

    ``stops``: where the columns of a text of fixed width begin, counted in letters from 0.
    """

    delimiter: str
    quote: str = '"'
    has_backslash: bool = False
    is_run: bool = False
    stops: tuple[int, ...] = ()


@dataclass(frozen=True)
class Canonical:
    """A text in the splitter's dialect, and how a column of its cells becomes the file's own words again."""

    text: str
    delimiter: str
    has_quotes: bool
    restore: Callable[[pl.Series], pl.Series]


@dataclass(frozen=True)
class _Score:
    dialect: Dialect
    value: float
    width: int
    coverage: float


def sample_lines(text: str) -> list[str]:
    """Lines that are not blank: all of a small text, head, middle and tail of a big one."""
    if len(text) <= SAMPLE_BYTES:
        lines = [line for line in _folded(text).split("\n") if line.strip(" ")]
    else:
        part = SAMPLE_BYTES // 4
        middle = len(text) // 2
        lines = _folded(text[: 2 * part]).split("\n")[:-1]
        lines = lines[:SAMPLE_LINES] + _folded(text[middle : middle + part]).split("\n")[1:-1]
        lines += _folded(text[-part:]).split("\n")[1:]
        lines = [line for line in lines if line.strip(" ")] or text.split("\n", 20)[:20]
    if len(lines) <= SAMPLE_LINES:
        return lines
    third = SAMPLE_LINES // 3
    middle = len(lines) // 2
    return lines[:third] + lines[middle : middle + third] + lines[-third:]


def _folded(text: str) -> str:
    """Quoted cells over several lines on one line, as far as they are bounded: the sample's lines are records then."""
    if '"' not in text:
        return text
    return _OVER_LINES.sub(lambda found: found[0].replace("\n", " "), text)


def tightened(text: str, delimiters: str) -> str:
    """The text without the blanks between a closing quotation mark and one of the delimiters: they mean nothing."""
    side = re.escape(delimiters)
    if '" ' not in text or not re.search(rf'" +(?:[{side}]|$)', text, re.MULTILINE):
        return text
    cell = re.compile(rf'(?:(?<=[{side}])|^)("(?:[^"\n]++|"")*+") *(?=[{side}]|$)', re.MULTILINE)
    return cell.sub(r"\1", text)


@lru_cache(maxsize=64)
def _bounded(delimiter: str, quote: str) -> re.Pattern[str]:
    """A cell in quotation marks that begins and ends where a cell may."""
    side, close = (re.escape(delimiter) if delimiter else r"\n"), "”" if quote == "“" else quote
    before = rf"(?:(?<=^{quote})|(?<={side}{quote}))"
    return re.compile(rf"{quote}{before}(?:[^{quote}{close}\n]++|{close}{close})*+{close}(?={side}|$)", re.MULTILINE)


def _quote_of(lines: list[str], delimiter: str) -> str:
    """The quotation mark that bounds most cells."""
    joined = "\n".join(lines)
    counts = {
        quote: len(_bounded(delimiter, quote).findall(joined)) if quote in joined else 0 for quote in ('"', "'", "“")
    }
    best = max(counts, key=lambda quote: counts[quote])
    if counts[best]:
        if best == "'" and counts["'"] < 2 and len(lines) > 3:
            return '"'
        return best
    with_marks = sum('"' in line for line in lines)
    return "" if with_marks >= 4 and with_marks >= 0.2 * len(lines) else '"'


def _widths(lines: list[str], dialect: Dialect) -> tuple[list[int], int]:
    """Cells of each line, quoted ones taken as one, and how many lines are quoted irregularly."""
    delimiter, quote = dialect.delimiter, dialect.quote
    joined = "\n".join(lines)
    if dialect.has_backslash:
        joined = joined.replace('\\"', "")
    if quote and quote in joined:
        joined = _bounded(delimiter, quote).sub("", joined)
    widths, irregular = [], 0
    for plain in joined.split("\n"):
        irregular += bool(quote) and quote in plain
        if delimiter in " :":
            plain = _STAMP.sub("D", plain)  # noqa: PLW2901
        if dialect.is_run:
            widths.append(len(re.findall(rf"{re.escape(delimiter)}+", plain.strip(" "))) + 1)
        else:
            widths.append(plain.count(delimiter) + 1)
    return widths, irregular


def _score(lines: list[str], dialect: Dialect) -> _Score:
    widths, irregular = _widths(lines, dialect)
    classes = Counter(width for width in widths if width > 1)
    split = sum(classes.values())
    if not split:
        return _Score(dialect, 0.0, 1, 0.0)
    coverage = split / len(lines)
    purity = sum(count * count for count in classes.values()) / (split * split)
    width = max(classes, key=lambda each: (classes[each], each))
    modal = [line for line, each in zip(lines, widths, strict=True) if each == width][:40]
    kind = _cleanness(modal, dialect)
    value = PRIORS.get(dialect.delimiter, OTHER_PRIOR) * coverage * purity**0.5 * (1 - 0.35 / width) * kind
    return _Score(dialect, value * (1 - 0.5 * irregular / len(lines)), width, coverage)


def _cleanness(lines: list[str], dialect: Dialect) -> float:
    """How much the cells look like values: known shapes count fully, cells with another delimiter inside little."""
    total, clean = 0, 0.0
    others = COMMON.replace(dialect.delimiter[0], "")
    for line in lines:
        if dialect.quote and dialect.quote in line:
            found = len(_bounded(dialect.delimiter, dialect.quote).findall(line))
            total, clean = total + found, clean + found
            line = _bounded(dialect.delimiter, dialect.quote).sub("", line)  # noqa: PLW2901
        for cell in line.split(dialect.delimiter):
            total += 1
            if _KNOWN.fullmatch(cell) and not (dialect.delimiter == " " and cell[-1:] == ","):
                clean += 1
            elif any(other in cell for other in others):
                clean += 0.35
            else:
                clean += 0.8
    return clean / total if total else 0.0


def _candidates(lines: list[str]) -> list[str]:
    """Delimiters worth a try: they occur in a fair share of the lines."""
    every: Counter[str] = Counter()
    for line in lines:
        every.update(set(line))
    seen = Counter({mark: count for mark, count in every.items() if not mark.isalnum() and mark not in NEVER})
    most = len(lines)
    found = [each for each, count in seen.items() if count >= (0.2 if each in COMMON else 0.6) * most]
    if not found:
        found = [each for each in COMMON if seen[each]]
    for single, double in (("|", "||"), ("\t", "\t\t")):
        if single in found and all(line.count(single) == 2 * line.count(double) for line in lines):
            found[found.index(single)] = double
    return [each for each in found if each not in "\u3000\xa0\ufeff"]


def detect(text: str) -> tuple[Dialect, list[Doubt]]:
    """The dialect of a text whose lines end in LF, and what is not certain about it."""
    lines = sample_lines(tightened(text, COMMON))
    one_column = Dialect("", _quote_of(lines, ""))
    if not lines or all(_THOUSANDS.fullmatch(line) for line in lines):
        return one_column, [_guessed()] if lines else []
    scores = []
    for delimiter in _candidates(lines):
        quote = _quote_of(lines, delimiter)
        dialects = [Dialect(delimiter, quote)]
        if quote == '"' and any('\\"' in line for line in lines):
            dialects.append(Dialect(delimiter, quote, has_backslash=True))
        if delimiter == " " and any("  " in line for line in lines):
            dialects.append(Dialect(" ", quote, is_run=True))
        scores += [_score(lines, each) for each in dialects]
    scores.sort(key=lambda score: (-score.value, score.dialect.has_backslash))
    if not scores or scores[0].value < LEAST_SCORE or scores[0].dialect.delimiter == " ":
        stops = fixed_stops(lines)
        if len(stops) > 1:
            return Dialect(" ", "", is_run=True, stops=stops), []
    if (
        not scores
        or scores[0].value < LEAST_SCORE
        or (scores[0].dialect.delimiter == " " and not _is_spaced(lines, scores[0]))
    ):
        doubtful = any(score.coverage > 0.5 and score.dialect.delimiter != " " for score in scores)
        is_even = any(_is_even(_widths(lines, score.dialect)[0]) for score in scores)
        is_gapped = len(lines) > 1 and 2 * sum(bool(GAP.search(line.strip())) for line in lines) > len(lines)
        return one_column, [_guessed()] if doubtful or is_gapped or (is_even and len(lines) > 1) else []
    best = _named(lines, scores)
    rivals = [score for score in scores if score.dialect.delimiter != best.dialect.delimiter]
    doubts = [_guessed()] if rivals and rivals[0].value >= NEAR_SHARE * best.value else []
    if best.dialect.delimiter not in PRIORS or best.value < 0.4:
        doubts = [_guessed()]
    return _with_space(lines, best.dialect), doubts


def _named(lines: list[str], scores: list[_Score]) -> _Score:
    """The best score; one whose delimiter the header has, in every line as often, before one that it has not."""
    best = scores[0]
    if len(lines) < FEW_LINES or _widths(lines[:1], best.dialect)[0] != [1]:
        return best
    for score in scores[1:]:
        if score.dialect.delimiter in COMMON and score.dialect.delimiter != best.dialect.delimiter:
            widths, irregular = _widths(lines, score.dialect)
            if not irregular and widths[0] > 1 and len(set(widths)) == 1:
                return score
    return best


def _is_even(widths: list[int]) -> bool:
    """True when a delimiter cuts all lines into as many pieces, or most lines into one of two numbers of pieces."""
    counts = Counter(widths)
    if len(counts) == 1:
        return widths[0] > 1
    common = sum(count for width, count in counts.most_common(2) if width > 2)
    return common >= EVEN_SHARE * len(widths)


def _guessed() -> Doubt:
    return Doubt("delimiter_guess")


def _is_spaced(lines: list[str], score: _Score) -> bool:
    """True when blanks divide cells and not words: a column of figures, or Chinese lines of the same many pieces."""
    widths, _ = _widths(lines, score.dialect)
    same = [line for line, width in zip(lines, widths, strict=True) if width == score.width]
    if len(same) < 0.6 * len(lines):
        return False
    if quote := score.dialect.quote:
        if len(same) == len(lines) > FEW_LINES and score.width > 2 and _is_quoted_for_blanks(same, quote):
            return True
        same = [_bounded(" ", quote).sub("Q", line) if quote in line else line for line in same]
    rows = [re.split(" +" if score.dialect.is_run else " ", line.strip()) for line in same[1:] or same]
    figures = max(
        (
            sum(bool(re.fullmatch(r"[-+¥$]?\d[\d.,:/-]*%?", row[at])) for row in rows if at < len(row))
            for at in range(score.width)
        ),
        default=0,
    )
    is_even = score.width >= EVEN_WIDTH and len(rows) >= EVEN_LINES and len(same) == len(lines)
    return figures >= 0.8 * len(rows) or (is_even and any("\u4e00" <= letter <= "\u9fff" for letter in same[-1]))


def _is_quoted_for_blanks(lines: list[str], quote: str) -> bool:
    """True when whole cells are quoted and hold blanks, or every cell is quoted: the blanks outside divide."""
    cells = _bounded(" ", quote)
    found = [cells.findall(line) for line in lines]
    with_blanks = sum(any(" " in cell for cell in each) for each in found)
    all_quoted = sum(not cells.sub("", line).strip() for line in lines)
    return 2 * with_blanks > len(lines) or all_quoted == len(lines)


def _with_space(lines: list[str], dialect: Dialect) -> Dialect:
    """Comma and blank together when every delimiter outside quotes is followed by a blank."""
    if dialect.delimiter not in (",", ";", "|", ":"):
        return dialect
    spaced = Dialect(dialect.delimiter + " ", dialect.quote, dialect.has_backslash)
    quote = _quote_of(lines, spaced.delimiter)
    spaced = Dialect(spaced.delimiter, quote, dialect.has_backslash)
    delimiters = blanks = 0
    for line in lines:
        plain = _bounded(spaced.delimiter, quote).sub("", line) if quote and quote in line else line
        delimiters += plain.count(dialect.delimiter)
        blanks += plain.count(spaced.delimiter)
    return spaced if delimiters and blanks >= 0.97 * delimiters else dialect


def canonical(text: str, dialect: Dialect) -> Canonical:
    """The text with one ASCII delimiter and doubled double quotes; line numbers stay."""
    spare = [chr(code) for code in (0x1F, 0x1E, 0x1D, 0x1C, 0x02, 0x03, 0x04, 0x05, 0x06) if chr(code) not in text]
    if len(spare) < 4:
        spare += [chr(0xF8F0 + number) for number in range(4)]
    back: list[tuple[str, str]] = []
    delimiter = dialect.delimiter
    if dialect.quote == '"' and delimiter.strip(" "):
        text = tightened(text, delimiter.strip(" ")[0])
    if dialect.has_backslash:
        double, single = spare.pop(), spare.pop()
        text = text.replace("\\\\", double).replace('\\"', single)
        back += [(double, "\\"), (single, '"')]
    if dialect.quote == "“":
        text = _curly_to_plain(text, delimiter)
    is_swapped = dialect.quote in ("'", "")
    if is_swapped:
        text = text.translate({ord("'"): '"', ord('"'): "'"}) if dialect.quote else text.replace('"', spare[-1])
        if not dialect.quote:
            back.append((spare[-1], '"'))
    if not delimiter:
        delimiter = spare[0]
    elif len(delimiter) > 1 or not delimiter.isascii() or dialect.is_run:
        text = _remarked(text, dialect, spare[0])
        back.append((spare[0], delimiter))
        delimiter = spare[0]

    def restore(column: pl.Series) -> pl.Series:
        if is_swapped and dialect.quote and column.str.contains("['\"]").any():
            swapped = [None if cell is None else cell.translate({39: 34, 34: 39}) for cell in column]
            column = pl.Series(column.name, swapped, dtype=pl.String)
        for mark, words in back:
            column = column.str.replace_all(mark, words.replace("$", "$$"), literal=True)
        return column

    return Canonical(text, delimiter, '"' in text, restore)


def _remarked(text: str, dialect: Dialect, mark: str) -> str:
    """The text with ``mark`` for the delimiter: between columns of fixed width, for runs of it, or for each."""
    delimiter = dialect.delimiter
    if dialect.stops:
        return "\n".join(at_stops(line, dialect.stops, mark) for line in text.split("\n"))
    if dialect.is_run:
        return "\n".join(re.sub(f"{re.escape(delimiter)}+", mark, line.strip(delimiter)) for line in text.split("\n"))
    return text.replace(delimiter, mark)


def _curly_to_plain(text: str, delimiter: str) -> str:
    side = re.escape(delimiter) if delimiter else r"\n"
    pattern = re.compile(rf"(^|{side})“([^“”\n]*)”(?={side}|$)", re.MULTILINE)
    return pattern.sub(lambda found: found[1] + '"' + found[2].replace('"', '""') + '"', text)


def mixed_detail(delimiter: str) -> Text:
    """The remark on a row that uses another delimiter."""
    name = {"\t": "制表符", " ": "空格"}.get(delimiter, delimiter)
    english = {"\t": "a tab", " ": "a blank"}.get(delimiter, delimiter)
    return Text(zh=f"以“{name}”分隔", en=f"split by {english}")
