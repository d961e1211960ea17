"""Writes a county's files and the truth beside them.

Belongs here: the public function, the worker processes, one delivery. Does not belong here: content, spelling.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import BaseModel, ConfigDict

from pipelines.simulate.calibration import delivery_plan, generator, villages
from pipelines.simulate.county import County, build_county
from pipelines.simulate.damage import Planted, damaged_copy, without_township
from pipelines.simulate.deliveries import Delivery, Version, deliveries, suffix_of
from pipelines.simulate.expected import expected_figures
from pipelines.simulate.frames import FRAMES, Slot
from pipelines.simulate.oldbooks import write_old_workbook
from pipelines.simulate.places import FIRST_PLACE, at, in_own_words, units_of
from pipelines.simulate.presentation import Presented, as_of_title, present
from pipelines.simulate.sheets import address, placed, split
from pipelines.simulate.truth import WrittenFile, file_entry, row_entry, write_rows_truth, write_truth
from pipelines.simulate.writing import Cell, Table, write_text, write_workbook

Progress = Callable[[int, int, str], None]
_BEIJING = dt.timezone(dt.timedelta(hours=8))


class SimulationReport(BaseModel):
    """What a simulation wrote. ``figures`` are those a correct warehouse must find at this scale."""

    model_config = ConfigDict(frozen=True)

    place: str
    scale: float
    months: int
    seed: int
    out: Path
    file_count: int
    row_count: int
    size_bytes: int
    damaged_cell_count: int
    seconds: float
    figures: dict[str, Any]


def simulate(
    place: str, scale: float, months: int, seed: int, out: Path, *, progress: Progress | None = None, workers: int = 2
) -> SimulationReport:
    """Write the county's deliveries below ``out/files`` and the truth below ``out/truth``.

    ``scale`` is the county's size (0.01–3), ``months`` how many months of 2020 (1–12); the same arguments give the
    same cells. ``out`` must not exist yet or be empty. ``progress`` is called with files done, files in all, name.
    Raises ValueError for an argument outside its range and FileExistsError when ``out`` holds something.
    """
    started = time.monotonic()
    units = units_of(place)
    _check(months, out)
    counties = tuple(_built(unit, scale, seed) for unit in units)
    with at(units[0]):
        files = _write_files(counties, months, out, progress, workers)
        files.append(_write_unknown_file(out, seed, months))
        # The other places' figures are checked against the printed ones alone: they carry only some of the feeds.
        figures = expected_figures(counties[0], months) if place == FIRST_PLACE else {}
    arguments = {"place": place, "scale": scale, "months": months, "seed": seed}
    damage_count = write_truth(counties, out, files, arguments, figures)
    return SimulationReport(
        place=place, scale=scale, months=months, seed=seed, out=out, file_count=len(files),
        row_count=sum(file.row_count for file in files), size_bytes=sum(file.size_bytes for file in files),
        damaged_cell_count=damage_count, seconds=round(time.monotonic() - started, 2), figures=figures,
    )  # fmt: skip


def _built(unit: str, scale: float, seed: int) -> County:
    with at(unit):
        return build_county(scale, seed)


def _write_files(
    counties: tuple[County, ...], months: int, out: Path, progress: Progress | None, workers: int
) -> list[WrittenFile]:
    """Every delivery's files in the order of the plan; the long ones are written first."""
    tasks = deliveries(months, counties[0].seed)
    order = sorted(range(len(tasks)), key=lambda index: (-_weight(tasks[index]), index))
    for folder in ("files", "truth/rows"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    written: dict[int, list[WrittenFile]] = {}
    todo = [(index, tasks[index]) for index in order]
    for done, (index, files) in enumerate(_write_all(counties, todo, out, workers), start=1):
        written[index] = files
        if progress is not None:
            progress(done, len(tasks), files[-1].path)
    return [file for index in range(len(tasks)) for file in written[index]]


def _check(months: int, out: Path) -> None:
    if not 1 <= months <= 12:
        raise ValueError(f"{months} months: choose 1 to 12 months of 2020")
    if out.exists() and any(out.iterdir()):
        raise FileExistsError(f"the folder {out} is not empty: choose a new one, or remove what is in it")


def _weight(task: Delivery) -> int:
    """Roughly how long a delivery takes, so that the long ones start first."""
    return int(delivery_plan()["feeds"][task.feed].get("weight", 1)) * len(task.versions)


# --- worker processes ----------------------------------------------------------------------------------------------

_in_worker: list[tuple[County, ...]] = []


def _start_worker(counties: tuple[County, ...]) -> None:
    _in_worker[:] = [counties]


def _work(index: int, task: Delivery, out: Path) -> tuple[int, list[WrittenFile]]:
    counties = _in_worker[0]
    with at(counties[0].unit):
        return index, _write_delivery(counties, task, out)


def _write_all(
    counties: tuple[County, ...], tasks: list[tuple[int, Delivery]], out: Path, workers: int
) -> Iterator[tuple[int, list[WrittenFile]]]:
    if workers <= 1:
        for index, task in tasks:
            yield index, _write_delivery(counties, task, out)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _start_worker, (counties,)) as pool:
        futures = [pool.submit(_work, index, task, out) for index, task in tasks]
        for future in futures:
            yield future.result()


