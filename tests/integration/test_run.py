"""The run as a whole on a county of a dozen rows: what it publishes, and what it leaves alone when it must."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.basis import UnknownMonthError, place_of
from pipelines.clearing import read_partition
from pipelines.landing import land
from pipelines.publishing.diff import diff_releases
from pipelines.publishing.releases import current_release_id, list_release_ids, release_folder, verify_release
from pipelines.publishing.status import read_status
from pipelines.reading import ledgers
from pipelines.reporting import reap, roll_back
from pipelines.run import GateFailedError, NothingToPublishError, run_pipeline, start_run
from pipelines.settings import Settings
from tests.integration.small_county import TOO_MUCH, land_payments, payments, small_settings, write_csv


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """One month published; tests of this module build on each other's state only through releases."""
    folder = tmp_path_factory.mktemp("county")
    settings = small_settings(folder / "data")
    land_payments(settings, folder / "in", 1, ["100.00", "250.50"])
    assert run_pipeline(settings).state == "published"
    return settings


def published_sum(settings: Settings) -> str:
    release_id = current_release_id(settings)
    assert release_id is not None
    file = release_folder(settings, release_id) / "kpi_fund_area_month.parquet"
    return str(duckdb.execute("select sum(paid_final_cny) from read_parquet(?)", [str(file)]).fetchall()[0][0])


def test_the_release_says_what_it_was_made_from(county: Settings) -> None:
    release_id = current_release_id(county)
    assert release_id is not None
    manifest = verify_release(county, release_id)

    assert manifest.as_of_period == "2020-01"
    assert manifest.place.zh == "师宗县"
    assert manifest.is_synthetic
    assert [one.receipt_id[:20] for one in manifest.inputs] == ["fund_payment-2020-01"]
    assert manifest.data_light.level == "severe"
    assert any("Registered residents" in reason.en for reason in manifest.data_light.reasons)
    assert not any("Points of the goodwill shops" in reason.en for reason in manifest.data_light.reasons)


def test_a_synthetic_county_is_marked_whatever_the_environment_says(tmp_path: Path) -> None:
    """An installation made for invented people publishes nothing without the mark."""
    settings = small_settings(tmp_path / "data")
    land_payments(settings, tmp_path / "in", 1, ["100.00"])
    outcome = run_pipeline(settings.model_copy(update={"allow_synthetic": False}))

    assert outcome.release_id is not None
    assert verify_release(settings, outcome.release_id).is_synthetic
    assert run_pipeline(settings).state == "nothing_new"


def test_an_office_of_several_counties_names_them_all(county: Settings) -> None:
    areas = pl.read_parquet(county.areas_file)
    shizong = areas.filter(pl.col("area_code") == "530323000000")
    other = shizong.with_columns(area_code=pl.lit("530302000000"), area_name=pl.lit("麒麟区"))
    office = county.model_copy(update={"data_dir": county.data_dir.parent / "office"})
    office.areas_file.parent.mkdir(parents=True)
    pl.concat([areas, other]).write_parquet(office.areas_file)

    place = place_of(office)
    assert place.code == "530300000000"
    assert (place.zh, place.en) == ("麒麟区、师宗县", "麒麟区, 师宗县")
    assert (place_of(county).code, place_of(county).zh) == ("530323000000", "师宗县")


def test_what_cannot_be_cleared_away_is_a_warning_of_a_published_run(tmp_path: Path) -> None:
    settings = small_settings(tmp_path / "data").model_copy(update={"keep_releases": 2, "reader_grace_seconds": 0})
    for month in (1, 2):
        land_payments(settings, tmp_path / "in", month, ["100.00"])
        run_pipeline(settings)
    oldest = list_release_ids(settings)[0]
    (settings.marts_dir / oldest / ".retired").unlink()
    (settings.marts_dir / oldest / ".retired").symlink_to(".retired")
    land_payments(settings, tmp_path / "in", 3, ["100.00"])
    outcome = run_pipeline(settings)
    status = read_status(settings)

    assert outcome.state == "published"
    assert current_release_id(settings) == outcome.release_id
    assert status is not None
    assert [(gate.name, gate.state) for gate in status.last_run.gates][-1] == ("old_releases", "warned")
    assert oldest in status.last_run.gates[-1].en


def test_cards_carry_both_languages_and_the_card(county: Settings) -> None:
    release_id = current_release_id(county)
    assert release_id is not None
    cards = json.loads((release_folder(county, release_id) / "cards.json").read_text(encoding="utf-8"))

    assert cards["kpi_fund_area_month"]["paid_final_cny"] == {
        "description_zh": "支付到最终收款人。",
        "description_en": "Paid to the final payee.",
        "data_type": "decimal(18, 2)",
        "card": {"title": {"zh": "支出", "en": "Paid"}},
    }


