"""A table against its contract: every row accepted or rejected with its reasons, sums conserved.

Belongs here: rules over several columns or rows, and the assembly of the verdict. Does not belong here: formats
(tables in), files and pseudonyms (results out).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.contracts import CodeValue, Contract
from pipelines.meaning.names import count_doubtful
from pipelines.meaning.profiling import profile_of
from pipelines.reading.conflicts import CONFLICT_TEXTS, find_conflicts
from pipelines.reading.fields import JudgedField, clean_column, empty_field, judge_field
from pipelines.reading.headers import HeaderMatch
from pipelines.reading.masking import shown
from pipelines.reading.places import Places, latest_plausible_date, period_end
from pipelines.reading.reasons import CODES
from pipelines.reading.rows import find_non_data, is_footer_text
from pipelines.reading.sums import amounts, check_conservation, content_hash, controls, warnings
from pipelines.reading.tables import Column, Table
from pipelines.reading.verdicts import Judged

LISTED = 8


@dataclass(frozen=True)
class Rules:
    """What a table is judged by besides its contract."""

    period: str
    areas_file: Path | None
    allow_synthetic: bool
    code_lists: dict[str, tuple[CodeValue, ...]]
    oldest_age_years: int = 130


def judge_table(table: Table, match: HeaderMatch, contract: Contract, rules: Rules) -> Judged:
    """Judge every record of a table; raises ConservationError when rows or money do not add up."""
    position_of = {name: position for position, name in match.fields.items()}
    cleaned = {name: clean_column(table.columns[position]) for name, position in position_of.items()}
    header = {name: table.header[position].strip() for name, position in position_of.items()}
    texts = {name: column.text for name, column in cleaned.items()}
    non_data = find_non_data(texts, contract.key, _amount_names(contract), header)
    totals = {line: {name: column.text[line] for name, column in cleaned.items()} for line in non_data.totals}
    rows = table.rows
    is_record = pl.Series([True] * len(rows), dtype=pl.Boolean)
    if non_data.lines:
        is_record = is_record.scatter(non_data.lines, values=False)
        cleaned = {name: column.filter(is_record) for name, column in cleaned.items()}
        rows = rows.filter(is_record)
    columns = _judge_fields(contract, match, cleaned, len(rows), rules)
    _check_identities(columns, rules)
    _check_births(columns, contract, rules)
    _check_period(columns, contract, rules)
    places = None if rules.areas_file is None else Places(rules.areas_file, rules.period)
    area_code = _resolve_areas(columns, contract, places)
    _check_keys(columns, contract)
    footers = [broken for broken in table.broken if is_footer_text(broken.text)]
    broken = [each for each in table.broken if not is_footer_text(each.text)]
    problems = _problems(columns, rows, position_of, header)
    is_accepted = pl.Series([True] * len(rows), dtype=pl.Boolean).scatter(problems["line"].unique(), values=False)
    judged = Judged(
        columns=columns,
        area_code=area_code,
        rows=rows,
        is_accepted=is_accepted,
        problems=problems,
        broken=broken,
        row_in_count=table.row_in_count,
        non_data_count=len(table.non_data_rows) + len(non_data.lines) + len(footers),
    )
    judged.amounts = amounts(judged, contract)
    judged.controls = controls(judged, contract, match, totals, table.rows)
    judged.warnings = warnings(judged, table, match)
    groups = _group_places(judged, contract, places)
    if groups is not None and contract.limits.per_group is not None:
        counted = groups.filter(is_accepted).drop_nulls().value_counts()
        judged.group_counts = dict(sorted(counted.iter_rows()))
    judged.profile = profile_of(columns, contract, is_accepted, groups)
    judged.conflicts = find_conflicts(judged)
    judged.warnings += _meaning_warnings(judged, places)
    judged.content_hash = content_hash(judged, contract)
    check_conservation(judged)
    return judged


def _judge_fields(
    contract: Contract, match: HeaderMatch, cleaned: dict[str, Column], height: int, rules: Rules
) -> dict[str, JudgedField]:
    latest = latest_plausible_date(rules.period)
    return {
        each.name: judge_field(
            each,
            cleaned[each.name],
            unit=match.units.get(each.name, each.unit),
            code_lists=rules.code_lists,
            latest=latest,
            allow_synthetic=rules.allow_synthetic,
        )
        if each.name in cleaned
        else empty_field(each, height)
        for each in contract.fields
    }


def _check_identities(columns: dict[str, JudgedField], rules: Rules) -> None:
    """The birth date and sex inside an identity number against the row's own, and against the period."""
    for judged in columns.values():
        if judged.birth is None or judged.is_female is None:
            continue
        differs = judged.birth > period_end(rules.period)
        if name := judged.field.birth_date_field:
            differs |= (judged.birth != columns[name].value).fill_null(value=False)
        if name := judged.field.sex_field:
            differs |= (judged.is_female != (columns[name].value == "女")).fill_null(value=False)
        judged.add_problem(differs, "identity_birth_mismatch")


