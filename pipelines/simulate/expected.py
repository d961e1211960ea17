"""The figures that a correct warehouse finds in a county's files.

Belongs here: counts and sums taken from the model, not from the files. Does not belong here: how they are published.
"""

from __future__ import annotations

from typing import Any

from pipelines.simulate.calibration import EXIT_YEARS, calibration, exits_at, half_even
from pipelines.simulate.county import BASE_MONTH, County
from pipelines.simulate.expectedincomes import income_figures
from pipelines.simulate.funds import FINAL, TOWNSHIP_ACCOUNT, build_funds, cents_text
from pipelines.simulate.guarantees import expected_guarantees
from pipelines.simulate.homes import expected_homes
from pipelines.simulate.money import expected_money
from pipelines.simulate.register import month_index
from pipelines.simulate.social import expected_social
from pipelines.simulate.work import expected_work


def expected_figures(county: County, months: int) -> dict[str, Any]:
    """Totals at this scale by subject; months are those whose files were written."""
    population = calibration()["population"]
    exits = exits_at(county.scale)
    until = calibration()["exits"]["net_change_after_exit"]["until"].replace("-", "_")
    return {
        "population": {
            "total": half_even(population["total"]["value"], county.scale),
            "rural_registered": half_even(population["rural_registered"]["value"], county.scale),
            "residents_active": _residents(county, months),
        },
        "exits": {
            str(year): {"households": exits.households[year], "persons": exits.persons[year]} for year in EXIT_YEARS
        },
        f"net_change_after_exit_to_{until}": {"households": exits.net_households, "persons": exits.net_persons},
        "register": _register(county, months),
        "villages": {
            "listed": int(sum(calibration()["villages"]["exits"].values())),
            "exits": {str(year): count for year, count in calibration()["villages"]["exits"].items()},
        },
        "townships": {"listed": len(calibration()["villages"]["listed_townships"])},
        "funds": _funds(county, months),
        "incomes": income_figures(county),
        "work": expected_work(county, months),
        "homes": expected_homes(county),
        "money": expected_money(county),
        "guarantees": expected_guarantees(county),
        "social": expected_social(county),
    }


def _residents(county: County, months: int) -> dict[str, int]:
    people = county.residents
    found = {}
    for month in range(BASE_MONTH, BASE_MONTH + months + 1):
        active = (people.since <= month) & (people.until > month)
        found[f"{month // 12}-{month % 12 + 1:02d}"] = int(active.sum())
    return found


def _register(county: County, months: int) -> dict[str, dict[str, int]]:
    found = {}
    last = month_index(2020, months)
    for month, snapshot in sorted(county.register.snapshots.items()):
        if month > last:
            continue
        left = county.register.exited[snapshot.household] <= month
        person_left = county.register.exited[snapshot.person_household] <= month
        found[f"{month // 12}-{month % 12 + 1:02d}"] = {
            "households": len(snapshot.household),
            "persons": len(snapshot.person),
            "unexited_households": int((~left).sum()),
            "unexited_persons": int((~person_left).sum()),
        }
    return found


def _funds(county: County, months: int) -> dict[str, Any]:
    quotas, payments = build_funds(county.scale, county.seed)
    known = {q.quota_id for q in quotas if (q.issued.year, q.issued.month) <= (2020, months)}
    seen = [q for q in quotas if q.quota_id in known]
    arrived = sum(c for q in seen for day, c in q.arrivals if (day.year, day.month) <= (2020, months))
    paid = [p for p in payments if (p.day.year, p.day.month) <= (2020, months)]
    items: dict[str, set[str]] = {}
    for quota in seen:
        if quota.item is not None:
            items.setdefault(quota.level, set()).add(quota.item)
    return {
        "as_of": f"2020-{months:02d}",
        "integrated_allocated_cny": cents_text(sum(q.cents for q in seen if q.item is not None)),
        "allocated_cny": cents_text(sum(q.cents for q in seen)),
        "arrived_cny": cents_text(arrived),
        "paid_final_cny": cents_text(sum(p.cents for p in paid if p.payee_type == FINAL)),
        "transferred_cny": cents_text(sum(p.cents for p in paid if p.payee_type == TOWNSHIP_ACCOUNT)),
        "integrated_items": {level: len(names) for level, names in items.items()},
        "quota_count": len(seen),
        "payment_count": len(paid),
    }
