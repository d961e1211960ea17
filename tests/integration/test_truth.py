"""The reader against the simulator's truth: every planted damage is found at its address, nothing accepted is wrong."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from pipelines.contracts import Field, load_contracts
from pipelines.landing import Receipt, receipts
from pipelines.reading import FileLedger, bronze_folder, ledgers
from tests.conftest import PocketCounty

REASONS_OF = {
    "ancient_date": {"bad_date"},
    "bad_month": {"bad_date"},
    "conflicting_key": {"duplicate_key"},
    "ragged_extra": {"ragged_row"},
    "ragged_missing": {"ragged_row"},
    "stray_quote": {"ragged_row"},
}
ADDRESS = ("source_sheet", "source_row")
# Two cells contradict each other, and either may be the wrong one: the row is the address.
ROW_IS_ADDRESS = {"identity_birth_mismatch"}


@pytest.fixture(scope="module")
def damage(pocket: PocketCounty) -> pl.DataFrame:
    return planted_damage(pocket)


@pytest.fixture(scope="module")
def by_name(pocket: PocketCounty) -> dict[str, tuple[Receipt, FileLedger | None]]:
    return files_by_name(pocket)


def rejections(pocket: PocketCounty, receipt: Receipt) -> set[tuple[str, int, int | None, str]]:
    frame = pl.read_parquet(bronze_folder(pocket.settings, receipt) / "rejected.parquet")
    return set(frame.select(*ADDRESS, "source_column", "reason_code").iter_rows())


def files_by_name(county: PocketCounty) -> dict[str, tuple[Receipt, FileLedger | None]]:
    known = {ledger.receipt_id: ledger for ledger in ledgers(county.settings)}
    return {receipt.file_name: (receipt, known.get(receipt.receipt_id)) for receipt in receipts(county.settings)}


def planted_damage(county: PocketCounty) -> pl.DataFrame:
    return pl.read_parquet(county.truth / "damage.parquet").with_columns(pl.col("file").str.split("/").list.last())


def test_every_damaged_cell_is_rejected_at_its_address_for_its_reason(
    pocket: PocketCounty, damage: pl.DataFrame, by_name: dict[str, tuple[Receipt, FileLedger | None]]
) -> None:
    assert damage.filter(pl.col("expected") == "rejected").height >= 50
    assert missed_damage(pocket, damage, by_name) == []


def missed_damage(
    pocket: PocketCounty, damage: pl.DataFrame, by_name: dict[str, tuple[Receipt, FileLedger | None]]
) -> list[tuple[str, int, str, str]]:
    planted = damage.filter(pl.col("expected") == "rejected")
    missed = []
    for name, sheet, row, column, kind in planted.select("file", "sheet", "row", "column", "kind").iter_rows():
        found = rejections(pocket, by_name[name][0])
        reasons = REASONS_OF.get(kind, {kind})
        if not any(
            (s, r) == (sheet, row) and code in reasons and (column in (None, c) or kind in ROW_IS_ADDRESS)
            for s, r, c, code in found
        ):
            missed.append((name, row, column, kind))
    return missed


def test_every_file_that_must_stop_is_stopped(
    damage: pl.DataFrame, by_name: dict[str, tuple[Receipt, FileLedger | None]]
) -> None:
    stopped = damage.filter(pl.col("expected") == "refused")["file"].unique()
    verdicts = {name: by_name[name][1].verdict if by_name[name][1] else by_name[name][0].status for name in stopped}
    assert len(verdicts) >= 2
    assert set(verdicts.values()) <= {"refused", "held"}


def test_repeated_rows_change_nothing(
    damage: pl.DataFrame, by_name: dict[str, tuple[Receipt, FileLedger | None]]
) -> None:
    same_rows = damage.filter(pl.col("kind") == "same_rows")["file"].to_list()
    assert [by_name[name][1].verdict for name in same_rows] == ["same_rows"] * len(same_rows)
    assert same_rows
    same_bytes = damage.filter(pl.col("kind") == "same_bytes")["file"].to_list()
    assert same_bytes
    assert not set(same_bytes) & set(by_name)


def test_a_file_without_a_period_is_released_under_a_better_name(
    damage: pl.DataFrame, by_name: dict[str, tuple[Receipt, FileLedger | None]]
) -> None:
    nameless = damage.filter(pl.col("kind") == "no_period")
    assert nameless.height == 1
    better = nameless["corrected_by"][0].split("/")[-1]
    assert nameless["file"][0] not in by_name
    assert by_name[better][1].verdict.startswith("accepted")


def test_no_row_is_rejected_without_planted_damage(
    pocket: PocketCounty, damage: pl.DataFrame, by_name: dict[str, tuple[Receipt, FileLedger | None]]
) -> None:
    assert rejected_without_damage(pocket, damage, by_name) == set()


def rejected_without_damage(
    pocket: PocketCounty, damage: pl.DataFrame, by_name: dict[str, tuple[Receipt, FileLedger | None]]
) -> set[tuple[str, str, int]]:
    # Rows of a file that damage refuses as a whole are expected to be refused, and are listed one by one all the same.
    in_rows = damage.filter(pl.col("expected").is_in(["rejected", "refused"]) & pl.col("row").is_not_null())
    planted = set(in_rows.select("file", "sheet", "row").iter_rows())
    # A text that was cut off ends inside a row.
    cut_off = set(damage.filter(pl.col("kind") == "truncated")["file"])
    found = {
        (name, sheet, row)
        for name, (receipt, ledger) in by_name.items()
        if ledger is not None and name not in cut_off
        for sheet, row, _, _ in rejections(pocket, receipt)
    }
    return found - planted


def test_nothing_accepted_differs_from_the_truth(
    pocket: PocketCounty, by_name: dict[str, tuple[Receipt, FileLedger | None]]
) -> None:
    assert values_equal_to_the_truth(pocket, by_name) > 1_000_000


def values_equal_to_the_truth(pocket: PocketCounty, by_name: dict[str, tuple[Receipt, FileLedger | None]]) -> int:
    contracts = load_contracts(pocket.settings.contracts_dir)
    truths = {path.name.removesuffix(".parquet"): path for path in (pocket.truth / "rows").rglob("*.parquet")}
    compared = 0
    for name, (receipt, ledger) in by_name.items():
        if ledger is None or not ledger.verdict.startswith("accepted"):
            continue
        accepted = _accepted_in_clear(pocket, receipt)
        truth = pl.read_parquet(truths[name])
        truth = truth.with_columns(pl.lit(value=True).alias("was_written"))
        joined = accepted.join(truth, on=list(ADDRESS), how="left", suffix="_true", validate="1:1")
        assert joined["was_written"].null_count() == 0, f"{name}: a row that was never written"
        rejected = {(sheet, row) for sheet, row, _, _ in rejections(pocket, receipt)}
        sound = set(truth.select(ADDRESS).iter_rows()) - rejected
        assert sound == set(accepted.select(ADDRESS).iter_rows()), f"{name}: a sound row is missing"
        for field in contracts[receipt.feed].fields:
            wrong = [
                row
                for row, value, true in joined.select("source_row", field.name, field.header).iter_rows()
                if not _equal(field, value, true)
            ]
            assert wrong == [], f"{name}: {field.name} differs from the truth in rows {wrong[:5]}"
            compared += joined.height
    return compared


def _accepted_in_clear(pocket: PocketCounty, receipt: Receipt) -> pl.DataFrame:
    """Accepted rows with the vault's clear values in place of pseudonyms."""
    accepted = pl.read_parquet(bronze_folder(pocket.settings, receipt) / "accepted.parquet")
    vault = pocket.settings.vault_dir / receipt.feed / receipt.period / f"{receipt.sha256[:12]}.parquet"
    clear = pl.read_parquet(vault)
    names = {name: name.removesuffix("_clear") for name in clear.columns if name.endswith("_clear")}
    clear = clear.drop(list(names.values())).rename(names)
    address = [
        name for name in ADDRESS if name in clear.columns
    ]  # the vault names the sheet only where there are several
    return accepted.drop(list(names.values())).join(clear, on=address, validate="1:1")


