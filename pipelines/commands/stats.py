"""``xianqing stats``: poverty and inequality figures of one file, with their counts, conventions and errors."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.common import AsJson, print_json, say, settings_of_process

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from pipelines.settings import Settings
    from pipelines.statistics import Sample
    from pipelines.statistics.intake import Intake
    from pipelines.statistics.report import Options

REFUSED = 1
MOST_GROUPS = 500
SHOWN_DOUBTS = 10
NOTHING = "—"


class Language(StrEnum):
    """Language of the table for people."""

    ZH = "zh"
    EN = "en"


class Cleaning(StrEnum):
    """How negative incomes are treated."""

    REGISTER = "register"
    WBPIP = "wbpip"


Columns = Annotated[list[str] | None, typer.Option("--source", metavar="COL", help="Source of income; repeat.")]
Epsilons = Annotated[list[float] | None, typer.Option("--epsilon", min=0.01, help="Aversion of Atkinson; repeat.")]


def stats(
    file: Annotated[Path, typer.Argument(help="File of any kind with a header.")],
    *,
    income: Annotated[str, typer.Option("--income", metavar="COL", help="Income per person; bands: their mean.")],
    line: Annotated[float | None, typer.Option("--line", metavar="Z", help="Poverty line, a year.")] = None,
    weight: Annotated[str | None, typer.Option("--weight", metavar="COL", help="Weight; bands: persons.")] = None,
    size: Annotated[str | None, typer.Option("--size", metavar="COL", help="Persons of the household.")] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="COL", help="Divide by this column.")] = None,
    source: Columns = None,
    cluster: Annotated[
        str | None, typer.Option("--cluster", metavar="COL", help="What was drawn, e.g. village.")
    ] = None,
    before: Annotated[Path | None, typer.Option("--before", help="Earlier file: growth by percentile.")] = None,
    household_income: Annotated[
        bool, typer.Option("--household-income", help="Income is the household's: divide by --size.")
    ] = False,
    convention: Annotated[Cleaning, typer.Option(help="Treatment of negative incomes.")] = Cleaning.REGISTER,
    include_line: Annotated[bool, typer.Option("--include-line", help="At the line is poor too.")] = False,
    epsilon: Epsilons = None,
    bootstrap: Annotated[int, typer.Option(min=0, help="Draws for the standard errors; 0: linearised.")] = 0,
    seed: Annotated[int, typer.Option(help="Same seed, same draws.")] = 1,
    grouped: Annotated[bool, typer.Option("--grouped", help="Rows are bands with persons and means.")] = False,
    shares: Annotated[bool, typer.Option("--shares", help="Bands give shares of income, not means.")] = False,
    mean: Annotated[float | None, typer.Option(help="Mean income of all bands.")] = None,
    table: Annotated[int | None, typer.Option(help="Which table of the file, from 1.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail when a cell was refused.")] = False,
    lang: Annotated[Language, typer.Option(help="Language of the table.")] = Language.ZH,
    as_json: AsJson = False,
) -> None:
    """Poverty and inequality figures of a file."""
    from pipelines.statistics.intake import read_columns
    from pipelines.statistics.report import Options

    _check_options(grouped=grouped, weight=weight, size=size, household_income=household_income, line=line)
    settings = settings_of_process()
    numbers = [name for name in (income, weight, size, *(source or ())) if name]
    texts = [name for name in (by, cluster) if name]
    intake = read_columns(file, settings, numbers=numbers, texts=texts, table=table, takes_percent=grouped)
    options = Options(line, include_line, tuple(epsilon or (0.5, 1.0, 2.0)), bootstrap, seed)
    if grouped:
        content = _grouped(intake, income, str(weight), line, mean, are_shares=shares)
    else:
        columns = {"income": income, "weight": weight, "size": size, "by": by, "cluster": cluster}
        content = _individual(
            intake,
            columns,
            source or [],
            options,
            convention.value,
            divides=household_income,
            before=before,
            settings=settings,
        )
    about = _about(intake, income, line)
    if as_json:
        print_json(about | content)
    else:
        _show(about | content, lang)
    if strict and intake.refusals:
        raise typer.Exit(REFUSED)


def _check_options(
    *, grouped: bool, weight: str | None, size: str | None, household_income: bool, line: float | None
) -> None:
    if grouped and weight is None:
        raise typer.BadParameter("Bands need their persons: name the column.", param_hint="--weight")
    if household_income and size is None:
        raise typer.BadParameter("To divide by the persons their column is needed.", param_hint="--size")
    if line is not None and not line > 0:
        raise typer.BadParameter("A poverty line is above 0.", param_hint="--line")


def _about(intake: Intake, income: str, line: float | None) -> dict[str, Any]:
    from pipelines.statistics.intake import REFUSALS

    return {
        "file": intake.file,
        "sheet": intake.sheet,
        "line": line,
        "unit": "yuan" if income in intake.units else None,
        "data_rows": intake.data_row_count,
        "non_data_rows": intake.non_data_row_count,
        "refused_cells": [
            asdict(each) | {"why": REFUSALS[each.reason].en, "why_zh": REFUSALS[each.reason].zh}
            for each in intake.refusals
        ],
        "doubts": intake.doubts,
    }


def _arrays(
    intake: Intake, columns: dict[str, str | None], *, divides: bool
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Income per person and persons of every row; NaN where a cell was refused."""
    import numpy as np

    incomes = intake.numbers[str(columns["income"])]
    weights = np.ones(len(incomes))
    for name in (columns["weight"], columns["size"]):
        if name is not None:
            intake.refuse_not_above_zero(name)
            weights = weights * intake.numbers[name]
    if divides:
        incomes = incomes / intake.numbers[str(columns["size"])]
    return incomes, weights


