"""One file of any format: which tables it may hold, and the chosen one in full.

Belongs here: the choice of parser by content (never by the name) and of sheet and header by contract. Does not
belong here: parsers themselves, judging.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.contracts import Contract
from pipelines.reading import text_files, workbooks
from pipelines.reading.headers import (
    HeaderMatch,
    find_header,
    missing_signature,
    recognises,
    require_complete,
    require_one_unit,
)
from pipelines.reading.tables import FileRefusedError, Head, Table
from pipelines.reading.text_files import Decoded


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
    """A table that fits a contract."""

    contract: Contract
    head: Head
    match: HeaderMatch


def open_source(raw: bytes) -> Source:
    """Open a file by its content; raises FileRefusedError for anything that is no table."""
    if workbooks.is_workbook(raw):
        workbooks.check_archive(raw)
        kind = "xls" if raw.startswith(workbooks.OLE_MAGIC) else "xlsx"
        return Source(raw, kind, None, workbooks.heads(raw))
    decoded = text_files.read_text(raw)
    return Source(raw, "csv", decoded, text_files.heads(decoded.text))


def candidates(source: Source, contracts: dict[str, Contract]) -> list[Candidate]:
    """Every sheet and contract whose signature fits; of several delimiters the one that fits best."""
    found: list[Candidate] = []
    for contract in contracts.values():
        best: dict[str, Candidate] = {}
        for head in source.heads:
            match = find_header(head.rows, contract)
            if match is None or not recognises(contract, match):
                continue
            known = best.get(head.sheet)
            if known is None or len(match.fields) > len(known.match.fields):
                best[head.sheet] = Candidate(contract, head, match)
        found.extend(best.values())
    return found


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
    place = f"工作表{chosen.head.sheet} " if chosen.head.sheet else ""
    require_complete(contract, chosen.match, place)
    titles = [" ".join(row) for row in chosen.head.rows[: chosen.match.row_index]]
    require_one_unit(contract, chosen.match, titles, place)
    return chosen


def read_candidate(source: Source, candidate: Candidate) -> Table:
    """All rows of the chosen table."""
    if source.decoded is None:
        positions = sorted(candidate.match.fields)
        table = workbooks.read_sheet(source.raw, candidate.head.sheet, candidate.match.row_index, positions)
        if candidate.head.sheet in workbooks.hidden_sheets(source.raw):
            table.notes.append(("数据在隐藏的工作表里", "the data lie in a hidden sheet", None))
        return table
    width = len(candidate.head.rows[candidate.match.row_index])
    delimiter = candidate.head.delimiter or ","
    return text_files.read_table(source.decoded, delimiter, candidate.match.row_index, width)
