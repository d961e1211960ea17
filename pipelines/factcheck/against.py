"""The figures of a published release that a report may repeat, and the comparison with them.

Belongs here: the figures of a release's home area with their cards, and tying a printed figure to one of them by title,
unit and year. Does not belong here: relations inside a text. A figure is tied only where its clause ends in the
indicator's title, names the year, and speaks of no smaller place and of no part; all else stays untold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.factcheck.entries import Entry, Fact, Series
from pipelines.factcheck.relations import CONSISTENT, EXPLAINED, Relation, meets, shown, span

_UNIT_IN_TITLE = re.compile(r"(?:户数|人数|个数|数|（\w+）|\(\w+\))$")
_SMALLER = re.compile(r"[镇乡村]|街道|社区|其中|计划|目标|力争|预计|上年|全省|全市|全国")
_RELEASE_ID = re.compile(r"[\w.-]+")
_SHORTEST_TITLE = 4
_CLAUSE_END = re.compile(r"[,;。:()、\n]")


class UnknownReleaseError(ValueError):
    """There is no such release."""


def published_figures(marts_dir: Path, release: str) -> list[dict[str, Any]]:
    """The yearly figures of a release for its home area: ``id``, ``title``, ``value``, ``unit``, ``year``.

    Shares come in per cent, money in yuan; values are decimal texts. Raises UnknownReleaseError when the folder or its
    manifest is missing.
    """
    folder = marts_dir / release
    if not _RELEASE_ID.fullmatch(release) or not (folder / "manifest.json").is_file():
        raise UnknownReleaseError(f"There is no release {release}. `xianqing releases list` names them.")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    cards = json.loads((folder / "cards.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = []
    for table in sorted(name for name in manifest["tables"] if name.startswith("kpi_") and name in cards):
        found += _of_table(folder / manifest["tables"][table]["file"], table, cards[table], manifest["place"]["code"])
    return found


def _of_table(path: Path, table: str, cards: dict[str, Any], home: str) -> Iterator[dict[str, Any]]:
    """The figures of one mart: rows of the home area as a whole, by year, one row a year."""
    import polars as pl

    frame = pl.read_parquet(path)
    if not {"period", "area_id", "group_type"} <= set(frame.columns):
        return
    rows = frame.filter(pl.col("area_id") == home, pl.col("group_type") == "all", pl.col("period").str.len_chars() == 4)
    for row in rows.iter_rows(named=True) if rows["period"].is_unique().all() else ():
        for column, entry in cards.items():
            card = entry.get("card") or {}
            title, value = (card.get("title") or {}).get("zh"), row.get(column)
            if not title or value is None:
                continue
            is_share = column.endswith("_share")
            unit = "%" if is_share else "元" if column.endswith("_cny") else (card.get("unit") or {}).get("zh", "")
            number = Decimal(str(value)) * (100 if is_share else 1)
            yield {"id": f"{table}.{column}", "title": title, "value": str(number), "unit": unit, "year": row["period"]}


def check_against(series: Sequence[Series], published: Sequence[dict[str, Any]]) -> Iterator[Relation]:
    """Printed figures whose clause ends in the title of a published indicator, of the same unit and year."""
    for one in series if published else ():
        for entry in one.entries:
            for fact in entry.levels:
                if one.parent is not None or entry.group or len(entry.years) != 1:
                    continue
                yield from _compared(one, entry, fact, published)


def _compared(one: Series, entry: Entry, fact: Fact, published: Sequence[dict[str, Any]]) -> Iterator[Relation]:
    figure = fact.figure
    at = figure.start - one.span[0]
    clause = _CLAUSE_END.split(one.text[:at])[-1]
    for known in published:
        names = {known["title"], _UNIT_IN_TITLE.sub("", known["title"])}
        name = max((each for each in names if clause.rstrip("为达是").endswith(each)), key=len, default="")
        is_same = known["unit"] == figure.unit and known["year"] == str(entry.years[0])
        if len(name) < _SHORTEST_TITLE or not is_same or _SMALLER.search(clause.removesuffix(name)):
            continue
        value = Decimal(known["value"])
        verdict, _ = meets(figure, value, (value, value))
        verdict = CONSISTENT if verdict == EXPLAINED else verdict
        code = "repeat.release" if verdict == CONSISTENT else "repeat.release_off"
        start, end = span((figure,), entry.start)
        text = shown(value, figure)
        words = {"name": known["title"], "value": text, "published": figure.text}
        yield Relation(
            "repeat", start, end, figure.text, text, verdict, code, words, (figure,), figure, source=known["id"]
        )
        return