def _individual(
    intake: Intake,
    columns: dict[str, str | None],
    sources: list[str],
    options: Options,
    convention: str,
    *,
    divides: bool,
    before: Path | None,
    settings: Settings,
) -> dict[str, Any]:
    from pipelines.statistics import Convention, clean
    from pipelines.statistics import report as reports
    from pipelines.statistics.intake import read_columns

    intake.check_units([str(columns["income"]), *sources])
    incomes, weights = _arrays(intake, columns, divides=divides)
    sample = clean(incomes, weights, convention=Convention(convention))
    clusters = _codes(intake, columns["cluster"], sample)[1] if columns["cluster"] else None
    content: dict[str, Any] = {
        "convention": convention,
        "counts": sample.counts.as_json(),
        "persons": sample.distribution.total_weight,
        "figures": reports.figures(sample, options, clusters=clusters),
        "distribution": reports.distribution_table(sample),
    }
    if name := columns["by"]:
        names, codes = _codes(intake, name, sample)
        if len(names) > MOST_GROUPS:
            raise typer.BadParameter(f"{len(names)} groups are more than {MOST_GROUPS}.", param_hint="--by")
        content["by"] = {"column": name} | reports.groups_table(sample, names, codes, options)
    if sources:
        parts = {name: intake.numbers[name] for name in sources}
        if divides:
            parts = {name: amounts / intake.numbers[str(columns["size"])] for name, amounts in parts.items()}
        content["sources"] = reports.sources_table(incomes, weights, parts)
    if before is not None:
        numbers = [name for name in (columns["income"], columns["weight"], columns["size"]) if name]
        earlier = read_columns(before, settings, numbers=numbers)
        intake.refusals += earlier.refusals
        first = clean(*_arrays(earlier, columns, divides=divides), convention=Convention(convention))
        content["growth"] = {"before": earlier.file, "counts_before": first.counts.as_json()}
        content["growth"] |= reports.growth_table(first, sample, options.line)
    return content


def _codes(intake: Intake, column: str, sample: Sample) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The distinct texts of a column and the code of each kept row; a blank is a group of its own."""
    import numpy as np

    texts = np.array([text or "（空白 / blank）" for text in intake.texts[column]], dtype=object)[sample.kept]
    names, codes = np.unique(texts.astype(str), return_inverse=True)
    return names.tolist(), codes.astype(np.int64)


def _grouped(
    intake: Intake, income: str, persons: str, line: float | None, mean: float | None, *, are_shares: bool
) -> dict[str, Any]:
    from pipelines.statistics.grouped import Bands
    from pipelines.statistics.report import grouped_figures

    intake.refuse_not_above_zero(persons)
    if intake.refusals:
        where = "、".join(f"{each.column}: {each.rows}" for each in intake.refusals)
        raise ValueError(f"Every band is needed, and cells were refused ({where}): correct them first.")
    make = Bands.of_shares if are_shares else Bands.of_means
    return {"grouped": grouped_figures(make(intake.numbers[persons], intake.numbers[income], mean=mean), line)}


def _show(content: dict[str, Any], lang: Language) -> None:
    """The table for people, then everything that was refused or doubted."""
    from pipelines.commands.stats_table import lines_of

    for line in lines_of(content, lang.value):
        say(line)
    for doubt in content["doubts"][:SHOWN_DOUBTS]:
        place = " ".join(f"{name} {doubt[name]}" for name in ("row", "column") if doubt[name] is not None)
        why = doubt["why_zh" if lang is Language.ZH else "why"]
        say(f"  {'存疑' if lang is Language.ZH else 'doubt'} {place or NOTHING}: {why}")
    rest = len(content["doubts"]) - SHOWN_DOUBTS
    if rest > 0:
        say(
            f"  另有{rest}处存疑，见--json。" if lang is Language.ZH else f"  and {rest} more doubts; --json lists all."
        )
