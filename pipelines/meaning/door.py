"""All meaning checks of one file against its past, in the order in which a steward wants to read them.

Belongs here: calling the checks, remembering what they said about the same files. Does not belong here: verdicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_

from pipelines.contracts import Contract
from pipelines.meaning.columns import column_findings, swapped_columns
from pipelines.meaning.drift import drift_findings
from pipelines.meaning.history import Finding, Subject, compare
from pipelines.meaning.profile import Profile
from pipelines.meaning.thresholds import Thresholds
from pipelines.meaning.units import unit_findings

REMEMBERED = 20_000
# By the files and rules; the profiles they were found with stand beside, since a file can be profiled anew.
_known: dict[tuple[object, ...], tuple[list[Profile], tuple[Finding, ...]]] = {}


def findings(
    now: Subject, earlier: Sequence[Subject], contract: Contract, thresholds: Thresholds
) -> tuple[Finding, ...]:
    """What is odd about a file, compared with the accepted earlier ones of its feed (oldest first)."""
    past = tuple((each.receipt_id, each.content_hash, each.waived) for each in earlier)
    asked = (now.receipt_id, now.content_hash, past, contract.fingerprint, id(thresholds))
    profiles = [each.profile for each in (now, *earlier)]
    if (known := _known.get(asked)) is not None and all(map(is_, known[0], profiles)):
        return known[1]
    if len(_known) >= REMEMBERED:
        _known.clear()
    found = tuple(_findings(now, earlier, contract, thresholds))
    _known[asked] = profiles, found
    return found


def _findings(now: Subject, earlier: Sequence[Subject], contract: Contract, thresholds: Thresholds) -> list[Finding]:
    compared = compare(now, earlier, contract, thresholds)
    swapped = swapped_columns(compared)
    names = {name for pair in swapped for name in pair}
    return [
        *swapped.values(),
        *unit_findings(compared, names),
        *column_findings(compared),
        *drift_findings(compared),
    ]