def test_the_same_inputs_make_no_new_release(county: Settings) -> None:
    before = list_release_ids(county)
    again = run_pipeline(county)

    assert again.state == "nothing_new"
    assert list_release_ids(county) == before
    assert not list(county.build_dir.iterdir())


def test_a_run_counts_what_lay_in_the_inbox_also_what_it_does_not_use(tmp_path: Path) -> None:
    settings = small_settings(tmp_path / "data")
    land_payments(settings, tmp_path / "in", 1, ["100.00"])
    assert "收到" not in run_pipeline(settings).message.zh
    settings.inbox_dir.mkdir(parents=True, exist_ok=True)
    file = write_csv(settings.inbox_dir / "国库集中支付明细2020年1月副本.csv", payments(1, ["100.00"]))
    assert run_pipeline(settings).message.zh.endswith("；收到 1 份文件：0 份采用，1 份内容与另一份完全相同（只存一份）")
    write_csv(file, payments(1, ["100.00"])).write_bytes(file.read_bytes().removeprefix("\ufeff".encode()))
    message = run_pipeline(settings).message
    assert "收到 1 份文件：0 份采用，1 份各行与在用的版本相同（没有采用）" in message.zh
    assert "1 file came: 0 taken in, 1 with the same rows as the version in use (not used)." in message.en


def test_a_file_that_our_reader_fails_on_is_told_by_the_run_until_it_is_read(tmp_path: Path) -> None:
    settings = small_settings(tmp_path / "data")
    land_payments(settings, tmp_path / "in", 1, ["100.00"])
    assert "读取程序" not in run_pipeline(settings).message.zh
    land_payments(settings, tmp_path / "in", 2, ["200.00"])
    for _ in range(2):
        message = run_pipeline(settings.model_copy(update={"worker_memory_mb": 64})).message
        assert "有 1 份文件是我们的读取程序没有读成，不是部门的问题" in message.zh
        assert "Our reader failed on 1 file, no fault of the sender" in message.en
    assert "读取程序" not in run_pipeline(settings).message.zh
    assert published_sum(settings) == "300.00"


def test_a_file_that_our_reader_fails_on_is_told_no_more_once_a_later_version_counts(tmp_path: Path) -> None:
    settings = small_settings(tmp_path / "data")
    land_payments(settings, tmp_path / "in", 1, ["100.00"])
    land_payments(settings, tmp_path / "in", 2, ["1.00"] * 150_000)
    small = settings.model_copy(update={"worker_memory_mb": 256})
    assert "有 1 份文件是我们的读取程序没有读成" in run_pipeline(small).message.zh
    land_payments(settings, tmp_path / "in", 2, ["二百元"])
    assert "有 1 份文件是我们的读取程序没有读成" in run_pipeline(small).message.zh
    verdicts = [one.verdict for one in ledgers(small) if one.period == "2020-02"]
    assert verdicts == ["refused", "refused"]
    land_payments(settings, tmp_path / "in", 2, ["200.00"])
    assert "读取程序" not in run_pipeline(small).message.zh
    assert published_sum(settings) == "300.00"


def test_a_file_sent_again_with_less_is_told_by_the_run_and_by_the_data_light(tmp_path: Path) -> None:
    settings = small_settings(tmp_path / "data")
    land_payments(settings, tmp_path / "in", 1, ["100.00", "200.00", "300.00"])
    assert "重报" not in run_pipeline(settings).message.zh
    land_payments(settings, tmp_path / "in", 1, ["100.00", "200.00"])
    outcome = run_pipeline(settings)
    assert outcome.release_id is not None

    told = (
        "县财政局《国库集中支付明细》2020-01 重报后变少（国库集中支付明细2020年1月.csv）："
        "同一期间重报的文件可用2行（退回0行），此前采用的第1次报送可用3行，少1行。“金额”可用合计少于此前"
    )
    assert outcome.message.zh.endswith(f"；{told}")
    assert "came again with less (国库集中支付明细2020年1月.csv): This file" in outcome.message.en
    light = verify_release(settings, outcome.release_id).data_light
    assert light.level == "severe"
    assert light.reasons[-1].zh == told
    land_payments(settings, tmp_path / "in", 2, ["100.00"])
    assert "重报" not in run_pipeline(settings).message.zh


