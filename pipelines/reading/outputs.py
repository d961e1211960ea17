"""The three results of a judged file: accepted rows (pseudonymised), rejections (masked), and the vault's clear part.

Belongs here: writing into a folder that nobody reads yet. Does not belong here: judging; renaming into place.
"""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

from pipelines.contracts import Contract
from pipelines.meaning.names import fold_names, is_name
from pipelines.meaning.profile import write_profile
from pipelines.reading.conflicts import CONFLICTS_NAME
from pipelines.reading.ledger import ACCEPTED_NAME, QUARANTINE_NAME, REJECTED_COLUMNS, REJECTED_NAME, VAULT_NAME
from pipelines.reading.pseudonyms import pseudonyms
from pipelines.reading.tables import in_sheets
from pipelines.reading.verdicts import Judged, problem_texts

PERSON_DOMAIN = "person"


def _pseudonymised(values: pl.Series, key: bytes, domain: str) -> pl.Series:
    distinct = values.drop_nulls().unique()
    keyed = pl.Series(pseudonyms(distinct.to_list(), key=key, domain=domain), dtype=pl.String)
    return values.replace_strict(distinct, keyed, default=None, return_dtype=pl.String)


def write_results(
    folder: Path,
    judged: Judged,
    contract: Contract,
    *,
    receipt_id: str,
    file_name: str,
    period: str,
    sheet: str,
    key: bytes,
    sheets: tuple[str, ...] = (),
) -> None:
    """Write all results into ``folder``; the vault's files are readable by the owner only.

    ``sheets`` are the sheets of a table that goes on over several (see ``Table.sheets``).
    """
    kept: dict[str, pl.Series] = {}
    rows = judged.rows.filter(judged.is_accepted)
    clear: dict[str, pl.Series] = {"source_row": rows}
    for name, column in judged.columns.items():
        values = column.value.filter(judged.is_accepted)
        if column.field.is_pseudonym:
            kept[name] = _pseudonymised(values, key, column.field.key_domain or PERSON_DOMAIN)
            clear[name] = kept[name]
            clear[f"{name}_clear"] = values
        elif column.field.is_kept:
            kept[name] = values
        else:
            clear[name] = values
            if is_name(column.field):  # for matching; the name itself stays as it was written
                clear[f"{name}_folded"] = fold_names(values)
    if contract.area is not None and judged.area_code is not None:
        kept["area_code"] = judged.area_code.filter(judged.is_accepted)
    constants = (
        pl.lit(period).alias("period"),
        pl.lit(receipt_id).alias("receipt_id"),
        pl.lit(sheet).alias("source_sheet"),
    )
    accepted = in_sheets(pl.DataFrame(kept).with_columns(*constants, rows.alias("source_row")), sheets)
    accepted.select(list(contract.bronze_columns)).write_parquet(folder / ACCEPTED_NAME)
    in_sheets(_rejections(judged, receipt_id, file_name, sheet), sheets).write_parquet(folder / REJECTED_NAME)
    if not judged.conflicts.is_empty():
        in_sheets(_conflicts(judged, receipt_id, key), sheets).write_parquet(folder / CONFLICTS_NAME)
    if judged.profile is not None:
        write_profile(folder, judged.profile)
    _write_private(folder / VAULT_NAME, in_sheets(pl.DataFrame(clear), sheets))
    _write_private(folder / QUARANTINE_NAME, in_sheets(_quarantine(judged), sheets))


def _rejections(judged: Judged, receipt_id: str, file_name: str, sheet: str) -> pl.DataFrame:
    ragged = pl.DataFrame(
        {"row": [each.row for each in judged.broken], "code": ["ragged_row"] * len(judged.broken)},
        schema={"row": pl.Int32, "code": pl.String},
    )
    problems = pl.concat([judged.problems.drop("line"), ragged], how="diagonal").sort("row", maintain_order=True)
    return (
        problems.join(problem_texts(), on="code", how="left", maintain_order="left")
        .rename({"row": "source_row", "column": "source_column", "code": "reason_code", "masked": "masked_value"})
        .with_columns(
            pl.lit(receipt_id).alias("receipt_id"),
            pl.lit(file_name).alias("file_name"),
            pl.lit(sheet).alias("source_sheet"),
        )
        .select(REJECTED_COLUMNS)
    )


def _conflicts(judged: Judged, receipt_id: str, key: bytes) -> pl.DataFrame:
    """The steward's list of identities in conflict: keys and addresses, no personal value."""
    found = judged.conflicts
    keyed = [
        _pseudonymised(found[name], key, judged.columns[name].field.key_domain or PERSON_DOMAIN).alias(name)
        if name in judged.columns
        else found[name]
        for name in found.columns
        if name not in ("kind", "source_row")
    ]
    return found.with_columns(*keyed, pl.lit(receipt_id).alias("receipt_id"))


def _quarantine(judged: Judged) -> pl.DataFrame:
    """Full text of every rejected row, for the steward who has the right to see it."""
    texts = {name: column.text.filter(~judged.is_accepted) for name, column in judged.columns.items()}
    rows = pl.DataFrame(texts).with_columns(judged.rows.filter(~judged.is_accepted).alias("source_row"))
    broken = pl.DataFrame(
        {"source_row": [each.row for each in judged.broken], "source_text": [each.text for each in judged.broken]},
        schema={"source_row": pl.Int32, "source_text": pl.String},
    )
    return pl.concat([rows, broken], how="diagonal").sort("source_row")


def _write_private(path: Path, frame: pl.DataFrame) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    frame.write_parquet(path)
