"""What the table of the plan's targets and the departments' reported indicators truly hold, in canonical text form.

Belongs here: targets, and figures that no register holds. Does not belong here: what the registers hold, spelling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from pipelines.simulate.calibration import calibration, exits_at, half_even, villages
from pipelines.simulate.county import County
from pipelines.simulate.homes import renovated_at
from pipelines.simulate.presentation import headers_of
from pipelines.simulate.training import training_counts

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

_TARGETS = tuple(header.name for header in headers_of("plan_targets"))
_REPORTED = tuple(header.name for header in headers_of("sector_indicators"))


def register_targets(scale: float, year: int) -> dict[str, float]:
    """What the plan asks for in a year where registers answer, by the ``from`` of the calibration file."""
    exits = exits_at(scale)
    listed, homes, work, moved = (calibration()[key] for key in ("villages", "homes", "work", "relocation"))
    years = range(calibration()["plan"]["first_year"], year + 1)
    renovated = sum(renovated_at(scale))
    by_year, _ = training_counts(scale)
    total = half_even(work["person_times"]["value"], scale)
    workers = half_even(sum(work["workers_2020"][key] for key in ("county", "province", "outside")), scale)
    earlier = sum(work["earlier_year_share"].get(each, 0) for each in years if each < 2020)
    return {
        "exit_households": exits.households[year],
        "exit_persons": exits.persons[year],
        "exit_villages": sum(listed["exits"].get(each, 0) for each in years),
        "exit_villages_of_year": listed["exits"].get(year, 0),
        "renovated_houses": round(renovated * sum(homes["year_share"][each] for each in years)),
        "renovated_houses_of_year": round(renovated * homes["year_share"][year]),
        "moved_households": half_even(moved["households"]["registered"] + moved["households"]["synchronous"], scale),
        "moved_persons": half_even(moved["persons"]["registered"] + moved["persons"]["synchronous"], scale),
        "moved_registered_households": half_even(moved["households"]["registered"], scale),
        "moved_registered_persons": half_even(moved["persons"]["registered"], scale),
        "training": by_year[year],
        "transfers": total if year == 2020 else round((total - workers) * earlier),
    }


def target_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The targets of a year: those that registers answer, then those that departments report, county or townships."""
    given, year = calibration()["plan"], slot.year
    sums = register_targets(county.scale, year)
    own = [entry for entry in given["register_targets"] if year in entry.get("years", (year,))]
    others = [entry for entry in given["reported_targets"] if year in entry["values"]]
    rows = [_target(entry, year, round(sums[entry["from"]] * entry["share"])) for entry in own]
    rows += [_target(entry, year, entry["values"][year], area) for entry in others for area in _areas(entry)]
    return pl.DataFrame(rows, schema=dict.fromkeys(_TARGETS, pl.String))


def _areas(entry: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and code of each area that has a target of its own: the county, or the townships that the entry names."""
    place, given = calibration()["place"], villages()
    if "townships" not in entry:
        return [(place["county"], place["county_code"])]
    codes = dict(zip(given.townships, given.township_codes, strict=True))
    return [(name, codes[name]) for name in entry["townships"]]


def _target(
    entry: Mapping[str, Any], year: int, value: float, area: tuple[str, str] | None = None
) -> dict[str, str | None]:
    name, code = area or _areas({})[0]
    starts = f"{calibration()['plan']['first_year'] if entry['scope'] == '累计' else year}-01-01"
    due = str(entry.get("due", {}).get(year, f"{year}-12-31"))
    # The level before the plan is made up; sums begin at nothing.
    base = f"{0.9 * min(entry['values'].values()):.4g}" if entry["scope"] == "时点" else "0"
    return dict(zip(_TARGETS, (
        entry["code"], entry["name"], str(year), name, code, f"{value:.12g}", entry["unit"],
        entry["office"], entry["scope"], starts, due, entry.get("direction", "不低于"), base,
        calibration()["plan"]["document"], entry["task"],
    ), strict=True))  # fmt: skip


def indicator_frame(_: County, slot: Slot) -> pl.DataFrame:
    """What departments report for a year; numbers are as reported whatever the size of the synthetic county."""
    given, plan = calibration()["sector_indicators"], calibration()["plan"]
    named = {entry["code"]: entry for entry in plan["reported_targets"]}
    rows = [
        _reported(named[entry["code"]] | entry, slot.year, entry["values"][slot.year])
        for entry in given["yearly"]
        if slot.year in entry["values"]
    ]
    rows += [_reported(entry, slot.year, entry["value"]) for entry in given.get(f"printed_{slot.year}", [])]
    return pl.DataFrame(rows, schema=dict.fromkeys(_REPORTED, pl.String))


def _reported(entry: Mapping[str, Any], year: int, value: float) -> dict[str, str | None]:
    parts = entry.get("parts", {}).get(year, (None, None))
    above, below = (None if part is None else str(part) for part in parts)
    source = "抽样调查" if entry["code"] in ("HLTH-MM", "HLTH-IM") else "部门统计"
    note = entry.get("note", "2016—2020年累计") if "value" in entry else None
    return dict(zip(_REPORTED, (
        entry["code"], entry["name"], calibration()["place"]["county_code"], str(year), f"{value:.12g}", above, below,
        entry["unit"], note, entry["office"], source, f"{year}-12-28",
    ), strict=True))  # fmt: skip


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {
    "plan_targets": target_frame,
    "sector_indicators": indicator_frame,
}
