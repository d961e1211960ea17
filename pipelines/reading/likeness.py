"""What a file that could not be placed looks like, and what its sender is asked to write where.

Belongs here: the nearest feed, its headers found and missing, the month that title or name hint at. Does not belong
here: placing a file (a likeness is no answer), the letter around the request. Only texts that a contract knows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pipelines.contracts import Contract, Text
from pipelines.landing.receipts import Likeness
from pipelines.reading.header_words import HEADER_SEARCH_ROWS, wordings, words_of
from pipelines.reading.headers import HeaderMatch, find_header, known_headers, missing_signature

if TYPE_CHECKING:  # a status names the month that a held file hints at, for which no parser has to be loaded
    from pipelines.reading.sources import Candidate, Source

LISTED_HEADERS = 12
LISTED_FEEDS = 3
DICTIONARY = "docs/dictionary.md"
TITLE_ROWS = 3
EXAMPLES = ("2020年10月", "截至2020年10月", "2020年")
_ANY_MONTH = re.compile(r"(?<!\d)(?P<year>20\d{2})\s*(?:年|[-._/])\s*(?P<month>1[0-2]|0?[1-9])(?!\d)")
_MONTH_RANGE = re.compile(r"(\d{4})年\s*\d{1,2}月?\s*[-–—~～至到]\s*(\d{1,2})月")


def hinted_period(texts: Sequence[str]) -> str | None:
    """The one month that texts hint at, None when there is none or more than one; 2020年1-6月 is its last month.

    >>> hinted_period(["截至2020年10月31日", "x_2020-10.csv"])
    '2020-10'
    """
    plain = (_MONTH_RANGE.sub(r"\1年\2月", text) for text in texts)
    months = {f"{each['year']}-{int(each['month']):02d}" for text in plain for each in _ANY_MONTH.finditer(text)}
    return months.pop() if len(months) == 1 else None


def like_none(source: Source, contracts: Mapping[str, Contract], file_name: str) -> Likeness:
    """A file in which no feed was recognised: the nearest one with its headers, else where headers are listed."""
    near = [
        (len(match.fields) / len(contract.fields), contract, match, ["".join(row) for row in head.rows])
        for contract in contracts.values()
        for head in source.heads
        if (match := find_header(head.rows, contract)) is not None
    ]
    if not near:
        return Likeness(period=hinted_period([file_name]), ask=_which_feed(source, contracts))
    _, contract, match, rows = max(near, key=lambda each: each[0])
    found, missing = _headers(contract, match), tuple(missing_signature(contract, match))
    row = match.row_index + 1
    ask = Text(
        zh=f"这份文件像《{contract.title.zh}》：表头在第{row}行，已认出列“{_listed(found)}”，还缺列“{_listed(missing)}”。"
        f"请在第{row}行表头中补上所缺的列，列名照此书写，数据一并填上；如果不是这项资料，请告知是哪一项、哪一期。",
        en=f"The file looks like {contract.title.en}: its header is row {row}; found are {_listed(found)}, missing are "
        f"{_listed(missing)}. Add the missing columns to the header in row {row} under exactly these names, with their "
        "values; if it is something else, say what and of which month.",
    )
    hint = hinted_period([file_name, *rows[: match.first_index]])
    return Likeness(feeds=(contract.feed,), period=hint, found=found, missing=missing, ask=ask)


def like_several(found: Sequence[Candidate], file_name: str) -> Likeness:
    """A file that is several tables."""
    zh = "、".join(f"《{each.contract.title.zh}》" for each in found)
    en = ", ".join(each.contract.title.en for each in found)
    ask = Text(
        zh=f"请把{zh}拆成{len(found)}个文件，每个文件只放一张表，分别报送。",
        en=f"Split it into {len(found)} files with one table each: {en}.",
    )
    titles = [text for each in found for text in _titles(each)]
    feeds = tuple(dict.fromkeys(each.contract.feed for each in found))
    return Likeness(feeds=feeds, period=hinted_period([file_name, *titles]), ask=ask)


def like_one(candidate: Candidate, periods: Sequence[str], file_name: str) -> Likeness:
    """A file whose feed is certain and whose period is not."""
    contract, match = candidate.contract, candidate.match
    hint = None if periods else hinted_period([file_name, *_titles(candidate)])
    about = Likeness(feeds=(contract.feed,), period=hint, found=_headers(contract, match))
    example = example_of(contract)
    zh, en = {
        "title": (
            f"请在表头（第{match.first_index + 1}行）上方的标题行写明期间，例如“{contract.title.zh}（{example}）”",
            f"Write the period into a title row above the header (row {match.first_index + 1}), like {example}",
        ),
        "file_name": (
            f"请在文件名中写明期间，例如“{contract.title.zh}{example}”",
            f"Write the period into the file's name, like {example}",
        ),
        "column": (
            f"请把“{contract.period.column}”一列填写完整，整列是同一期间",
            f"Fill the column {contract.period.column}, with one and the same period in all of it",
        ),
        "asked": ("请告知是哪一期", "Say which period it is"),
    }[contract.period.source]
    start_zh = f"这份文件是《{contract.title.zh}》，列名齐全，"
    if periods:
        listed = "、".join(periods[:5])
        zh = f"{start_zh}但写有不止一个期间（{listed}）。请分期成文件，或只留一个：{zh}。"
        en = f"The file is {contract.title.en} and names several periods ({listed}). Keep one a file: {en}."
    else:
        zh, en = f"{start_zh}但没有写明期间。{zh}。", f"The file is {contract.title.en}, without a period. {en}."
    return about.model_copy(update={"ask": Text(zh=zh, en=en)})


def example_of(contract: Contract) -> str:
    """A period as the contract's pattern reads it."""
    pattern = contract.period.pattern
    return next((each for each in EXAMPLES if pattern and re.search(pattern, each)), EXAMPLES[0])