def _equal(field: Field, value: object, true: str | None) -> bool:
    if value is None or true is None:
        return value is None and true is None
    if field.type in ("decimal", "integer", "year"):
        return Decimal(str(value)) == Decimal(true)
    if field.type == "boolean":
        return value is (true == "是")
    if field.type == "identity":  # a disability certificate adds two or four characters to the identity
        return value == true[:18]
    if field.type in ("date", "month"):
        return str(value) == true
    return value == true


def test_rows_and_sums_are_conserved_in_every_ledger(by_name: dict[str, tuple[Receipt, FileLedger | None]]) -> None:
    read = [ledger for _, ledger in by_name.values() if ledger is not None and ledger.row_in_count]
    assert len(read) >= 80
    for ledger in read:
        assert ledger.row_in_count == ledger.accepted_count + ledger.rejected_count + ledger.non_data_count
        for amount in ledger.amounts:
            assert amount.in_cny == amount.accepted_cny + amount.rejected_cny


def test_no_clear_identity_leaves_the_vault(pocket: PocketCounty) -> None:
    clear: set[bytes] = set()
    for path in pocket.settings.vault_dir.rglob("*.parquet"):
        columns = [name for name in pl.read_parquet_schema(path) if name.endswith("person_key_clear")]
        for name in columns:
            clear |= {value.encode() for value in pl.read_parquet(path, columns=[name])[name].drop_nulls()}
    assert len(clear) > 1000
    for path in _texts_outside_the_vault(pocket.settings.data_dir):
        words = {word for word in path.read_bytes().replace(b'"', b" ").split() if len(word) >= 18}
        assert not words & clear, path


def _texts_outside_the_vault(data_dir: Path) -> list[Path]:
    endings = {".json", ".log", ".txt", ".env"}
    return [path for path in data_dir.rglob("*") if path.suffix in endings and "vault" not in path.parts]
