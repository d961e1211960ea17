"""What a damaged file should be read as: tables, what else is accepted, whether a doubt or a refusal is due.

Belongs here: the meaning of truth. Does not belong here: how a file is made or how a reading is counted.

The rules, for every class of damage:

- Truth is the clean table, in the order of the source. Titles, notes, unit rows, totals and blank lines are not rows.
- A damaged cell has the clean value as truth. Where keeping the source's characters is as right as mending them (a
  stray quotation mark, a zero-width character), both are accepted.
- A value left blank is a difference like any other: it only counts as flagged when the reader said so.
- *Recoverable*: all that the clean table says is still in the file without ambiguity, so a reader can be held to it.
- A doubt is *owed* when the damage cannot be seen as harmless (a value is lost or could have been another); it *may*
  be raised where a careful reader can reasonably ask (an encoding that nothing declares); else it is a false alarm.
- A refusal is *due* when there is no table at all, *may* be given where the file is broken as a whole, else is wrong.
- Where the file has two fair readings (the same header again: one table or two), every one of them is accepted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

Accepted = dict[tuple[int, int], tuple[str, ...]]


class Owed(Enum):
    """Whether the reader has to say that it doubts."""

    NO = "no"
    MAY = "may"
    YES = "yes"


class Refusal(Enum):
    """Whether the reader has to refuse the file."""

    NO = "no"
    MAY = "may"
    DUE = "due"


@dataclass(frozen=True)
class Expected:
    """One table: rows of text ("" is a blank cell), with the first and last source row of each.

    ``accepted`` holds further texts that are right for a cell; ``damaged`` are the rows (index from 0) that the damage
    touches. With ``is_header_flattened`` a name is right when it contains the lowest header's name. No header: ().
    """

    header: tuple[str, ...]
    rows: list[list[str]]
    spans: list[tuple[int, int]]
    accepted: Accepted = field(default_factory=dict)
    damaged: frozenset[int] = frozenset()
    is_header_flattened: bool = False
    header_accepted: dict[int, tuple[str, ...]] = field(default_factory=dict)
    sheet: str = ""


@dataclass(frozen=True)
class Truth:
    """What is right for a file: any one of ``variants`` (each the tables in order of the source)."""

    variants: tuple[tuple[Expected, ...], ...]
    is_recoverable: bool = False
    owed: Owed = Owed.YES
    refusal: Refusal = Refusal.NO
    is_by_value: bool = False
    optional_sheets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Case:
    """A damaged file with its truth; ``encoding`` and ``delimiter`` are what peers are told in their told variant."""

    name: str
    damage: str
    table: str
    raw: bytes
    truth: Truth
    encoding: str = "utf-8"
    delimiter: str = ","

    @property
    def is_workbook(self) -> bool:
        """Whether the reader of workbooks is the one to score, whatever the file's name says."""
        return self.damage.startswith("workbook_")
