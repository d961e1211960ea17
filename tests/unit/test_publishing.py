"""Publication: what readers see is the old release or the new one, whole, and equal inputs make no new release."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import pytest

from pipelines.contracts import Text, load_contracts
from pipelines.gates.result import GateResult
from pipelines.modelling.bronze import Bronze
from pipelines.publishing.fingerprint import content_hash, fingerprint_build, fingerprint_elsewhere
from pipelines.publishing.lease import LeaseLostError, take_lease
from pipelines.publishing.manifest import DataLight, LateDelivery, Place, ReleaseError
from pipelines.publishing.publish import Publication, ReleaseFacts, new_release_id, publish, verify_build
from pipelines.publishing.releases import (
    current_release_id,
    list_release_ids,
    release_folder,
    release_manifest,
    rollback,
    verify_release,
)
from pipelines.publishing.trust import data_light
from pipelines.reading.ledger import Caution
from pipelines.settings import Settings

FACTS = ReleaseFacts(
    as_of_period="2020-12",
    place=Place(code="530323000000", zh="师宗县", en="Shizong"),
    is_synthetic=True,
    code_version="test",
    inputs=[],
    late_departments=[],
    data_light=DataLight(level="none", zh="无", en="none", reasons=[]),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "数据 data", keep_releases=2, reader_grace_seconds=0)


def make_build(settings: Settings, stamp: int, *, order: str = "asc") -> Path:
    """A build file with two tables whose every row carries ``stamp``."""
    settings.build_dir.mkdir(parents=True, exist_ok=True)
    path = settings.build_dir / f"{stamp}-{order}.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        for table in ("kpi_fund_area_month", "dim_area"):
            connection.execute(
                f"create table marts.{table} as select range as area_id, {stamp} as stamp, "
                f"cast(range * 1.10 as decimal(18, 2)) as paid_cny from range(2000) order by range {order}"
            )
    return path


def publish_stamp(
    settings: Settings,
    stamp: int,
    *,
    order: str = "asc",
    facts: ReleaseFacts = FACTS,
    cards: Mapping[str, Any] | None = None,
) -> Publication:
    with take_lease(settings.state_dir, f"run-{stamp}") as lease:
        build_file = make_build(settings, stamp, order=order)
        fingerprints = verify_build(build_file)
        outcome = publish(settings, lease, build_file, cards=cards or {}, facts=facts, fingerprints=fingerprints)
    build_file.unlink()
    return outcome


def test_a_release_holds_what_was_built_and_says_so(settings: Settings) -> None:
    publication = publish_stamp(settings, 1)

    manifest = verify_release(settings, publication.release_id)
    assert re.fullmatch(r"\d{8}T\d{9}Z-[0-9a-f]{8}", publication.release_id)
    assert current_release_id(settings) == publication.release_id
    assert manifest.tables["dim_area"].row_count == 2000
    assert manifest.tables["dim_area"].sums == {"paid_cny": "2198900"}
    assert not list(settings.marts_dir.glob(".tmp-*"))


def test_equal_content_makes_no_new_release_whatever_the_row_order(settings: Settings) -> None:
    first = publish_stamp(settings, 1)
    again = publish_stamp(settings, 1, order="desc")

    assert first.is_new
    assert not again.is_new
    assert again.release_id == first.release_id
    assert list_release_ids(settings) == [first.release_id]


def test_equal_content_gives_equal_bytes(settings: Settings, tmp_path: Path) -> None:
    other = Settings(data_dir=tmp_path / "elsewhere")
    here = release_manifest(settings, publish_stamp(settings, 1).release_id)
    there = release_manifest(other, publish_stamp(other, 1, order="desc").release_id)

    assert here.content_hash == there.content_hash
    assert {name: table.sha256 for name, table in here.tables.items()} == {
        name: table.sha256 for name, table in there.tables.items()
    }


def test_a_release_that_differs_in_its_account_of_deliveries_only_has_no_new_figures(settings: Settings) -> None:
    assert publish_stamp(settings, 1).has_new_figures
    build_file = make_build(settings, 1)
    for rows in (1, 2):
        with duckdb.connect(str(build_file)) as connection:
            connection.execute(f"create or replace table marts.ops_delivery as select * from range({rows})")
        with take_lease(settings.state_dir, "run-deliveries") as lease:
            fingerprints = verify_build(build_file)
            publication = publish(settings, lease, build_file, cards={}, facts=FACTS, fingerprints=fingerprints)
        assert (publication.is_new, publication.has_new_figures) == (True, False)
    assert publish_stamp(settings, 2).has_new_figures


def test_one_changed_value_changes_the_content_hash(settings: Settings) -> None:
    build_file = make_build(settings, 1)
    before = content_hash(fingerprint_build(build_file))
    with duckdb.connect(str(build_file)) as connection:
        connection.execute("update marts.dim_area set paid_cny = null where area_id = 0")

    assert content_hash(fingerprint_build(build_file)) != before


LIGHT = DataLight(level="minor", zh="一般", en="minor", reasons=[Text(zh="有", en="some")])
LATE = LateDelivery(department_zh="财政局", department_en="Finance", feed="fund_quota", period="2020-12")


@pytest.mark.parametrize(
    ("changed", "cards"),
    [
        ({"is_synthetic": False}, {}),
        ({"as_of_period": "2020-11"}, {}),
        ({"data_light": LIGHT}, {}),
        ({"late_departments": [LATE]}, {}),
        ({}, {"dim_area": {"__model__": {"description_zh": "更正的定义"}}}),
    ],
    ids=["mark", "month", "light", "late", "definition"],
)
def test_a_mark_or_a_definition_that_changed_is_published(
    settings: Settings, changed: dict[str, Any], cards: dict[str, Any]
) -> None:
    first = publish_stamp(settings, 1)
    second = publish_stamp(settings, 1, facts=replace(FACTS, **changed), cards=cards)

    assert second.is_new
    assert second.content_hash != first.content_hash
    assert not publish_stamp(settings, 1, facts=replace(FACTS, **changed), cards=cards).is_new


def test_another_version_of_the_code_with_the_same_figures_is_no_new_release(settings: Settings) -> None:
    publish_stamp(settings, 1)

    assert not publish_stamp(settings, 1, facts=replace(FACTS, code_version="other")).is_new


def test_another_process_computes_the_same_fingerprints(settings: Settings) -> None:
    build_file = make_build(settings, 1)

    assert fingerprint_elsewhere(build_file) == fingerprint_build(build_file)


def test_old_releases_are_deleted_but_never_the_current_one(settings: Settings) -> None:
    ids = [publish_stamp(settings, stamp).release_id for stamp in range(4)]
    assert list_release_ids(settings) == ids[2:]

    newest = publish_stamp(settings, 9).release_id
    assert current_release_id(settings) == newest
    assert list_release_ids(settings) == [ids[3], newest]


def test_the_release_that_was_current_until_now_is_kept_even_after_a_rollback(settings: Settings) -> None:
    """Readers hold the release they went back to, however old it is."""
    ids = [publish_stamp(settings, stamp).release_id for stamp in range(2)]
    rollback(settings, ids[0])
    third = publish_stamp(settings, 2)

    assert ids[0] in list_release_ids(settings)
    assert third.deleted == ()
    assert ids[0] in publish_stamp(settings, 3).deleted


def test_a_release_is_kept_for_the_grace_after_it_ceased_to_be_current(settings: Settings) -> None:
    """What counts is when readers were sent elsewhere, not how old the release after it is."""
    patient = settings.model_copy(update={"reader_grace_seconds": 3600})
    ids = [publish_stamp(patient, stamp).release_id for stamp in range(2)]
    rollback(patient, ids[0])
    aged = [age_release(patient, release_id, hours=5) for release_id in ids]
    later = [publish_stamp(patient, stamp).release_id for stamp in (2, 3)]

    assert list_release_ids(patient) == [aged[0], *later]


def age_release(settings: Settings, release_id: str, *, hours: int) -> str:
    """Make a release as old as that: its name, its manifest and, unless it is current, its retirement."""
    then = datetime.now(UTC) - timedelta(hours=hours)
    aged = new_release_id(then, release_id[-8:])
    folder = release_folder(settings, release_id).rename(settings.marts_dir / aged)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    changed = {"release_id": aged, "created_at": then.isoformat()}
    (folder / "manifest.json").write_text(json.dumps(manifest | changed), encoding="utf-8")
    if current_release_id(settings) == release_id:
        settings.pointer_file.write_text(aged + "\n")
    for marker in folder.glob(".retired"):
        os.utime(marker, (then.timestamp(), then.timestamp()))
    return aged


def test_a_damaged_old_release_does_not_stop_a_publication(settings: Settings) -> None:
    longer = settings.model_copy(update={"keep_releases": 3})
    ids = [publish_stamp(longer, stamp).release_id for stamp in range(3)]
    (release_folder(longer, ids[1]) / "manifest.json").unlink()

    fourth = publish_stamp(longer, 3)
    assert current_release_id(longer) == fourth.release_id
    assert fourth.deleted == (ids[0],)
    assert fourth.problems == ()


def test_a_release_that_cannot_be_deleted_is_a_warning_and_the_new_one_stands(settings: Settings) -> None:
    ids = [publish_stamp(settings, stamp).release_id for stamp in range(2)]
    (release_folder(settings, ids[0]) / ".retired").unlink()
    (release_folder(settings, ids[0]) / ".retired").symlink_to(".retired")

    third = publish_stamp(settings, 2)
    assert current_release_id(settings) == third.release_id
    assert ids[0] in third.problems[0].zh
    assert ids[0] in third.problems[0].en


def test_a_deletion_that_was_cut_short_is_finished_by_the_next_publication(settings: Settings) -> None:
    """It is no business of a run's start: what cannot be deleted may not keep a run from starting."""
    publish_stamp(settings, 1)
    half_deleted = settings.marts_dir / ".deleted-20200101T000000000Z-01234567"
    half_deleted.mkdir()
    (half_deleted / "dim_area.parquet").write_text("")

    assert publish_stamp(settings, 2).problems == ()
    assert not half_deleted.exists()


