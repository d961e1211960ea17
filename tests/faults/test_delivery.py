"""Faults F17, F39–F42 and F47–F52: volume, keys, places, and how files arrive."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from pipelines.contracts import load_contracts
from pipelines.landing import inbox_files, land, receipts
from pipelines.landing.clock import ClockError
from pipelines.landing.tally import Tally, tally, told
from pipelines.modelling.calendar import Delivered, calendar_of
from pipelines.reading import bronze_folder, current_inputs, inspect_files, ledgers, read_pending
from tests.faults.office import CONTRACTS, HEADER, Office, aid_rows, as_csv, as_xlsx, found, judge, values

JUNE = "补助发放2020年6月.csv"
HTML = "<html><body><table><tr><td>补助编号</td></tr></table></body></html>"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("补助2020年6月.csv", HTML.encode()),
        ("补助2020年6月.xlsx", HTML.encode()),
        ("补助2020年6月.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(range(256)) * 4),
        ("补助2020年6月.xlsx", b"PK\x03\x04" + bytes(range(256)) * 8),
        ("补助2020年6月.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048)),
    ],
)
def test_f17_other_formats_under_a_table_s_name_are_held_with_the_reason(
    office: Office, name: str, content: bytes
) -> None:
    office.drop(name, content)
    result = office.land()[0]
    assert result.outcome == "held"
    assert result.receipt is not None
    assert result.receipt.remedy is not None
    assert (office.settings.data_dir / result.receipt.stored_path).read_bytes() == content


def test_an_extension_is_never_believed(office: Office) -> None:
    office.drop("补助2020年6月.dat", as_xlsx({"表": [HEADER, *aid_rows()]}))
    office.drop("补助2020年7月.xlsx", as_csv(aid_rows()).encode("gb18030"))
    assert [ledger.format for ledger in office.take()] == ["xlsx", "csv"]


@pytest.mark.parametrize(("count", "verdict"), [(60, "accepted"), (29, "refused"), (130, "refused")])
def test_f39_a_volume_unlike_the_last_month_s_is_refused(office: Office, count: int, verdict: str) -> None:
    office.drop("补助2020年5月.csv", as_csv(aid_rows(60)))
    office.drop(JUNE, as_csv([[*row[:7], "六月"] for row in aid_rows(count)]))
    assert [ledger.verdict for ledger in office.take()] == ["accepted", verdict]


def test_f39_a_missing_township_is_refused_by_name_even_when_the_total_hardly_moves(office: Office) -> None:
    small = [[*row[:3], "龙庆彝族壮族乡", *row[4:]] for row in aid_rows(102)[100:]]
    office.drop("补助2020年5月.csv", as_csv([*aid_rows(100), *small]))
    office.drop(JUNE, as_csv(aid_rows(100)))
    refused = office.take()[1]
    assert refused.verdict == "refused"
    assert refused.reason is not None
    assert "龙庆彝族壮族乡 2→0" in refused.reason.zh
    assert (refused.accepted_count, refused.rejected_count) == (0, 100)
    assert [each.period for each in current_inputs(office.settings)] == ["2020-05"]


def test_too_many_rejected_rows_refuse_the_file_and_keep_its_list(office: Office) -> None:
    office.drop(JUNE, as_csv([[*row[:5], "无", *row[6:]] if n < 7 else row for n, row in enumerate(aid_rows())]))
    ledger = office.take()[0]
    assert ledger.verdict == "refused"
    folder = bronze_folder(office.settings, receipts(office.settings)[0])
    assert not (folder / "accepted.parquet").exists()
    assert pl.read_parquet(folder / "rejected.parquet").height == 7


def test_f41_of_identical_rows_the_first_stays_of_conflicting_ones_none() -> None:
    rows = aid_rows(6)
    judged = judge(as_csv([*rows, list(rows[1]), [*rows[2][:5], "999", *rows[2][6:]]]))
    assert values(judged, "aid_id") == [row[0] for row in rows if row is not rows[2]]
    assert found(judged) == [(4, 1, "duplicate_key"), (8, 1, "duplicate_key"), (9, 1, "duplicate_key")]


def test_f42_places_are_resolved_in_all_their_spellings_and_unknown_ones_rejected(areas_file: Path) -> None:
    villages = ("丹凤社区", "丹凤社区居民委员会", "幸福新村")
    rows = [[f"{n}", "2020-06-01", "丹凤街道", village] for n, village in enumerate(villages)]
    judged = judge(as_csv(rows, ["走访编号", "走访日期", "所在乡", "所在村"]), feed="visits", areas_file=areas_file)
    assert judged.area_code is not None
    codes = judged.area_code.to_list()
    assert codes[0] == codes[1]
    assert codes[0].startswith("530323")
    assert found(judged) == [(4, 4, "unknown_area")]


def test_f47_the_same_bytes_and_the_same_rows_change_nothing(office: Office) -> None:
    office.drop(JUNE, as_csv(aid_rows()))
    assert len(office.take()) == 1
    office.drop("副本2020年6月.csv", as_csv(aid_rows()))
    assert [result.outcome for result in office.land()] == ["duplicate"]
    office.drop("另存2020年6月.xlsx", as_xlsx({"表": [HEADER, *aid_rows()]}))
    assert [ledger.verdict for ledger in office.take()] == ["same_rows"]
    assert [each.receipt_id for each in current_inputs(office.settings)] == [receipts(office.settings)[0].receipt_id]


def test_held_bytes_that_come_again_or_find_their_place_are_counted_once(office: Office) -> None:
    office.drop("甲.csv", "单位,职务\n甲,科长\n")
    office.drop("乙.csv", "单位,职务\n甲,科长\n")
    office.drop("丙无名.csv", as_csv(aid_rows()))
    office.drop(JUNE, as_csv(aid_rows()))
    office.drop("副本2020年6月.csv", as_csv(aid_rows()))
    office.drop("另存2020年6月.xlsx", as_xlsx({"表": [HEADER, *aid_rows()]}))
    results = [each for path in office.dropped for each in land([path], office.settings, arrival="mtime")]
    assert [each.outcome for each in results] == ["held", "held", "held", "landed", "duplicate", "landed"]
    assert tally(results) == Tally(files=6, landed=2, held=1, same_bytes=3, incomplete=0)
    verdicts = {each.receipt_id: each.verdict for each in read_pending(office.settings)}
    said = told(results, verdicts)
    assert said is not None
    assert said.zh == (
        "收到 6 份文件：1 份采用，1 份各行与在用的版本相同（没有采用），1 份待认领，"
        "3 份内容与另一份完全相同（只存一份）"
    )
    assert said.en.startswith("6 files came: 1 taken in, 1 with the same rows as the version in use (not used), 1 held")
    unread = told(results, dict.fromkeys(verdicts, "not_read"))
    assert unread is not None
    assert unread.zh.startswith("收到 6 份文件：0 份采用，2 份没有读成，1 份待认领")
    assert told([], {}) is None


def test_f48_a_correction_is_a_new_version_and_the_old_one_stays(office: Office) -> None:
    office.drop(JUNE, as_csv(aid_rows()))
    first = office.take()[0]
    office.drop("更正2020年6月.csv", as_csv([[*row[:7], "更正"] for row in aid_rows()]))
    second = office.take()[0]
    assert (first.version, second.version) == (1, 2)
    assert [each.receipt_id for each in current_inputs(office.settings)] == [second.receipt_id]
    old = next(receipt for receipt in receipts(office.settings) if receipt.receipt_id == first.receipt_id)
    assert office.accepted(old).height == 12


def test_f49_a_period_that_the_rows_contradict_rejects_them(office: Office) -> None:
    header = ["走访编号", "走访日期", "所在乡", "所在村"]
    rows = [[f"{n}", f"2020-0{5 + n % 2}-01", "丹凤街道", "丹凤社区"] for n in range(4)]
    office.drop("走访.csv", as_csv(rows, header))
    held = office.land()[0]
    assert held.outcome == "held"
    assert held.reason is not None
    assert "2020-05" in held.reason.en
    office.drop("走访.csv", as_csv(rows, header))
    released = office.land(period="2020-06")[0]
    assert released.outcome == "landed"
    ledger = read_pending(office.settings)[0]
    assert (ledger.accepted_count, ledger.rejected_count) == (2, 2)
    assert not list(office.settings.held_dir.iterdir())


def test_a_file_of_no_known_feed_is_held_and_released_with_the_feed_s_name(office: Office) -> None:
    office.drop("会议签到.csv", "姓名,单位\r\n甲,乙\r\n")
    assert office.land()[0].outcome == "held"
    header = ["补助编号", "姓名", "证件号码", "乡镇", "金额"]
    office.drop("某表2020年6月.csv", as_csv([[*row[:4], row[5]] for row in aid_rows()], header))
    assert office.land(feed="aid")[0].outcome == "landed"


def test_f51_a_file_that_is_still_written_is_left_alone(office: Office) -> None:
    settings = office.settings.model_copy(update={"stable_seconds": 1.0})
    settings.inbox_dir.mkdir(parents=True)
    path = settings.inbox_dir / JUNE
    content = as_csv(aid_rows()).encode()
    path.write_bytes(content[:200])
    writer = threading.Timer(0.4, lambda: path.write_bytes(content))
    writer.start()
    assert [result.outcome for result in land(None, settings)] == ["incomplete"]
    writer.join()
    assert path.exists()
    assert [result.outcome for result in land(None, settings)] == ["landed"]
    assert inbox_files(settings) == []


def test_f51_a_manifest_says_when_a_file_is_complete(office: Office) -> None:
    settings = office.settings.model_copy(update={"stable_seconds": 30.0})
    settings.inbox_dir.mkdir(parents=True)
    content = as_csv(aid_rows()).encode()
    (settings.inbox_dir / JUNE).write_bytes(content[:100])
    manifest = settings.inbox_dir / f"{JUNE}.manifest.json"
    manifest.write_text(json.dumps({"sha256": hashlib.sha256(content).hexdigest()}))
    assert [result.outcome for result in land(None, settings)] == ["incomplete"]
    (settings.inbox_dir / JUNE).write_bytes(content)
    assert [result.outcome for result in land(None, settings)] == ["landed"]
    assert list(settings.inbox_dir.iterdir()) == []


def test_what_is_personal_stays_in_the_vault_and_the_vault_is_closed(office: Office) -> None:
    rows = aid_rows()
    rows[0][2] = rows[0][2][:17] + "?"  # type: ignore[index]
    office.drop(JUNE, as_csv(rows))
    office.take()
    receipt = receipts(office.settings)[0]
    accepted = office.accepted(receipt)
    assert "person_name" not in accepted.columns
    assert accepted["person_key"].str.contains("^[0-9a-f]{32}$").all()
    clear = [path for path in office.settings.vault_dir.rglob("*") if path.suffix == ".parquet"]
    assert len(clear) == 2
    for path in clear:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    outside = bronze_folder(office.settings, receipt)
    for path in outside.iterdir():
        text = pl.read_parquet(path).write_csv() if path.suffix == ".parquet" else path.read_text()
        assert not [row[1] for row in rows if f"{row[1]}," in text]
        assert not [row[2] for row in rows if str(row[2]) in text]


def test_half_written_results_of_a_killed_run_are_swept(office: Office) -> None:
    office.drop(JUNE, as_csv(aid_rows()))
    receipt = office.land()[0].receipt
    assert receipt is not None
    left = office.settings.bronze_dir / ".reading" / receipt.receipt_id
    left.mkdir(parents=True)
    (left / "accepted.parquet").write_bytes(b"half")
    assert read_pending(office.settings)[0].accepted_count == 12
    assert not left.exists()
    assert [ledger.receipt_id for ledger in ledgers(office.settings)] == [receipt.receipt_id]


def test_two_landings_at_once_store_a_file_once(office: Office) -> None:
    path = office.drop(JUNE, as_csv(aid_rows()))
    outcomes: list[str] = []

    def one() -> None:
        outcomes.extend(result.outcome for result in land([path], office.settings))

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["duplicate", "landed"]


def test_back_fill_takes_the_files_times_in_their_order(office: Office) -> None:
    for day, name in ((5, "更正2020年6月.csv"), (3, JUNE)):
        path = office.drop(name, as_csv([[*row[:7], name] for row in aid_rows()]))
        os.utime(path, (1_590_000_000 + day * 86_400,) * 2)
    results = land([office.desk], office.settings, arrival="mtime")
    assert [(result.file_name, result.receipt and result.receipt.version) for result in results] == [
        (JUNE, 1),
        ("更正2020年6月.csv", 2),
    ]


def test_inspecting_stores_nothing(office: Office) -> None:
    path = office.drop(JUNE, as_csv(aid_rows()).encode("gb18030"))
    report = next(iter(inspect_files([path], office.settings)))
    assert report["encoding"] == "gb18030"
    assert receipts(office.settings) == []


def sent(note: str) -> str:
    return as_csv([[*row[:7], note] for row in aid_rows()])


def test_f52_of_two_different_files_for_one_slot_the_second_is_held_and_released_by_name(office: Office) -> None:
    office.settings.inbox_dir.mkdir(parents=True)
    first, second = (office.settings.inbox_dir / f"{who}补助2020年6月.csv" for who in ("甲", "乙"))
    first.write_text(sent("甲"))
    second.write_text(sent("乙"))
    os.utime(first, (1, 1))
    results = land(None, office.settings)
    assert [(one.file_name, one.outcome) for one in results] == [(first.name, "landed"), (second.name, "held")]
    assert results[1].reason is not None
    assert first.name in results[1].reason.zh
    assert [one.accepted_count for one in read_pending(office.settings)] == [12]
    office.drop("乙补助2020年6月.csv", sent("乙"))
    assert [one.outcome for one in office.land(feed="aid", period="2020-06")] == ["landed"]
    read_pending(office.settings)
    newest = current_inputs(office.settings)[0]
    assert pl.read_parquet(newest.accepted_path)["note"].unique().to_list() == ["乙"]
    assert [one.status for one in receipts(office.settings)] == ["landed", "landed"]


def test_f52_two_operators_at_once_leave_one_version_and_one_held_file(office: Office) -> None:
    results: list[str] = []
    paths = [office.desk / f"{who}补助2020年6月.csv" for who in ("甲", "乙")]
    for path in paths:
        path.write_text(sent(path.name))
    threads = [
        threading.Thread(target=lambda path=path: results.extend(one.outcome for one in land([path], office.settings)))
        for path in paths
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["held", "landed"]


def test_f52_a_correction_of_a_file_that_has_been_read_is_a_new_version_at_once(office: Office) -> None:
    office.drop("甲补助2020年6月.csv", sent("甲"))
    office.take()
    office.drop("乙补助2020年6月.csv", sent("乙"))
    assert [one.outcome for one in office.land()] == ["landed"]


@pytest.mark.parametrize("year", [1970, 2099])
def test_f53_nothing_lands_under_a_clock_that_cannot_be_right(
    office: Office, monkeypatch: pytest.MonkeyPatch, year: int
) -> None:
    monkeypatch.setattr("pipelines.landing.landing.now_utc", lambda: datetime(year, 1, 1, tzinfo=UTC))
    office.drop(JUNE, as_csv(aid_rows()))
    path = office.dropped[0]
    with pytest.raises(ClockError, match=f"{year}-01-01") as refused:
        office.land()
    assert f"系统时钟显示 {year}-01-01 00:00 UTC，显然有误" in refused.value.zh
    assert path.exists()
    assert receipts(office.settings) == []


def test_f53_nothing_lands_under_a_clock_before_the_last_arrival(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.drop(JUNE, as_csv(aid_rows()))
    office.land()
    yesterday = datetime.now(UTC) - timedelta(days=3)
    monkeypatch.setattr("pipelines.landing.landing.now_utc", lambda: yesterday)
    office.drop("补助2020年7月.csv", as_csv(aid_rows(9)))
    with pytest.raises(ClockError, match="already"):
        office.land()
    an_hour = datetime.now(UTC) - timedelta(hours=1)  # summer time, another zone: no reason to stop
    monkeypatch.setattr("pipelines.landing.landing.now_utc", lambda: an_hour)
    office.drop("补助2020年7月.csv", as_csv(aid_rows(9)))
    assert [one.outcome for one in office.land()] == ["landed"]


def test_f53_the_business_date_comes_from_the_content_and_a_file_s_own_time_must_be_believable(office: Office) -> None:
    path = office.drop(JUNE, as_csv(aid_rows()))
    for stamp, moment in ((0, "now"), (4_100_000_000, "now"), (1_594_000_000, "2020-07-06")):
        os.utime(path, (stamp, stamp))
        receipt = land([path], office.settings, arrival="mtime")[0].receipt
        assert receipt is not None
        assert receipt.period == "2020-06"
        assert abs(receipt.arrived_at - datetime.now(UTC)) < timedelta(days=1) or f"{receipt.arrived_at:%F}" == moment
        path.write_text(as_csv([[*row[:7], str(stamp)] for row in aid_rows()]))


def test_f53_a_period_that_has_not_begun_is_held(office: Office) -> None:
    office.drop(f"补助{datetime.now(UTC).year + 2}年6月.csv", as_csv(aid_rows()))
    held = office.land()[0]
    assert held.outcome == "held"
    assert held.reason is not None
    assert "系统时钟" in held.reason.zh


@pytest.mark.parametrize(
    ("date", "is_sound"),
    [
        ("2020-02-29", True),
        ("2019-02-29", False),
        ("2020-06-31", False),
        ("2020年闰4月1日", False),
        ("2020-06-30", True),
    ],
)
def test_f53_month_ends_leap_days_and_leap_months(date: str, is_sound: bool) -> None:
    rows = aid_rows(3)
    rows[1][6] = date
    assert found(judge(as_csv(rows))) == ([] if is_sound else [(3, 7, "bad_date")])


def test_f53_a_leap_month_in_a_file_name_is_no_month(office: Office) -> None:
    office.drop("补助2020年闰4月.csv", as_csv(aid_rows()))
    assert office.land()[0].outcome == "held"


def test_f50_a_late_and_a_missing_feed_are_named_and_nothing_old_is_called_new() -> None:
    contract = load_contracts(CONTRACTS)["aid"]

    def delivered(period: str, day: datetime) -> Delivered:
        return Delivered(f"aid-{period}", period, 1, is_refused=False, arrived_at=day)

    came = [
        delivered("2020-04", datetime(2020, 5, 4, tzinfo=UTC)),
        delivered("2020-05", datetime(2020, 6, 9, tzinfo=UTC)),
    ]
    calendar = calendar_of(contract, came, "2020-07")
    assert [(one.period, one.status, one.receipt_id) for one in calendar] == [
        ("2020-04", "arrived", "aid-2020-04"),
        ("2020-05", "late", "aid-2020-05"),
        ("2020-06", "missing", None),
        ("2020-07", "missing", None),
    ]
    before_midnight = calendar_of(contract, [delivered("2020-04", datetime(2020, 5, 5, 15, tzinfo=UTC))], "2020-04")
    after_midnight = calendar_of(contract, [delivered("2020-04", datetime(2020, 5, 5, 17, tzinfo=UTC))], "2020-04")
    assert [before_midnight[0].status, after_midnight[0].status] == ["arrived", "late"]