def _titles(candidate: Candidate) -> list[str]:
    return ["".join(row) for row in candidate.head.rows[: candidate.match.first_index]][-TITLE_ROWS:]


def _headers(contract: Contract, match: HeaderMatch) -> tuple[str, ...]:
    """The usual headers of the fields that were found, in the contract's order."""
    names = set(match.fields.values())
    return tuple(field.header for field in contract.fields if field.name in names)


def _listed(headers: Sequence[str]) -> str:
    rest = len(headers) - LISTED_HEADERS
    return "、".join(headers[:LISTED_HEADERS]) + (f"…（+{rest}）" if rest > 0 else "")


def _which_feed(source: Source, contracts: Mapping[str, Contract]) -> Text:
    """What is asked of a file of no known feed: the one to three feeds that share most of its words, if so few do."""
    words = words_of(said for head in source.heads for said in wordings(head.rows))
    shared = [(each, found) for each in contracts.values() if (found := known_headers(each, words))]
    most = max((len(found) for _, found in shared), default=0)
    nearest = [(each, found) for each, found in shared if len(found) == most]
    zh, en = "没有认出任何已知的列名", "No known column name stands"
    if most and len(nearest) <= LISTED_FEEDS:
        named = "、".join(f"《{each.title.zh}》的“{_listed(found)}”" for each, found in nearest)
        zh = f"认出的列名太少，只有{named}"
        named = ", ".join(f"{_listed(found)} of {each.title.en}" for each, found in nearest)
        en = f"Too few known column names stand ({named})"
    elif most:
        zh, en = "没有认出足以判断是哪项资料的列名", "No column names that tell what the file is stand"
    return Text(
        zh=f"文件前{HEADER_SEARCH_ROWS}行内{zh}。请告知是哪一项资料、哪一期，并在前{HEADER_SEARCH_ROWS}行内的表头写全它的列名"
        f"（各项资料的列名见数据字典{DICTIONARY}，可向我们索取）；如果不是应报送的资料，请说明发来何用。",
        en=f"{en} in the first {HEADER_SEARCH_ROWS} rows. Say which data it is and of which month, and write its "
        f"column names into a header there (the data dictionary, {DICTIONARY}, lists those of every feed); if it is "
        "none, say what it is for.",
    )