def test_a_damaged_standing_release_is_replaced(settings: Settings) -> None:
    damaged = publish_stamp(settings, 1).release_id
    (release_folder(settings, damaged) / "manifest.json").write_text("{}")

    again = publish_stamp(settings, 1)
    assert again.is_new
    assert verify_release(settings, again.release_id).previous_release_id == damaged


def test_a_release_that_readers_may_still_hold_is_kept(settings: Settings) -> None:
    patient = settings.model_copy(update={"reader_grace_seconds": 3600})
    ids = [publish_stamp(patient, stamp).release_id for stamp in range(4)]

    assert list_release_ids(patient) == ids


def test_a_run_that_lost_its_lease_cannot_publish(settings: Settings) -> None:
    standing = publish_stamp(settings, 1)
    build_file = make_build(settings, 2)
    with take_lease(settings.state_dir, "slow") as slow:
        (settings.state_dir / "lease").unlink()
        with take_lease(settings.state_dir, "fast"), pytest.raises(LeaseLostError, match="took over"):
            publish(settings, slow, build_file, cards={}, facts=FACTS, fingerprints=verify_build(build_file))

    assert current_release_id(settings) == standing.release_id
    assert list_release_ids(settings) == [standing.release_id]


def test_what_was_left_between_rename_and_pointer_is_deleted_by_the_next_publication(settings: Settings) -> None:
    standing = publish_stamp(settings, 1).release_id
    unseen = publish_stamp(settings, 2).release_id
    (settings.marts_dir / unseen / ".unpublished").write_text(unseen)
    settings.pointer_file.write_text(standing + "\n")

    new = publish_stamp(settings, 2).release_id

    assert list_release_ids(settings) == [standing, new]