def test_a_file_sent_again_without_its_total_row_did_not_come_again_with_less(tmp_path: Path) -> None:
    settings = small_settings(tmp_path / "data")
    rows = payments(1, ["100.00", "200.00"])
    name = "国库集中支付明细2020年1月.csv"
    total = dict.fromkeys(rows[0], "") | {"业务年度": "合计", "金额": "300.00"}
    land([write_csv(tmp_path / "in" / name, [*rows, total])], settings, arrival="mtime")
    run_pipeline(settings)
    more = payments(1, ["100.00", "200.00", "300.00"])
    land([write_csv(tmp_path / "in" / name, more)], settings, arrival="mtime")
    outcome = run_pipeline(settings)
    assert outcome.release_id is not None
    assert "重报" not in outcome.message.zh
    light = verify_release(settings, outcome.release_id).data_light
    assert not any("重报" in reason.zh or "again" in reason.en for reason in light.reasons)
    assert [each.code for each in ledgers(settings)[-1].warnings] == ["lost_total"]


def test_of_many_files_sent_again_with_less_three_are_named(tmp_path: Path) -> None:
    settings = small_settings(tmp_path / "data")
    for amounts in (["100.00", "200.00"], ["100.00"]):
        for month in range(1, 6):
            land_payments(settings, tmp_path / "in", month, amounts)
    outcome = run_pipeline(settings)
    assert outcome.message.zh.count("重报后变少（") == 3
    assert outcome.message.zh.endswith("；另有 2 份文件重报后变少")
    assert outcome.message.en.endswith(" 2 more files came again with less.")


def test_a_run_to_which_only_a_held_file_came_publishes_nothing_and_the_status_lists_it(tmp_path: Path) -> None:
    settings = small_settings(tmp_path / "data")
    land_payments(settings, tmp_path / "in", 1, ["100.00"])
    assert run_pipeline(settings).message.en.endswith(".")
    standing = list_release_ids(settings)
    settings.inbox_dir.mkdir(parents=True, exist_ok=True)
    (settings.inbox_dir / "备忘.csv").write_text("单位,职务\n甲,科长\n", encoding="utf-8")

    outcome = run_pipeline(settings)
    status = read_status(settings)

    assert (outcome.state, list_release_ids(settings)) == ("nothing_new", standing)
    assert status is not None
    assert [one.file_name for one in status.held] == ["备忘.csv"]


def test_a_file_held_by_a_run_is_in_the_status_while_the_run_goes_on(tmp_path: Path) -> None:
    settings = small_settings(tmp_path / "data")
    land_payments(settings, tmp_path / "in", 1, ["100.00"])
    settings.inbox_dir.mkdir(parents=True, exist_ok=True)
    (settings.inbox_dir / "备忘.csv").write_text("单位,职务\n甲,科长\n", encoding="utf-8")
    with start_run(settings) as run:
        run.intake()
        run.build()
        status = read_status(settings)

    assert status is not None
    assert (status.last_run.state, status.last_run.stage) == ("running", "build")
    assert [one.file_name for one in status.held] == ["备忘.csv"]


def test_reading_everything_again_gives_the_same_content(county: Settings) -> None:
    assert run_pipeline(county, full=True).state == "nothing_new"


def test_a_partition_is_read_again_from_its_newest_receipt(county: Settings) -> None:
    ledger = read_partition(county, "fund_payment", "2020-01")

    assert ledger is not None
    assert ledger.accepted_count == 2
    assert read_partition(county, "fund_payment", "2014-01") is None


def test_a_failed_gate_leaves_the_old_release_and_a_correction_repairs_it(county: Settings, tmp_path: Path) -> None:
    standing, paid = current_release_id(county), published_sum(county)
    land_payments(county, tmp_path / "wrong", 2, [TOO_MUCH])

    with pytest.raises(GateFailedError, match="paid_is_not_a_million"):
        run_pipeline(county)
    status = read_status(county)
    assert status is not None
    assert status.last_run.state == "failed"
    assert "paid_is_not_a_million" in status.last_run.message.zh
    assert [gate.name for gate in status.last_run.gates if not gate.passed] == ["dbt"]
    assert (current_release_id(county), published_sum(county)) == (standing, paid)

    land_payments(county, tmp_path / "right", 2, ["10.00"])
    assert run_pipeline(county).state == "published"
    assert published_sum(county) == "360.50"


