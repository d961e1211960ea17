"""Which files a suite of a given size consists of, and making one of them.

Belongs here: the balance over damages, the same for the same size and seed. Does not belong here: any damage.
"""

from __future__ import annotations

from benchmarks.pollution import (  # noqa: F401 - they enter their damages in the list
    archive_damage,
    layout_damage,
    sheet_damage,
    text_damage,
    whole_damage,
    workbook_damage,
)
from benchmarks.pollution.registry import DAMAGES, Seat
from benchmarks.pollution.truth import Case


def plan(files: int, seed: int) -> list[Seat]:
    """Seats for ``files`` files, every damage by its weight and at least one; in a fixed order."""
    weight = sum(each.weight for each in DAMAGES.values())
    return [
        Seat(each.name, ordinal, seed, each.suffix)
        for each in DAMAGES.values()
        for ordinal in range(max(1, -(-files * each.weight // weight)))
    ]


def make(seat: Seat) -> Case:
    """The damaged file of a seat with its truth."""
    return DAMAGES[seat.damage].make(seat)


def seat_of(name: str) -> Seat:
    """The seat of a file by the name it was reported under (``damage-ordinal-table-sSEED.suffix``)."""
    stem, _, suffix = name.rpartition(".")
    kind, ordinal, _, seed = stem.split("-")
    return Seat(kind, int(ordinal), int(seed[1:]), f".{suffix}")