def test_rollback_points_readers_to_the_older_release(settings: Settings) -> None:
    first, second = (publish_stamp(settings, stamp).release_id for stamp in (1, 2))

    rollback(settings, first)

    assert current_release_id(settings) == first
    assert list_release_ids(settings) == [first, second]


def test_a_corrupted_release_is_refused_and_the_pointer_stays(settings: Settings) -> None:
    first, second = (publish_stamp(settings, stamp).release_id for stamp in (1, 2))
    table = release_folder(settings, first) / "dim_area.parquet"
    content = bytearray(table.read_bytes())
    content[len(content) // 2] ^= 1
    table.write_bytes(content)

    with pytest.raises(ReleaseError, match=r"dim_area\.parquet"):
        rollback(settings, first)
    assert current_release_id(settings) == second


def test_a_damaged_manifest_is_refused(settings: Settings) -> None:
    release_id = publish_stamp(settings, 1).release_id
    (release_folder(settings, release_id) / "manifest.json").write_text(json.dumps({"release_id": release_id}))

    with pytest.raises(ReleaseError, match="damaged"):
        verify_release(settings, release_id)


@pytest.mark.parametrize("name", ["../../etc", "20200101T000000000Z-00000000", "current"])
def test_an_unknown_release_is_refused(settings: Settings, name: str) -> None:
    publish_stamp(settings, 1)

    with pytest.raises(ReleaseError, match="no release"):
        verify_release(settings, name)


def test_readers_never_see_two_releases_mixed(settings: Settings) -> None:
    """A reader that resolves the pointer once per page finds one stamp in all tables, during ten publications."""
    publish_stamp(settings, 0)
    is_over = Event()

    def read_pages() -> list[set[int]]:
        pages = []
        with duckdb.connect() as connection:
            while not is_over.is_set():
                folder = settings.marts_dir / settings.pointer_file.read_text().strip()
                stamps = connection.execute(
                    "select distinct a.stamp, b.stamp from read_parquet(?) as a"
                    " inner join read_parquet(?) as b using (area_id)",
                    [str(folder / "dim_area.parquet"), str(folder / "kpi_fund_area_month.parquet")],
                ).fetchall()
                pages.append({stamp for pair in stamps for stamp in pair})
        return pages

    patient = settings.model_copy(update={"reader_grace_seconds": 60})
    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read_pages) for _ in range(2)]
        for stamp in range(1, 11):
            publish_stamp(patient, stamp)
        is_over.set()
        pages = [page for reader in readers for page in reader.result()]

    assert len(pages) > 20
    assert all(len(page) == 1 for page in pages)