# --- one delivery --------------------------------------------------------------------------------------------------


def _titles(task: Delivery) -> list[str]:
    spec = delivery_plan()["feeds"][task.feed]
    if spec.get("as_of"):
        when = as_of_title(task.year, task.month)
    elif spec.get("is_yearly"):
        when = f"{task.year}年度"
    else:
        when = f"{task.year}年{task.month}月"
    return [spec.get("title", ""), f"{when}　　　　{spec.get('unit', '')}"]


def frame_of(counties: tuple[County, ...], task: Delivery) -> pl.DataFrame:
    """The rows of every unit below each other; numbers that each unit counts for itself get the unit's letter."""
    slot = Slot(task.year, task.month, task.is_yearly)
    counted = delivery_plan()["feeds"][task.feed].get("own_numbers", [])
    frames = []
    for letter, county in zip("ABCDEFGHJK", counties, strict=False):
        with at(county.unit):
            frame = in_own_words(FRAMES[task.feed](county, slot))
        if len(counties) > 1 and counted:
            frame = frame.with_columns((pl.lit(letter) + pl.col(name)).alias(name) for name in counted)
        frames.append(frame)
    return frames[0] if len(frames) == 1 else pl.concat(frames)


def _write_delivery(counties: tuple[County, ...], task: Delivery, out: Path) -> list[WrittenFile]:
    county = counties[0]
    spec = delivery_plan()["feeds"][task.feed]
    is_text = suffix_of(task.feed, task.year, task.month) == ".csv"
    rng = generator(county.seed, "presentation", task.feed, task.year, task.month)
    frame = frame_of(counties, task)
    presented = present(task.feed, frame, rng, sheet=spec.get("sheet", ""), titles=_titles(task), is_text=is_text)
    files: list[WrittenFile] = []
    for index, version in enumerate(task.versions):
        files.append(_write_version(county, task, version, presented, out, is_text=is_text))
        if version.what == "clean" and index and task.versions[0].what == "nameless":
            _copy_bytes(out, task.versions[0], version)
    return files


