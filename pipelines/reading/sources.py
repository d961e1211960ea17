"""One file of any format: which tables it may hold, and the chosen one in full.

Belongs here: the choice of parser by content (never by the name) and of sheet and header by contract. Does not
belong here: parsers themselves, judging.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipelines.contracts import Contract
from pipelines.reading.admission import refuse_foreign
from pipelines.reading.books import archives, parquet_files, split_sheets, workbooks
from pipelines.reading.header_words import wordings, words_of
from pipelines.reading.headers import (
    HeaderMatch,
    best_header,
    find_header,
    may_recognise,
    missing_signature,
    recognises,
    require_complete,
    require_one_format,
    require_one_unit,
)
from pipelines.reading.tables import FileRefusedError, Head, Table
from pipelines.reading.text import text_files
from pipelines.reading.text.text_files import Decoded


@dataclass(frozen=True)
class Source:
    """An opened file: its format, encoding (text only) and the first rows of each sheet, per delimiter for text."""

    raw: bytes
    format: str
    decoded: Decoded | None
    heads: list[Head]

    @property
    def encoding(self) -> str | None:
        """The encoding of a text file."""
        return None if self.decoded is None else self.decoded.encoding


@dataclass(frozen=True)
class Candidate:
    """A table that fits a contract; ``followers`` are the sheets in which it goes on, each with its header's row.

    The row is counted from 0 and -1 where the sheet goes on without a header.
    """

    contract: Contract
    head: Head
    match: HeaderMatch
    followers: list[tuple[str, int]] = field(default_factory=list)


def open_source(raw: bytes) -> Source:
    """Open a file by its content; raises FileRefusedError for anything that is no table."""
    if archives.is_workbook(raw):
        archives.check_archive(raw)
        kind = "xls" if raw.startswith(archives.OLE_MAGIC) else "xlsx"
        return Source(raw, kind, None, workbooks.heads(raw))
    if parquet_files.is_parquet(raw):
        return Source(raw, "parquet", None, parquet_files.heads(raw))
    refuse_foreign(raw)
    decoded = text_files.read_text(raw)
    return Source(raw, "csv", decoded, text_files.heads(decoded.text))


def candidates(source: Source, contracts: dict[str, Contract]) -> list[Candidate]:
    """Every sheet and contract whose signature fits; of several delimiters the one that fits best."""
    found: list[Candidate] = []
    said = [(head, wordings(head.rows)) for head in source.heads]
    heads = [(head, rows, words_of(rows)) for head, rows in said]
    for contract in contracts.values():
        best: dict[str, Candidate] = {}
        for head, rows, words in heads:
            # Seventy contracts are asked of every file: most have none of its words.
            if not may_recognise(contract, words):
                continue
            match = best_header(rows, contract)
            if match is None or not recognises(contract, match):
                continue
            known = best.get(head.sheet)
            if known is None or len(match.fields) > len(known.match.fields):
                best[head.sheet] = Candidate(contract, head, match)
        found.extend(_joined(source, list(best.values())))
    return found


def _joined(source: Source, found: list[Candidate]) -> list[Candidate]:
    """The candidates, or a single one when the others are sheets in which the first goes on."""
    if source.format not in ("xlsx", "xls") or not found or len(source.heads) == 1:
        return found
    first = found[0]
    first.followers.extend(split_sheets.followers(source.raw, source.heads, first.head, first.match, first.contract))
    names = {name for name, _ in first.followers}
    return [first, *(each for each in found[1:] if each.head.sheet not in names)]


def nearest(source: Source, contracts: dict[str, Contract]) -> tuple[Contract, list[str]] | None:
    """The contract that the file comes closest to, with the signature headers that it lacks; None when none is near."""
    near = [
        (len(match.fields) / len(contract.fields), contract, missing_signature(contract, match))
        for contract in contracts.values()
        for head in source.heads
        if (match := find_header(head.rows, contract))
    ]
    if not near:
        return None
    _, contract, missing = max(near, key=lambda each: each[0])
    return contract, missing


def choose_table(source: Source, contract: Contract) -> Candidate:
    """The one table of a file that fits the contract; refuses when there is none or more than one."""
    fitting = candidates(source, {contract.feed: contract})
    if not fitting:
        by_fit = [(find_header(head.rows, contract), head) for head in source.heads]
        matches = [(match, head) for match, head in by_fit if match is not None]
        if not matches:
            raise FileRefusedError(
                f"前{10}行内找不到“{contract.title.zh}”的表头。",
                f"No header of the feed {contract.title.en} in the first {10} rows.",
                "请按合同的列名重新导出；首行或标题行下应为表头。",
                "Export again with the column names of the contract, in the first rows of the sheet.",
            )
        match, head = max(matches, key=lambda each: len(each[0].fields))
        fitting = [Candidate(contract, head, match)]
    if len(fitting) > 1:
        listed = "、".join(each.head.sheet for each in fitting)
        raise FileRefusedError(
            f"有{len(fitting)}个工作表都像“{contract.title.zh}”：{listed}。",
            f"{len(fitting)} sheets look like {contract.title.en}: {listed}.",
            "请只保留一个工作表，或分成几个文件报送。",
            "Keep one of these sheets, or send them as separate files.",
        )
    chosen = fitting[0]
    place = _place(chosen)
    require_complete(contract, chosen.match, place)
    require_one_unit(contract, chosen.match, _titles(chosen), place)
    return chosen


def _place(chosen: Candidate) -> str:
    return f"工作表{chosen.head.sheet} " if chosen.head.sheet else ""


def _titles(chosen: Candidate) -> list[str]:
    return [" ".join(row) for row in chosen.head.rows[: chosen.match.first_index]]


def read_candidate(source: Source, candidate: Candidate) -> Table:
    """All rows of the chosen table; a unit that only number formats state is added to the candidate's match."""
    match = candidate.match
    if source.format == "parquet":
        table = parquet_files.read_table(source.raw, sorted(match.fields))
    elif source.decoded is None:
        table = split_sheets.read_sheets(
            source.raw, candidate.head.sheet, match.row_index, sorted(match.fields), candidate.followers
        )
        require_one_format(candidate.contract, match, table.formats, _titles(candidate), _place(candidate))
    else:
        width = len(candidate.head.rows[match.row_index])
        table = text_files.read_table(source.decoded, candidate.head.delimiter or ",", match.row_index, width)
    if match.row_count > 1:
        table.header = [*match.flat, *table.header[len(match.flat) :]]
        table.preamble = table.preamble[: match.first_index]
        rows = f"{match.first_index + 1}–{match.row_index + 1}"
        table.notes.append((f"第{rows}行合为表头", f"rows {rows} were joined to one header", match.first_index + 1))
    return table
