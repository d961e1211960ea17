"""What a benchmark calls one new month: the arrivals of a calendar month, told with their size beside every ratio."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.county import Arrivals, BenchCounty, copy_data, ordinary
from benchmarks.report import page

DELIVERED = {
    "2020-01-05/one.csv": 5,
    "2020-10-30/late for august.csv": 7,
    "2020-11-02/october.csv": 11,
    "2020-11-28/october, corrected.csv": 13,
    "2021-01-04/december.csv": 17,
}


def county(folder: Path, months: int = 3) -> BenchCounty:
    """Files of so many bytes, each of two rows."""
    for path, size in DELIVERED.items():
        file = folder / "files" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * size)
    entries = [{"path": path, "row_count": 2} for path in DELIVERED]
    (folder / "truth").mkdir()
    (folder / "truth" / "manifest.json").write_text(json.dumps({"files": entries}), encoding="utf-8")
    return BenchCounty(folder, months)


def names(folder: Path) -> set[str]:
    """The files below a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_month_is_what_arrives_in_it_whatever_it_speaks_about(tmp_path: Path) -> None:
    found = county(tmp_path).arrivals()
    assert found == [Arrivals("2020-10", 1, 2, 7), Arrivals("2020-11", 2, 4, 24), Arrivals("2021-01", 1, 2, 17)]


def test_a_county_is_split_before_the_month_and_nothing_later_is_in_either_part(tmp_path: Path) -> None:
    made = county(tmp_path)
    assert names(made.within("2020-11")) == {"2020-11-02/october.csv", "2020-11-28/october, corrected.csv"}
    assert names(made.before("2020-11")) == {"2020-01-05/one.csv", "2020-10-30/late for august.csv"}
    assert names(made.before("2021-01")) | names(made.within("2021-01")) == set(DELIVERED)


def test_files_keep_their_time_of_arrival_in_a_split(tmp_path: Path) -> None:
    made = county(tmp_path)
    path = "2020-10-30/late for august.csv"
    assert (made.before("2020-11") / path).stat().st_mtime_ns == (made.files / path).stat().st_mtime_ns


def test_the_ordinary_month_is_the_median_and_of_two_in_the_middle_the_larger(tmp_path: Path) -> None:
    sizes = {"2020-09": 40, "2020-10": 20, "2020-11": 30, "2020-12": 10}
    assert ordinary([Arrivals(month, 1, 1, size) for month, size in sizes.items()]).month == "2020-11"
    assert ordinary(county(tmp_path).arrivals()).month == "2021-01"


def test_a_copied_data_folder_keeps_what_was_judged_and_shares_nothing_that_is_written(tmp_path: Path) -> None:
    paths = ("bronze/finance/fund_quota/2020-01/abc/accepted.parquet", "state/kept.json", "marts/current")
    for path in paths:
        (tmp_path / "one" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "one" / path).write_text(path)
    copy_data(tmp_path / "one", tmp_path / "other")
    for path in paths:
        one, other = ((tmp_path / side / path).stat() for side in ("one", "other"))
        assert (one.st_ino == other.st_ino) is path.startswith("bronze/")
        assert (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)


def test_the_page_names_the_month_and_its_share_of_all_bytes() -> None:
    run = {"wall": 2.0, "cpu": 3.0, "peak_mb": 5.0, "peaks": {}, "told": json.dumps({"stages": {}})}
    turns = {
        "scale": 0.2,
        "months": 12,
        "files": 4,
        "bytes": 400,
        "runs": {"cold": [run | {"wall": 20.0}], "month": [run], "year-end": [run | {"wall": 5.0}]},
        "verdicts": {},
        "arrivals": {
            "month": Arrivals("2020-11", 36, 201460, 28).as_json(),
            "year-end": Arrivals("2021-01", 52, 318345, 42).as_json(),
        },
    }
    written = "\n".join(page({"form": 3, "cores": 2, "turns": turns}))
    assert "One new month takes **10.0%** of the cold run: the arrivals of 2020-11" in written
    assert "36 files with 201,460 rows, 0 MB (7.0% of all bytes)." in written
    assert "The year's end takes **25.0%** of the cold run: the arrivals of 2021-01" in written
    assert "(10.5% of all bytes)" in written
    assert "| stage | cold | month | year-end |" in written
    assert "On a synthetic county at scale 0.2, 12 months: 4 files, 0 MB." in written
    assert "| one new month on all before | 1 | 2.0 s |" in written


