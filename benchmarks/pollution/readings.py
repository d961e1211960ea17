"""What a reader produced for a file, in one form for every reader, and our own reader in that form.

Belongs here: the form and our reader. Does not belong here: peers, truth, counting.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.pollution.truth import Case


@dataclass(frozen=True)
class ReadTable:
    """One table as text: ``header`` is [] when the reader saw none, ``lines`` the source rows where they are known."""

    header: list[str]
    rows: list[list[str]]
    sheet: str = ""
    lines: list[int] | None = None


@dataclass(frozen=True)
class Reported:
    """A doubt: kind, and source row and column from 1 where it names them."""

    kind: str
    row: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class Reading:
    """A refusal or tables with doubts. ``has_own_names`` for readers that make up or change names of columns."""

    tables: list[ReadTable] = field(default_factory=list)
    refused: str | None = None
    doubts: list[Reported] = field(default_factory=list)
    has_own_names: bool = False


Reader = Callable[[Case], Reading]


def read_ours(case: Case) -> Reading:
    """The reader of this project, told nothing but the file and its name."""
    from pipelines.reading.inspecting import inspect_bytes

    seen = inspect_bytes(case.raw, case.name)
    if seen.refused is not None:
        return Reading(refused=seen.refused.en)
    tables, doubts = [], []
    for table in seen.tables:
        rows = [["" if cell is None else cell for cell in row] for row in table.frame.rows()]
        tables.append(ReadTable(list(table.columns), rows, table.sheet, table.data_rows.to_list()))
        doubts += [Reported(doubt.kind, doubt.row, doubt.column) for doubt in table.doubts]
    return Reading(tables, doubts=doubts)
