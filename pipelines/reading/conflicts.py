"""Identities in conflict within a file: one identity under two person numbers, one number with two identities.

Belongs here: finding them, for the steward's list; nothing is rejected, a human decides. Does not belong here: keys
that occur twice (those rows are rejected), and persons of other files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from pipelines.reading.verdicts import Judged

CONFLICTS_NAME = "conflicts.parquet"
CONFLICT_TEXTS = {
    "identity_on_several_members": (
        "同一证件号码用于多个人口编号，已列入待核实清单",
        "one identity number under several person numbers, listed for the steward",
    ),
    "member_with_several_identities": (
        "同一人口编号对应多个证件号码，已列入待核实清单",
        "one person number with several identity numbers, listed for the steward",
    ),
}
PERSON_FIELD, MEMBER_DOMAIN = "person_key", "member"


def find_conflicts(judged: Judged) -> pl.DataFrame:
    """Columns kind, source_row, and the clear values of the person's and the member's number, to be pseudonymised.

    A feed without both numbers has none. Rows that were rejected for a repeated key take part: their values differ.
    """
    member = next((name for name, one in judged.columns.items() if one.field.key_domain == MEMBER_DOMAIN), None)
    person = judged.columns.get(PERSON_FIELD)
    schema = {"kind": pl.String, "source_row": pl.Int32}
    if member is None or person is None or person.field.type != "identity":
        return pl.DataFrame(schema=schema)
    pairs = pl.DataFrame({"source_row": judged.rows, PERSON_FIELD: person.value, member: judged.columns[member].value})
    pairs = pairs.drop_nulls()
    if not (pairs[PERSON_FIELD].is_duplicated().any() or pairs[member].is_duplicated().any()):
        return pairs.clear().select(pl.lit("").alias("kind"), pl.all())
    found = []
    for kind, of, other in (
        ("identity_on_several_members", PERSON_FIELD, member),
        ("member_with_several_identities", member, PERSON_FIELD),
    ):
        several = pairs.group_by(of).agg(pl.col(other).n_unique().alias("several")).filter(pl.col("several") > 1)
        rows = pairs.join(several.select(of), on=of, how="semi", maintain_order="left")
        found.append(rows.select(pl.lit(kind).alias("kind"), pl.all()))
    return pl.concat(found)