def test_the_page_tells_of_each_side_how_often_it_ran_and_the_spread_of_those_that_ran_more_than_once() -> None:
    run = {"cpu": 3.0, "peak_mb": 5.0, "peaks": {}, "told": json.dumps({"stages": {}})}
    walls = {"floor": [2.0, 4.0], "cold": [8.0, 10.0], "usual": [16.0], "pandas": [40.0]}
    runs = {side: [run | {"wall": wall} for wall in each] for side, each in walls.items()}
    alike = {"files": 9, "equal": 8, "usual_took_more": 1, "usual_took_less": 0}
    verdicts = {"usual": alike, "pandas": alike | {"equal": 7, "usual_took_less": 1}}
    turns = {"scale": 0.2, "months": 12, "files": 4, "bytes": 400, "runs": runs, "verdicts": verdicts}
    written = "\n".join(page({"form": 3, "cores": 2, "turns": turns}))
    assert "| floor: bare reading into Parquet | 2 | 3.0 s |" in written
    assert "| the usual way: pandas with calamine, Great Expectations, dbt | 1 | 16.0 s |" in written
    assert "The cold run takes **3.2 ×** (from 2.5 × to 4.0 ×) the floor's time." in written
    assert "- The usual way takes **2.0 ×** the cold run's time.\n" in written
    assert "by itself, the usual way takes **5.0 ×** the cold run's time.\n\nOf 9 files the usual way" in written
    assert "of 8, more of 1 and fewer of 0. Of 9 files the usual way with pandas' own reader accepted" in written
    assert "as many rows of 7, more of 1 and fewer of 1. It judges by the same rules" in written


def test_the_page_sets_all_places_against_the_floor_and_the_first_place_by_rows() -> None:
    def run(place: str, rows: int, floor: float, cold: float) -> dict[str, object]:
        sides = {"floor": {"wall": floor}, "cold": {"wall": cold, "peak_mb": 900}}
        return {"place": place, "scale": 1.0, "months": 1, "files": 3, "bytes": 9, "rows": rows} | sides

    runs = [run("shizong", 1000, 10.0, 30.0), run("duan", 3000, 20.0, 84.0)]
    written = "\n".join(page({"form": 3, "cores": 2, "places": {"runs": runs}}))
    assert "Scale 1, 1 month:" in written
    assert "| duan | 3 | 3,000 | 20.0 s | 84.0 s | 900 MB |" in written
    assert "| all | | 4,000 | 30.0 s | 114.0 s | |" in written
    assert "Together 3.8 × the floor, and 0.95 × the first place's time by rows." in written


def test_growth_is_set_against_the_time_that_the_smallest_takes_for_each_byte() -> None:
    def step(scale: float, size: int, walls: list[float]) -> dict[str, object]:
        colds = [{"wall": wall, "peak_mb": 100 * wall} for wall in walls]
        runs = {"floor": [{"wall": 1.0}], "cold": colds} if scale <= 1 else {"cold": colds}
        return {"scale": scale, "files": 7, "bytes": size * 10**6, "runs": runs}

    steps = [step(0.1, 10, [4.0, 6.0, 5.0]), step(3, 300, [60.0])]
    written = "\n".join(page({"form": 3, "cores": 2, "growth": {"steps": steps}}))
    assert "| 0.1 | 7 | 10 | 3 | 1.0 s | 5.0 s | 1.00 × | 600 MB |" in written
    assert "| 3 | 7 | 300 | 1 | not run | 60.0 s | 0.40 × | 6000 MB |" in written