def test_a_table_without_a_change_is_copied_and_a_damaged_one_is_written_anew(settings: Settings) -> None:
    first = publish_stamp(settings, 1)
    folder = release_folder(settings, first.release_id)
    kept = folder / "dim_area.parquet"
    whole = kept.read_bytes()
    second = publish_stamp(settings, 1, facts=replace(FACTS, as_of_period="2020-11"))
    assert verify_release(settings, second.release_id).tables == verify_release(settings, first.release_id).tables
    assert (release_folder(settings, second.release_id) / "dim_area.parquet").stat().st_ino != kept.stat().st_ino

    damaged = release_folder(settings, second.release_id) / "dim_area.parquet"
    damaged.write_bytes(whole[:-1] + b"?")
    third = publish_stamp(settings, 1)
    assert verify_release(settings, third.release_id).tables == release_manifest(settings, second.release_id).tables
    assert (release_folder(settings, third.release_id) / "dim_area.parquet").read_bytes() == whole


def test_known_content_hashes_are_taken_only_for_the_same_rows(settings: Settings) -> None:
    file = make_build(settings, 1)
    found = fingerprint_build(file)
    marked = {name: table.model_copy(update={"content_hash": "kept"}) for name, table in found.items()}
    assert {table.content_hash for table in fingerprint_elsewhere(file, marked).values()} == {"kept"}
    with duckdb.connect(str(file)) as connection:
        connection.execute("update marts.dim_area set stamp = 9 where area_id = 7")
    changed = fingerprint_build(file, marked)
    assert changed["kpi_fund_area_month"].content_hash == "kept"
    assert changed["dim_area"].content_hash not in ("kept", found["dim_area"].content_hash)


def test_the_data_light_names_current_reasons_before_files_sent_again() -> None:
    less = Caution(code="resent_rows", count=1, zh="“金额”可用合计少于此前。", en="Less.")
    ledger = SimpleNamespace(
        receipt_id="r", feed="fund_payment", period="2020-01", file_name="f.csv", rejected_count=1, warnings=(less,)
    )
    contracts = {"fund_payment": load_contracts()["fund_payment"]}
    bronze = SimpleNamespace(calendar=list, inputs=[ledger], contracts=contracts, known_ledgers=[ledger])
    gate = GateResult(name="space", state="warned", zh="磁盘空间：有提示", en="Free space", checks=[])
    light = data_light(cast(Bronze, bronze), [gate])
    assert light.level == "minor"
    assert [reason.zh for reason in light.reasons] == [
        "磁盘空间：有提示",
        "现用文件中有 1 行被拒收",
        "县财政局《国库集中支付明细》2020-01 重报后变少（f.csv）：“金额”可用合计少于此前",
    ]