def test_a_gate_at_the_door_stops_the_run_before_anything_is_built(county: Settings, tmp_path: Path) -> None:
    """Rows changed behind the ledger's back: the accounts no longer agree."""
    standing = current_release_id(county)
    result = land_payments(county, tmp_path / "in", 3, ["1.00", "2.00"])
    run_pipeline(county, as_of_period="2020-01")
    assert result.receipt is not None
    accepted = next(county.bronze_dir.rglob(f"{result.receipt.sha256[:12]}/accepted.parquet"))
    duckdb.execute(
        f"copy (select * replace (cast(5 as decimal(18, 2)) as paid_cny) from read_parquet('{accepted}')) "
        f"to '{accepted.with_suffix('.new')}' (format parquet)"
    )
    accepted.with_suffix(".new").replace(accepted)

    with pytest.raises(GateFailedError, match="its Parquet holds 10"):
        run_pipeline(county)
    status = read_status(county)
    assert status is not None
    assert status.last_run.stage == "door"
    assert run_pipeline(county, full=True).state == "published"
    assert current_release_id(county) != standing


def test_rollback_and_diff_name_the_figure(county: Settings) -> None:
    ids = list_release_ids(county)
    roll_back(county, ids[0])
    status = read_status(county)

    assert published_sum(county) == "350.50"
    assert status is not None
    assert (status.last_run.state, status.last_run.release_id) == ("rolled_back", ids[0])
    diff = next(
        table for table in diff_releases(county, ids[0], ids[-1]).tables if table.table == "kpi_fund_area_month"
    )
    assert (diff.removed_count, diff.changed_count) == (0, 0)
    assert diff.added_count == 2


def test_a_month_without_files_is_refused_and_the_status_says_which_there_are(county: Settings) -> None:
    standing = current_release_id(county)
    with pytest.raises(UnknownMonthError):
        run_pipeline(county, as_of_period="2019-12")
    status = read_status(county)

    assert status is not None
    assert "There is nothing to say about 2019-12" in status.last_run.message.en
    assert "came): 2020-01" in status.last_run.message.en
    assert "没有截至 2019-12 的数据" in status.last_run.message.zh
    assert "There is" not in status.last_run.message.zh
    assert "door" not in [gate.name for gate in status.last_run.gates]  # refused before minutes of checks
    assert current_release_id(county) == standing


def test_a_correction_of_an_old_month_is_a_changed_figure(county: Settings, tmp_path: Path) -> None:
    before = current_release_id(county)
    land_payments(county, tmp_path / "corrected", 1, ["100.00", "250.51"])
    outcome = run_pipeline(county, as_of_period="2020-01")

    assert before is not None
    assert outcome.release_id is not None
    changes = diff_releases(county, before, outcome.release_id).tables[0].changes
    assert [(change.key["period"], change.column, change.old, change.new) for change in changes] == [
        ("2020-01", "paid_final_cny", "350.50", "350.51")
    ]


def test_an_empty_installation_says_what_is_missing(tmp_path: Path) -> None:
    settings = small_settings(tmp_path / "data")

    with pytest.raises(NothingToPublishError, match="drop files into"):
        run_pipeline(settings)
    assert current_release_id(settings) is None
    status = read_status(settings)
    assert status is not None
    assert status.last_run.message.zh.endswith(
        f"原发布版本保持不变。尚未采用任何资料：请把文件放入 {settings.inbox_dir}，然后重新运行。"
    )


def test_a_run_that_publishes_nothing_says_which_files_our_reader_failed_on(tmp_path: Path) -> None:
    settings = small_settings(tmp_path / "data")
    land_payments(settings, tmp_path / "in", 1, ["100.00"])
    with pytest.raises(NothingToPublishError):
        run_pipeline(settings.model_copy(update={"worker_memory_mb": 64}))
    status = read_status(settings)
    assert status is not None
    assert "然后重新运行；有 1 份文件是我们的读取程序没有读成" in status.last_run.message.zh
    assert "and run again. Our reader failed on 1 file, no fault of the sender" in status.last_run.message.en


def test_too_little_space_stops_the_run_before_anything_is_written(tmp_path: Path) -> None:
    settings = small_settings(tmp_path / "data").model_copy(update={"minimum_free_mb": 10**9})

    with pytest.raises(GateFailedError, match="MB are needed"):
        run_pipeline(settings)
    assert not list(settings.build_dir.iterdir())


def test_only_a_dead_run_is_reaped(county: Settings) -> None:
    status = read_status(county)
    assert status is not None
    assert not reap(county)
    running = status.last_run.model_copy(update={"state": "running", "stage": "build"})
    county.status_file.write_text(status.model_copy(update={"last_run": running}).model_dump_json())

    assert reap(county)
    after = read_status(county)
    assert after is not None
    assert after.last_run.state == "failed"
    assert "建模" in after.last_run.message.zh
