"""What Great Expectations is shown of accepted rows: extracts on which a check has the verdict it has on all rows.

A value set, a pattern and blanks are decided by the distinct values of a column, a range by its ends, uniqueness by the
rows whose key occurs more than once. DuckDB finds these among all rows; what they are worth is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from pipelines.gates.suites import DoorCheck, needed_columns
from pipelines.publishing.fingerprint import quote

if TYPE_CHECKING:
    import pandas as pd

MEMORY_LIMIT = "2GB"
# Great Expectations takes longer to start on a frame than on a thousand values: small extracts are shown as one.
SHOWN_TOGETHER = 1_000


@dataclass(frozen=True)
class Counted:
    """Rows of some deliveries, and how many of them hold a value, column by column."""

    row_count: int
    value_counts: dict[str, int]


@dataclass(frozen=True)
class Extracted:
    """Checks about one column, or about the key, and the values that decide them."""

    checks: list[DoorCheck]
    frame: pd.DataFrame


def side_by_side(parts: Sequence[Extracted]) -> Extracted:
    """Several extracts as one: a shorter column has its last value again and again, which no check on values minds."""
    import pandas as pd

    if len(parts) == 1:
        return parts[0]
    height = max(len(part.frame) for part in parts)
    columns = {
        name: part.frame[name].array.take([min(at, len(part.frame) - 1) for at in range(height)])
        for part in parts
        for name in part.frame.columns
    }
    return Extracted([check for part in parts for check in part.checks], pd.DataFrame(columns))


class AcceptedRows:
    """The accepted rows of some deliveries of one feed, as they lie in Parquet."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, paths: Sequence[str]) -> None:
        connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
        self._connection = connection
        self._paths = list(paths)

    def _rows(self, query: str) -> duckdb.DuckDBPyConnection:
        """A query over the rows, which it calls ``accepted``."""
        rows = "with accepted as (select * from read_parquet(?, union_by_name = true, hive_partitioning = false)) "
        return self._connection.execute(rows + query, [self._paths])

    def count(self, columns: Sequence[str]) -> Counted:
        """All rows, and the values that are not blank."""
        counted = "".join(f", count({quote(column)})" for column in columns)
        row = self._rows(f"select count(*){counted} from accepted").fetchone() or (0, *(0 for _ in columns))
        return Counted(row[0], dict(zip(columns, row[1:], strict=True)))

    def every(self, columns: Sequence[str]) -> pd.DataFrame:
        """All rows of these columns: what tells how many rows broke a check."""
        return self._rows(f"select {', '.join(map(quote, columns))} from accepted").df()

    def extracts(self, checks: Sequence[DoorCheck]) -> Iterator[list[Extracted]]:
        """Checks with the extract on which each can be judged; those in one list can be judged on one frame.

        Each check comes once.
        """
        by_value = [check for check in checks if check.kind != "unique_in_delivery"]
        values: list[tuple[str, list[DoorCheck]]] = []
        ends: list[tuple[str, list[DoorCheck]]] = []
        for column in needed_columns(by_value):
            about = [check for check in by_value if check.columns == (column,)]
            needs_values = any(check.kind in ("value_set", "pattern") for check in about)
            (values if needs_values else ends).append((column, about))
        found = [Extracted(about, self._distinct(column)) for column, about in values]
        if ends:
            frame = self._ends([column for column, _ in ends])
            found += [Extracted(about, frame[[column]]) for column, about in ends]
        if small := [each for each in found if len(each.frame) <= SHOWN_TOGETHER]:
            yield small
        yield from ([each] for each in found if len(each.frame) > SHOWN_TOGETHER)
        for check in checks:
            if check.kind == "unique_in_delivery":
                yield [Extracted([check], self._repeated(check.columns))]

    def _distinct(self, column: str) -> pd.DataFrame:
        return self._rows(f"select distinct {quote(column)} from accepted").df()

    def _ends(self, columns: Sequence[str]) -> pd.DataFrame:
        """The smallest and the largest value of each column, then a blank when it has one, else the largest again."""
        ends = [
            f"unnest([min({name}), max({name}), case when count(*) = count({name}) then max({name}) end]) as {name}"
            for name in map(quote, columns)
        ]
        return self._rows(f"select {', '.join(ends)} from accepted").df()

    def _repeated(self, columns: Sequence[str]) -> pd.DataFrame:
        """Every row whose key others have too; without such rows any one row. Keys of one hash count as equal here."""
        names = ", ".join(map(quote, columns))
        repeated = [
            row[0]
            for row in self._rows(
                f"select hash({names}) as key_hash from accepted group by key_hash having count(*) > 1"
            ).fetchall()
        ]
        if not repeated:
            return self._rows(f"select {names} from accepted limit 1").df()
        self._connection.execute(
            "create or replace temp table repeated as select unnest(?::ubigint[]) as key_hash", [repeated]
        )
        return self._rows(f"select {names} from accepted where hash({names}) in (select key_hash from repeated)").df()
