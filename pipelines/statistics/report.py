"""The figures of one sample as JSON values: each with its counts, convention, standard error and labels.

Belongs here: putting measures, decompositions and curves together. Does not belong here: formulas, files, tables for
people (``pipelines.commands.stats``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from pipelines.contracts import Text
from pipelines.statistics import decomposition, grouped, inequality, measures, relative
from pipelines.statistics.cleaning import Sample
from pipelines.statistics.distribution import Distribution, Floats, Integers, UndefinedError
from pipelines.statistics.incidence import growth_incidence
from pipelines.statistics.labels import (
    AT_OR_BELOW,
    BELOW,
    CONVENTIONS,
    DOMAINS,
    DRAWN,
    LABELS,
    LINEARISED,
    reason_text,
)

SUM_TOLERANCE = 0.005
REST = "（未列明 / not listed）"
MONEY = ("mean", "median")


@dataclass(frozen=True)
class Options:
    """What is asked for; ``line`` in the unit of the incomes, None for no poverty measure."""

    line: float | None = None
    include_line: bool = False
    epsilons: Sequence[float] = measures.EPSILONS
    replicates: int = 0
    seed: int = 1


def both(name: str, text: Text | None) -> dict[str, str | None]:
    """A text as two keys, ``name_zh`` and ``name_en``."""
    return {f"{name}_zh": None if text is None else text.zh, f"{name}_en": None if text is None else text.en}


def figures(sample: Sample, options: Options, *, clusters: Integers | None = None) -> list[dict[str, Any]]:
    """Every measure of the sample; ``clusters`` are codes from 0 of the kept rows."""
    asked = measures.location_measures()
    if options.line is not None:
        asked += measures.poverty_measures(options.line, include_line=options.include_line)
    asked += [*measures.inequality_measures(options.epsilons), *measures.relative_measures()]
    return [
        _figure(
            measures.estimate(
                measure, sample.distribution, clusters=clusters, replicates=options.replicates, seed=options.seed
            ),
            sample,
            options,
        )
        for measure in asked
    ]


def _figure(estimate: measures.Estimate, sample: Sample, options: Options) -> dict[str, Any]:
    measure = estimate.measure
    numerator, denominator = _fraction(estimate, sample.distribution, options)
    convention = CONVENTIONS[sample.convention]
    parts = [convention, DOMAINS[measure.domain]]
    if measure.name in ("headcount", "gap", "severity", "watts", "income_gap_ratio", "sen"):
        parts.append(AT_OR_BELOW if options.include_line else BELOW)
    said = Text(zh="；".join(part.zh for part in parts), en="; ".join(part.en for part in parts))
    drawn = estimate.drawn
    return {
        "id": measure.name,
        "argument": measure.argument,
        "value": estimate.value,
        "unit": "input" if measure.name in MONEY else "ratio",
        "numerator": numerator,
        "denominator": denominator,
        "standard_error": drawn.standard_error if drawn else estimate.standard_error,
        "standard_error_method": None if estimate.standard_error is None else DRAWN if drawn else LINEARISED,
        "linearised_error": estimate.standard_error,
        "bootstrap": None if drawn is None else asdict(drawn),
        "rows": estimate.rows,
        "persons": estimate.persons,
        "excluded_rows": estimate.excluded,
        **both("label", LABELS[measure.name]),
        **both("convention", said),
        **both("reason", reason_text(estimate.reason)),
    }


def _fraction(
    estimate: measures.Estimate, everybody: Distribution, options: Options
) -> tuple[float | None, float | None]:
    """Numerator and denominator where the measure is a fraction."""
    name, value, argument = estimate.measure.name, estimate.value, estimate.measure.argument
    if value is None:
        return None, None
    numerator, denominator = None, None
    if name == "headcount" and options.line is not None:
        poor = everybody.rows_below(options.line, include_line=options.include_line)
        numerator, denominator = everybody.weight_up_to(poor), everybody.total_weight
    elif name == "at_risk_rate" and argument is not None:
        poor = everybody.rows_below(relative.threshold(everybody, argument))
        numerator, denominator = everybody.weight_up_to(poor), everybody.total_weight
    elif name in ("gap", "severity", "watts", "mean"):
        numerator, denominator = value * everybody.total_weight, everybody.total_weight
    elif name == "quintile_ratio":
        part = everybody.not_negative()
        denominator = part.income_up_to(int(np.searchsorted(part.incomes, part.quantile(0.2), side="right")))
        numerator = value * denominator
    return numerator, denominator


def distribution_table(sample: Sample) -> dict[str, Any]:
    """Decile shares, the Lorenz curve at the deciles and thresholds relative to the median; null when undefined."""
    try:
        part = sample.distribution.not_negative()
        shares = inequality.income_shares(part)
    except UndefinedError as error:
        return {"decile_shares": None, "lorenz": None, **both("reason", reason_text(str(error)))}
    curve = np.concatenate(([0.0], np.cumsum(shares)))
    return {
        "decile_shares": shares.tolist(),
        "lorenz": [{"persons": at / 10, "income": float(min(value, 1.0))} for at, value in enumerate(curve)],
        **both("reason", None),
    }


def groups_table(sample: Sample, names: Sequence[str], codes: Integers, options: Options) -> dict[str, Any]:
    """FGT of every group with its part of the whole, and how inequality divides; ``codes`` are of the kept rows."""
    everybody = sample.distribution
    order = everybody.order
    if order is None:
        raise ValueError("groups need a distribution that knows its input rows")
    parts = decomposition.by_group(everybody, codes[order])
    rows: dict[int, dict[str, Any]] = {
        code: {"group": names[code], "rows": group.size, "persons": group.total_weight, "mean": group.mean}
        for code, group in parts.items()
    }
    if options.line is not None:
        for alpha, name in enumerate(("headcount", "gap", "severity")):
            found = decomposition.fgt_by_group(parts, options.line, alpha, include_line=options.include_line)
            for part in found:
                rows[part.group]["population_share"] = part.population_share
                rows[part.group][name] = part.value
                rows[part.group][f"{name}_contribution"] = part.contribution
                rows[part.group][f"{name}_contribution_share"] = part.share
    return {"groups": list(rows.values()), "inequality": _splits(everybody, codes[order])}


def _splits(everybody: Distribution, codes: Integers) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, domain in (("gini", 0.0), ("theil_t", 0.0), ("theil_l", math.ulp(0.0))):
        first = int(np.searchsorted(everybody.incomes, domain, side="left"))
        try:
            part = everybody.part(first)
            groups = decomposition.by_group(part, codes[first:])
            split = {
                "gini": decomposition.gini_by_group,
                "theil_t": decomposition.theil_t_by_group,
                "theil_l": decomposition.theil_l_by_group,
            }[name](part, groups)
        except UndefinedError as error:
            found.append({"id": name} | both("label", LABELS[name]) | both("reason", reason_text(str(error))))
            continue
        found.append(
            {"id": name, **asdict(split), "excluded_rows": first, **both("label", LABELS[name]), **both("reason", None)}
        )
    return found


def sources_table(incomes: Floats, weights: Floats, sources: Mapping[str, Floats]) -> dict[str, Any]:
    """Parts of the Gini by source over the rows whose income is 0 or more and whose sources are all known.

    Where the sources do not add up to income the rest is a source of its own, and the rows concerned are counted.
    """
    is_known = np.isfinite(incomes) & np.isfinite(weights) & (weights > 0)
    is_used = is_known & (incomes >= 0)
    for amounts in sources.values():
        is_used &= np.isfinite(amounts)
    used = int(is_used.sum())
    about: dict[str, Any] = {"rows": used, "excluded_rows": len(incomes) - used}
    if not used:
        return about | {"sources": [], "rows_not_adding_up": 0, **both("reason", reason_text("there is no income"))}
    distribution = Distribution.of(incomes[is_used], weights[is_used], keep_order=True)
    parts = {name: amounts[is_used] for name, amounts in sources.items()}
    rest = incomes[is_used] - np.sum(list(parts.values()), axis=0)
    is_apart = np.abs(rest) > SUM_TOLERANCE
    if is_apart.any():
        parts[REST] = rest
    ordered = {name: amounts[distribution.order] for name, amounts in parts.items()}
    try:
        found = [asdict(part) for part in decomposition.by_source(distribution, ordered)]
    except UndefinedError as error:
        return about | {"sources": [], "rows_not_adding_up": 0, **both("reason", reason_text(str(error)))}
    return about | {"sources": found, "rows_not_adding_up": int(is_apart.sum()), **both("reason", None)}


def growth_table(before: Sample, after: Sample, line: float | None) -> dict[str, Any]:
    """Growth at the percentiles 1…99 between two samples; null where the first income is not above 0."""
    found = growth_incidence(before.distribution, after.distribution, line=line)
    points = zip(found.shares.tolist(), found.growth.tolist(), strict=True)
    return {
        "mean_growth": found.mean_growth,
        "pro_poor_growth": found.pro_poor,
        "curve": [{"share": share, "growth": growth if math.isfinite(growth) else None} for share, growth in points],
    }


def grouped_figures(bands: grouped.Bands, line: float | None) -> dict[str, Any]:
    """Both fitted curves with their figures and conditions, and which one counts for what."""
    choice = grouped.estimate(bands, line)
    return {
        "mean": bands.mean,
        "bands": len(bands.persons),
        "poverty_curve": None if choice.for_poverty is None else choice.for_poverty.curve.name,
        "inequality_curve": None if choice.for_inequality is None else choice.for_inequality.curve.name,
        "figures": _chosen(choice, line),
        "curves": [_fit(fit) for fit in (choice.quadratic, choice.beta) if fit is not None],
    }


def _chosen(choice: grouped.Choice, line: float | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    names = ("headcount", "gap", "severity", "watts") if line is not None else ()
    unfit = Text(zh="两条曲线都不满足洛伦兹曲线的条件", en="neither curve meets the conditions of a Lorenz curve")
    lacking = Text(zh="缺少均值，或曲线没有这个值", en="the mean is not known, or the curve has no such value")
    for name in (*names, "gini", "theil_l", "median"):
        fit = choice.for_poverty if name in names else choice.for_inequality
        value = None if fit is None else getattr(fit, name)
        value = value if value is not None and math.isfinite(value) else None
        convention = Text(zh="由分组数据拟合洛伦兹曲线", en="from a Lorenz curve fitted to grouped data")
        reason = None if value is not None else unfit if fit is None else lacking
        found.append(
            {
                "id": name,
                "value": value,
                "unit": "input" if name in MONEY else "ratio",
                "curve": None if fit is None else fit.curve.name,
                "curve_is_valid": None if fit is None else fit.curve.is_valid,
                "standard_error": None,
                **both("label", LABELS[name]),
                **both("convention", convention),
                **both("reason", reason),
            }
        )
    return found


def _fit(fit: grouped.Fit) -> dict[str, Any]:
    numbers = ("gini", "theil_l", "median", "headcount", "gap", "severity", "watts", "squares", "squares_to_line")
    values = {name: getattr(fit, name) for name in numbers}
    return {
        "curve": fit.curve.name,
        "parameters": dict(fit.curve.parameters),
        "conditions": dict(fit.curve.conditions),
        "is_valid": fit.curve.is_valid,
        **{name: value if value is not None and math.isfinite(value) else None for name, value in values.items()},
        "decile_shares": fit.deciles.tolist(),
    }
