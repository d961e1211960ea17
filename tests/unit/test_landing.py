"""Landing: manifests, receipts, and what a caller may ask for."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.landing import Receipt, inbox_files, land, receipts
from pipelines.landing.completeness import complete_files, is_sidecar, stated_sha256
from pipelines.landing.receipts import receipt_path, write_receipt
from pipelines.settings import Settings

CONTRACTS = Path(__file__).parents[1] / "faults" / "contracts"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", contracts_dir=CONTRACTS, allow_synthetic=True, stable_seconds=0)


@pytest.mark.parametrize("name", ["a.csv.manifest.json", "a.csv.sha256", "a.csv.part", "~$a.xlsx", ".a.swp"])
def test_sidecars_and_temporary_files_are_no_deliveries(settings: Settings, name: str) -> None:
    settings.inbox_dir.mkdir(parents=True)
    (settings.inbox_dir / name).write_text("x")
    (settings.inbox_dir / "真.csv").write_text("x")
    assert is_sidecar(Path(name))
    assert [path.name for path in inbox_files(settings)] == ["真.csv"]


def test_a_checksum_file_is_read_like_a_manifest(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"x")
    digest = hashlib.sha256(b"x").hexdigest()
    (tmp_path / "a.csv.sha256").write_text(f"{digest.upper()}  a.csv\n")
    assert stated_sha256(path) == digest
    assert complete_files([path], stable_seconds=60) == [path]
    path.write_bytes(b"y")
    assert complete_files([path], stable_seconds=60) == []


def test_a_half_written_manifest_states_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.csv.manifest.json").write_text('{"sha256": "ab')
    assert stated_sha256(tmp_path / "a.csv") is None


def test_receipts_come_back_as_written_in_order_of_arrival(settings: Settings) -> None:
    written = [
        Receipt(
            receipt_id=f"aid-2020-06-{n}",
            sha256=f"{n}" * 64,
            size_bytes=1,
            file_name="甲.csv",
            stored_path=f"raw/toy/aid/2020-06/{n}.csv",
            department="toy",
            feed="aid",
            period="2020-06",
            arrived_at=datetime(2020, 7, 9 - n, tzinfo=UTC),
            version=1,
            status="landed",
        )
        for n in (1, 2)
    ]
    for receipt in written:
        write_receipt(settings, receipt)
        assert receipt_path(settings.data_dir / receipt.stored_path).exists()
    assert receipts(settings) == written[::-1]


@pytest.mark.parametrize(("feed", "period"), [("unknown", None), (None, "2020-13"), (None, "2020-6"), (None, "June")])
def test_what_cannot_be_asked_for_is_refused_before_anything_is_touched(
    settings: Settings, tmp_path: Path, feed: str | None, period: str | None
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x")
    with pytest.raises(ValueError, match=r"feed|period"):
        land([path], settings, feed=feed, period=period)
    assert not settings.raw_dir.exists()


def test_a_path_that_does_not_exist_is_named(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv"):
        land([tmp_path / "nowhere.csv"], settings)


def test_what_a_disk_or_a_desktop_keeps_beside_the_departments_is_no_delivery(settings: Settings) -> None:
    for name in ("lost+found", ".Trash-1000"):
        folder = settings.raw_dir / name / "feed" / "2020-01"
        folder.mkdir(parents=True)
        (folder / "x.receipt.json").write_text("{}", encoding="utf-8")
    assert receipts(settings) == []
