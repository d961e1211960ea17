"""The ledger of one file: what came in, where every row and every yuan went, and why.

Belongs here: the shape of the ledger, which is read by modelling and shown to stewards. Nothing personal.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.contracts import Text
from pipelines.files import write_json

Verdict = Literal["accepted", "accepted_with_rejects", "refused", "same_rows"]
LEDGER_NAME = "ledger.json"
ACCEPTED_NAME = "accepted.parquet"
REJECTED_NAME = "rejected.parquet"
VAULT_NAME = "clear.parquet"
QUARANTINE_NAME = "quarantine.parquet"
REJECTED_COLUMNS = (
    "receipt_id",
    "file_name",
    "source_sheet",
    "source_row",
    "source_column",
    "header",
    "field",
    "reason_code",
    "reason_zh",
    "reason_en",
    "remedy_zh",
    "remedy_en",
    "masked_value",
)


class LedgerModel(BaseModel):
    """Frozen and closed: a ledger is written once."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Amount(LedgerModel):
    """The sum of one money field in yuan; values that were no numbers are counted, not summed."""

    field: str
    in_cny: Decimal
    accepted_cny: Decimal
    rejected_cny: Decimal
    unparsed_count: int


class Control(LedgerModel):
    """A total that the file states itself, against the sum of its rows before any rejection.

    ``is_explained``: amounts that could not be read or were rejected themselves can make up the difference.
    """

    kind: Literal["total", "subtotal"]
    field: str
    stated: Decimal
    computed: Decimal
    is_equal: bool
    is_explained: bool = False
    row: int


class Caution(LedgerModel):
    """Something worth a look that rejected nothing."""

    code: str
    count: int
    zh: str
    en: str
    row: int | None = None


class FileLedger(LedgerModel):
    """One file's ledger: ``row_in_count`` = accepted + rejected + non-data, and each amount likewise.

    ``group_counts`` counts accepted rows per place of the contract's group field, under the division table's names,
    for the comparison with other files; ``reason_counts`` counts the problems of rejected rows by reason code, a broken
    row as ``ragged_row``. ``rules_hash`` stands for everything but the contract that judged the file.
    ``reason_code`` names the check that refused the file, or says that the reader failed; None when the file's form
    did not fit. ``stopped_by`` lists all checks that refused it: those a steward could waive. ``stated_row_count`` is
    what a manifest beside the file said.

    On disk is the verdict on the file by itself; how it compares with others is settled when ledgers are read.
    """

    receipt_id: str
    department: str
    feed: str
    period: str
    file_name: str
    arrived_at: datetime
    version: int
    contract_version: str
    rules_hash: str = ""
    format: str | None = None
    encoding: str | None = None
    verdict: Verdict
    reason: Text | None = None
    remedy: Text | None = None
    reason_code: str | None = None
    stopped_by: tuple[str, ...] = ()
    stated_row_count: int | None = None
    row_in_count: int = 0
    accepted_count: int = 0
    rejected_count: int = 0
    non_data_count: int = 0
    amounts: tuple[Amount, ...] = ()
    controls: tuple[Control, ...] = ()
    warnings: tuple[Caution, ...] = ()
    group_counts: dict[str, int] = {}
    reason_counts: dict[str, int] = {}
    content_hash: str | None = None
    seconds: float = 0.0

    @property
    def data_count(self) -> int:
        """Rows that are records, accepted or not."""
        return self.accepted_count + self.rejected_count

    def refused(self, reason: Text, remedy: Text, code: str | None = None) -> FileLedger:
        """The same file, refused as a whole: none of its rows or money goes on."""
        amounts = tuple(
            amount.model_copy(update={"accepted_cny": Decimal(0), "rejected_cny": amount.in_cny})
            for amount in self.amounts
        )
        return self.model_copy(
            update={
                "verdict": "refused",
                "reason": reason,
                "remedy": remedy,
                "reason_code": code,
                "accepted_count": 0,
                "rejected_count": self.data_count,
                "amounts": amounts,
            }
        )


def write_ledger(folder: Path, ledger: FileLedger) -> None:
    """Write ``ledger.json`` into a folder, durable when this returns."""
    write_json(folder / LEDGER_NAME, ledger.model_dump(mode="json"))


def read_ledger(folder: Path) -> FileLedger:
    """The ledger in a folder; raises FileNotFoundError when the file has not been read yet."""
    return FileLedger.model_validate_json((folder / LEDGER_NAME).read_text(encoding="utf-8"))
