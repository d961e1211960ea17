"""Which households left poverty and no longer receive policies, where a report counts them apart.

Belongs here: who they are. Does not belong here: which policies there are (``benefits``), the register's columns.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from pipelines.simulate.calibration import calibration, generator, shrunk
from pipelines.simulate.county import County
from pipelines.simulate.households import with_total
from pipelines.simulate.register import month_index

_LAST_MONTH = month_index(2020, 12)


@lru_cache(maxsize=1)
def without_policies(county: County) -> np.ndarray:
    """True for each household of the register that exited and receives no policies any more.

    In December 2020 exactly the printed households and persons: those that exited first. All False where the
    calibration has no ``policies``.
    """
    without = np.zeros(len(county.register.village), bool)
    given = calibration().get("policies")
    if given is None:
        return without
    snapshot = county.register.snapshots[_LAST_MONTH]
    household = snapshot.household.astype(np.int64)
    size = np.bincount(snapshot.person_household, minlength=len(without))[household]
    draw = generator(county.seed, "policies", county.scale).random(len(household))
    count, persons = (
        int(shrunk([given["with"][unit], given["without"][unit]], county.scale)[1])
        for unit in ("households", "persons")
    )
    chosen = with_total(size, county.register.exited[household] + draw, count, persons)
    without[household[chosen]] = True
    return without
