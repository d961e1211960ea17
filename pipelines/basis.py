"""What a run would start from: month, place, code, and whether the standing release was made from just that.

Belongs here: questions about the state that change nothing. Does not belong here: the stages of a run.
"""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Mapping, Sequence

import duckdb

from pipelines.areas import AreaTableError, load_places
from pipelines.codehash import code_hash
from pipelines.contracts import Contract, load_contracts
from pipelines.errors import ToldError
from pipelines.installation import is_made_synthetic
from pipelines.landing import inbox_files
from pipelines.modelling.calendar import next_month
from pipelines.publishing.manifest import Place
from pipelines.publishing.standing import basis_of, standing_release
from pipelines.reading import BronzeInput, FileLedger, current_inputs, ledgers
from pipelines.settings import PROJECT_DIR, Settings

PERIOD = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


class UnknownMonthError(ToldError):
    """The figures cannot speak about the month asked for; the message says about which they can."""


def months_of(inputs: Sequence[BronzeInput], contracts: Mapping[str, Contract]) -> list[str]:
    """The periods of the accepted files of feeds that come every month, of all feeds when no such feed came."""
    every = [one.period for one in inputs]
    feeds = {feed for feed, contract in contracts.items() if contract.calendar.frequency == "monthly"}
    return [one.period for one in inputs if one.feed in feeds] or every


def as_of(wanted: str | None, periods: Sequence[str], months: Sequence[str] | None = None) -> str:
    """The month that the figures speak about: the wanted one, or the newest of ``months`` (None: of all ``periods``).

    ``periods`` are those of all accepted files, ``months`` those of feeds that come every month: a plan of a year
    stands under its December, and when it comes in February it must not carry the figures there. Raises
    UnknownMonthError for a wanted month that is none, or that is not among ``months``: its release would be empty or
    would call old figures new.
    """
    known = sorted(set(months or periods))
    if wanted is None:
        return known[-1]
    if PERIOD.fullmatch(wanted) is None:
        raise UnknownMonthError(
            f"“{wanted}”不是有效的月份，未建模。请按 2020-06 的格式填写。",
            f"{wanted} is no month, so nothing was built. Write it like 2020-06.",
        )
    if wanted not in known:
        raise UnknownMonthError(
            f"没有截至 {wanted} 的数据。数据截至月份须是已有按月报送资料的月份"
            "（没有按月报送资料时，为任一资料所属的月份），可选："
            f"{_spans(known, '至', '、')}。请从中选择；不写 --as-of 则取最近一个月。",
            f"There is nothing to say about {wanted}. Figures speak about months of feeds that come every month (of "
            f"all feeds where no such feed came): {_spans(known)}. Choose one of them, or leave --as-of away for the "
            "newest.",
        )
    return wanted


def _spans(months: Sequence[str], to: str = " to ", between: str = ", ") -> str:
    """Sorted months as text, those without a gap as first and last.

    >>> _spans(["2019-11", "2019-12", "2020-01", "2020-06"])
    '2019-11 to 2020-01, 2020-06'
    """
    spans: list[tuple[str, str]] = []
    for month in months:
        is_next = bool(spans) and next_month(spans[-1][1]) == month
        spans.append((spans.pop()[0] if is_next else month, month))
    return between.join(first if first == last else f"{first}{to}{last}" for first, last in spans)


def code_version() -> str:
    """The package's version and a hash of everything that can change a figure: code, contracts, models, seeds."""
    digest = code_hash([PROJECT_DIR / "pipelines", PROJECT_DIR / "dbt_project"])
    return f"{importlib.metadata.version('xianqing')}+{digest[:8]}"


def place_of(settings: Settings) -> Place:
    """The county of the division table, or all counties of a prefecture's office with the prefecture's code.

    A shipped place has an English name, a shipped prefecture its own name. Raises AreaTableError when
    the table names no county.
    """
    with duckdb.connect() as connection:
        counties = connection.execute(
            "select distinct area_code, area_name, parent_code from read_parquet(?)"
            " where area_level = 'county' and valid_to is null order by area_code",
            [str(settings.areas_file)],
        ).fetchall()
    if not counties:
        raise AreaTableError(f"{settings.areas_file} names no county: run `xianqing init` with a complete table.")
    shipped = load_places().get(settings.place)
    if len(counties) == 1:
        code, name, _ = counties[0]
        return Place(code=code, zh=name, en=shipped.name.en if shipped else name)
    names = [name for _, name, _ in counties]
    parents = {parent for _, _, parent in counties}
    code = parents.pop() if len(parents) == 1 and None not in parents else counties[0][0]
    if shipped and set(shipped.county_codes) == {county for county, _, _ in counties}:
        return Place(code=code, zh=shipped.name.zh, en=shipped.name.en)
    return Place(code=code, zh="、".join(names), en=", ".join(names))


def is_of_invented_people(settings: Settings) -> bool:
    """True when releases of this installation carry the mark of synthetic data."""
    return settings.allow_synthetic or is_made_synthetic(settings)


def basis_now(
    settings: Settings, wanted: str | None, inputs: Sequence[BronzeInput], judged: Sequence[FileLedger]
) -> str | None:
    """The basis of a release made now (see ``publishing.standing``), None when no delivery counts."""
    if not inputs:
        return None
    month = wanted or max(months_of(inputs, load_contracts(settings.contracts_dir)))
    return basis_of(settings, judged, as_of_period=month, is_synthetic=is_of_invented_people(settings))


def is_settled(settings: Settings, wanted: str | None = None) -> bool:
    """True when no file came and the standing release was made from what lies here: a run has nothing to do."""
    if inbox_files(settings) or not settings.areas_file.is_file():
        return False
    inputs, judged = current_inputs(settings), ledgers(settings)
    basis = basis_now(settings, wanted, inputs, judged)
    return basis is not None and standing_release(settings, basis) is not None