def _check_births(columns: dict[str, JudgedField], contract: Contract, rules: Rules) -> None:
    """Nobody is born after the report's last day, or has lived longer than anybody ever did."""
    last = period_end(rules.period)
    first = last.replace(year=last.year - rules.oldest_age_years, day=min(last.day, 28))
    births = {each.birth_date_field for each in contract.fields} - {None}
    births |= {each.name for each in contract.fields if each.name == "birth_date" and each.type == "date"}
    for name in sorted(filter(None, births)):
        value = columns[name].value
        columns[name].add_problem((value > last) | (value < first), "impossible_age")
    for judged in columns.values():
        if judged.birth is not None:
            judged.add_problem(judged.birth < first, "impossible_age")


def _check_period(columns: dict[str, JudgedField], contract: Contract, rules: Rules) -> None:
    """Rows of a feed that names its period in a column must all belong to the file's period."""
    name = period_field(contract)
    if name is None:
        return
    judged = columns[name]
    judged.add_problem(period_of_values(judged.value) != rules.period, "wrong_period")


def period_field(contract: Contract) -> str | None:
    """The field that names the row's period, for feeds whose period comes from a column."""
    if contract.period.source != "column":
        return None
    return next(each.name for each in contract.fields if contract.period.column in each.headers)


def period_of_values(value: pl.Series) -> pl.Series:
    """The period 'YYYY-MM' of dates, or December of years."""
    return value.dt.strftime("%Y-%m") if value.dtype == pl.Date else value.cast(pl.String) + "-12"


def _amount_names(contract: Contract) -> tuple[str, ...]:
    return tuple(each.name for each in contract.fields if each.amount)


def _group_places(judged: Judged, contract: Contract, places: Places | None) -> pl.Series | None:
    """The township (or other group) of every row, under the division table's names: never what a cell says.

    The contract's group field, else the township of the row's place; None for a feed without either.
    """
    if places is None:
        return None
    if contract.limits.per_group is not None:
        values = judged.columns[contract.limits.per_group.field].text
        names = {text: places.names.get(places.named(text) or "") for text in values.drop_nulls().unique()}
    elif judged.area_code is not None:
        values = judged.area_code
        names = {code: places.names.get(f"{code[:9]}000") for code in values.drop_nulls().unique()}
    else:
        return None
    return values.replace_strict(names, default=None, return_dtype=pl.String)


def _meaning_warnings(judged: Judged, places: Places | None) -> list[dict[str, object]]:
    """What was accepted with a doubt: places under earlier codes, damaged names, identities in conflict."""
    found: list[dict[str, object]] = []

    def warn(code: str, count: int, zh: str, en: str) -> None:
        found.append({"code": code, "count": count, "zh": zh, "en": en, "row": None})

    if places is not None and places.followed:
        listed = "、".join(f"{old}→{new}" for old, new in sorted(places.followed.items())[:LISTED])
        warn(
            "changed_area",
            len(places.followed),
            f"按区划调整由旧代码对应到新代码：{listed}",
            f"places under codes of before a change of divisions, taken as their successors: {listed}",
        )
    if doubtful := count_doubtful(judged.columns):
        warn(
            "variant_name",
            doubtful,
            "姓名中有异体字、自造字或缺字，比对时按对照表折叠，原文保留",
            "names hold variant, private or lost characters: folded for matching, kept as written",
        )
    for kind, rows in judged.conflicts.group_by("kind").len().sort("kind").iter_rows():
        zh, en = CONFLICT_TEXTS[kind]
        warn(kind, rows, zh, en)
    return found