def _write_version(
    county: County, task: Delivery, version: Version, presented: Presented, out: Path, *, is_text: bool
) -> WrittenFile:
    table, truth = presented.table, presented.truth
    planted: list[Planted] = []
    whole: list[dict[str, Any]] = []
    path = out / "files" / version.path
    path.parent.mkdir(parents=True, exist_ok=True)
    corrected_by = task.final.path if version.what != task.final.what else None
    rng = generator(county.seed, "damage", task.feed, task.year, task.month, version.what)
    if version.what in ("damaged", "open"):
        table, planted, truth = damaged_copy(
            task.feed, presented, list(version.kinds), county.scale, rng, is_text=is_text
        )
    elif version.what == "township_missing":
        township = villages().township_names[int(rng.integers(0, 10))]
        table, truth = without_township(presented, "乡镇街道", township, 2 if is_text else table.first_data_row)
        whole.append(file_entry(version, "township_missing", "refused", corrected_by))
    if version.what == "duplicate":
        _copy_bytes(out, version, task.final)
        whole.append(file_entry(version, "same_bytes", "noop", None))
    elif is_text:
        write_text(path, table, encoding=delivery_plan()["feeds"][task.feed]["encoding"])
    else:
        level = 6 if version.what == "resaved" else 1
        if path.suffix == ".xls":
            write_old_workbook(path, table, created=version.day)
        else:
            write_workbook(path, split(table), created=version.day, level=level)
    if version.what == "resaved":
        whole.append(file_entry(version, "same_rows", "noop", None))
    elif version.what == "nameless":
        whole.append(file_entry(version, "no_period", "held", corrected_by))
    elif version.what == "truncated":
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
        whole.append(file_entry(version, "truncated", "refused", corrected_by))
    _stamp(path, version.day, task.feed)
    write_rows_truth(out, version, truth if is_text else placed(table, truth))
    expected = "refused" if _refuses(task.feed, len({entry.row for entry in planted}), table.row_count) else "rejected"
    damage = [
        *whole,
        *_planted_entries(version, table, planted, (expected, corrected_by), is_text=is_text),
        *_noise_entries(version, table, presented, is_text=is_text),
    ]
    size = path.stat().st_size
    return WrittenFile(version.path, task.feed, task.period, version.what, table.row_count, size, tuple(damage))


def _refuses(feed: str, rejected: int, rows: int) -> bool:
    """True when so many damaged rows refuse a whole file of the feed."""
    plan = delivery_plan()
    enough = min(plan["rejected_rows_that_refuse"].get(feed, 1), rows / 2)
    return bool(rejected > plan["rejected_share_that_refuses"] * rows and rejected >= enough)


def _planted_entries(
    version: Version, table: Table, planted: list[Planted], outcome: tuple[str, str | None], *, is_text: bool
) -> Iterator[dict[str, Any]]:
    for entry in planted:
        sheet, row = ("", entry.row) if is_text else address(table, entry.row)
        yield row_entry(version, sheet, replace(entry, row=row), *outcome)


def _noise_entries(version: Version, table: Table, presented: Presented, *, is_text: bool) -> Iterator[dict[str, Any]]:
    if version.what == "township_missing":
        return
    first = 2 if is_text else table.first_data_row
    for noise in presented.noise:
        row = first + noise.row
        sheet, row = ("", row) if is_text else address(table, row)
        untidy = Planted(row, noise.column + 1, table.headers[noise.column], noise.kind)
        yield row_entry(version, sheet, untidy, "normalised", None)


def _copy_bytes(out: Path, target: Version, source: Version) -> None:
    shutil.copyfile(out / "files" / source.path, out / "files" / target.path)
    _stamp(out / "files" / target.path, target.day, target.file_name)


def _stamp(path: Path, day: dt.date, key: str) -> None:
    """The file's time is its arrival: some minute of the morning in Beijing."""
    minute = int(generator(0, "minute", key, day).integers(0, 180))
    moment = dt.datetime.combine(day, dt.time(8, 30), _BEIJING) + dt.timedelta(minutes=minute)
    os.utime(path, (moment.timestamp(), moment.timestamp()))


def _write_unknown_file(out: Path, seed: int, months: int) -> WrittenFile:
    """An attendance list that belongs to no feed."""
    spec = delivery_plan()["unknown_file"]
    rng = generator(seed, "unknown file")
    month = (spec["month"] - 1) % months + 1
    version = Version("clean", dt.date(2020, month, 15), spec["name"])
    names = ["会议", "签到", "单位", "职务"]
    table = Table(
        "签到", ["扶贫工作推进会签到表（模拟）"], names,
        [pl.Series([f"{name}{int(rng.integers(1, 99))}" for _ in range(12)]) for name in names],
        ["text"] * len(names), footers=[{0: Cell("text", "记录：模拟甲")}],
    )  # fmt: skip
    path = out / "files" / version.path
    path.parent.mkdir(parents=True, exist_ok=True)
    write_workbook(path, [table], created=version.day)
    _stamp(path, version.day, "unknown")
    entry = file_entry(version, "unknown_file", "held", None)
    return WrittenFile(version.path, "", "", "unknown", table.row_count, path.stat().st_size, (entry,))
