"""The figures of incomes, villages and statistics that a correct warehouse finds, taken from the model, not from files.

Belongs here: counts, sums and published figures of the three feeds at this scale. Does not belong here: the frames.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from pipelines.simulate.calibration import calibration
from pipelines.simulate.county import County
from pipelines.simulate.funds import cents_text
from pipelines.simulate.incomes import COST, NET, PER_HEAD, SOURCES, household_incomes, totals
from pipelines.simulate.villagestatistics import scaled

_SOURCE_NAMES = {"工资性收入": "wage", "生产经营性收入": "business", "财产性收入": "property", "转移性收入": "transfer"}


def income_figures(county: County) -> dict[str, Any]:
    """Households, persons and money by income year; published statistics by year, area and indicator.

    The money is that of complete files: where damage stays uncorrected the warehouse has so many rows less.
    """
    given = calibration()
    modes = list(given["support_modes"]["shares"])
    years = sorted(given["statistics"])
    return {
        "by_year": {str(year): _of_year(county, year, modes) for year in years},
        "statistics": {
            str(year): {
                f"{row['area']} {row['indicator']} {row['unit']}": str(
                    Decimal(scaled(row["value"], row["unit"], row["scaling"], county.scale))
                )
                for row in given["statistics"][year]
            }
            for year in years
        },
    }


def _of_year(county: County, year: int, modes: list[str]) -> dict[str, Any]:
    incomes = household_incomes(county, year)
    amounts = totals(incomes)
    sums = {name: int(amounts[source].sum()) for source, name in _SOURCE_NAMES.items() if source in SOURCES}
    sums["business"] -= int(incomes.cents[COST].sum())
    per_head = amounts[PER_HEAD]
    return {
        "households": len(incomes.household),
        "persons": int(incomes.size.sum()),
        "net_income_cny": cents_text(int(amounts[NET].sum())),
        "by_source_cny": {name: cents_text(cents) for name, cents in sums.items()},
        "negative_households": int((per_head < 0).sum()),
        "zero_households": int((per_head == 0).sum()),
        "households_by_support_mode": {mode: int((incomes.mode == at).sum()) for at, mode in enumerate(modes)},
    }