def _resolve_areas(columns: dict[str, JudgedField], contract: Contract, places: Places | None) -> pl.Series | None:
    """The code of each row's place; a place that is missing, or not in the period's table, is a problem of its column.

    None without a division table: then nothing can be resolved.
    """
    area = contract.area
    if area is None or places is None:
        return None
    for name in filter(None, (area.township, area.village, area.name, area.code)):
        columns[name].add_problem(columns[name].text.is_null(), "missing_required")
    if area.township and area.village:
        names = pl.DataFrame({"a": columns[area.township].value, "b": columns[area.village].value})
        judged = columns[area.village]
    else:
        judged = columns[area.name or area.code or ""]
        names = pl.DataFrame({"a": judged.value, "b": judged.value})
    distinct = names.unique().drop_nulls()
    if area.township:
        codes = [places.village(a, b) for a, b in distinct.iter_rows()]
    elif area.name:
        codes = [places.named(a, reaches_above=area.reaches_above) for a, _ in distinct.iter_rows()]
    else:
        codes = [places.coded(a) for a, _ in distinct.iter_rows()]
    found = distinct.with_columns(pl.Series("code", codes, dtype=pl.String))
    code = names.join(found, on=["a", "b"], how="left", maintain_order="left")["code"]
    judged.add_problem(code.is_null() & names["a"].is_not_null() & names["b"].is_not_null(), "unknown_area")
    return code


def _check_keys(columns: dict[str, JudgedField], contract: Contract) -> None:
    """A repeated key: of identical rows the first stays, of differing rows none."""
    keys = pl.DataFrame({name: columns[name].value for name in contract.key})
    repeated = keys.is_duplicated() & keys.select(pl.all_horizontal(pl.all().is_not_null())).to_series()
    if not repeated.any():
        return
    lines = repeated.arg_true()
    content = pl.DataFrame({name: judged.text for name, judged in columns.items()}).filter(repeated)
    frame = keys.filter(repeated).with_columns(
        content.select(pl.struct(pl.all()).alias("content")).to_series(), lines.alias("line")
    )
    variants = frame.group_by(contract.key).agg(
        pl.col("content").n_unique().alias("variants"), pl.col("line").min().alias("first")
    )
    wrong = frame.join(variants, on=list(contract.key)).filter(
        (pl.col("variants") > 1) | (pl.col("line") != pl.col("first"))
    )
    where = pl.Series([False] * len(keys), dtype=pl.Boolean).scatter(wrong["line"], values=True)
    columns[contract.key[0]].add_problem(where, "duplicate_key")


_PROBLEM_SCHEMA = {
    "line": pl.UInt32,
    "row": pl.Int32,
    "field": pl.String,
    "column": pl.Int32,
    "header": pl.String,
    "code": pl.String,
    "masked": pl.String,
}


def _problems(
    columns: dict[str, JudgedField], rows: pl.Series, position_of: dict[str, int], header: dict[str, str]
) -> pl.DataFrame:
    frames = [pl.DataFrame(schema=_PROBLEM_SCHEMA)]
    for name, judged in columns.items():
        if not (where := judged.problem.is_not_null()).any():
            continue
        texts = judged.text.filter(where)
        frames.append(
            pl.DataFrame(
                {
                    "line": where.arg_true(),
                    "row": rows.filter(where),
                    "field": name,
                    "column": position_of[name] + 1 if name in position_of else None,
                    "header": header.get(name),
                    "code": [CODES[number] for number in judged.problem.filter(where)],
                    "masked": pl.Series([shown(text, judged.field) for text in texts], dtype=pl.String),
                },
                schema_overrides=_PROBLEM_SCHEMA,
            ).select(list(_PROBLEM_SCHEMA))
        )
    return pl.concat(frames).sort("row", "column", nulls_last=True, maintain_order=True)
