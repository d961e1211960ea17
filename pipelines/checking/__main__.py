"""`make check-full`: makes the county, runs the pipeline, and compares every published figure with the marts."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipelines.checking.figures import FigureCheck, check_figures
from pipelines.commands.progress import progress
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.simulate.places import FIRST_PLACE, PLACES


def main() -> int:
    """Returns 0 when every figure is equal, 1 otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--place", choices=PLACES, default=FIRST_PLACE)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep", type=Path, help="folder that keeps the county afterwards")
    options = parser.parse_args()
    (PROJECT_DIR / "data").mkdir(exist_ok=True)
    home = options.keep or Path(tempfile.mkdtemp(prefix="check-", dir=PROJECT_DIR / "data"))
    console = Console(stderr=True)
    try:
        settings = _run(home, options.place, options.scale, options.seed, console)
        checks = check_figures(settings, options.scale)
    finally:
        if options.keep is None:
            shutil.rmtree(home)
    return report(checks, options.scale)


def _run(home: Path, place: str, scale: float, seed: int, console: Console) -> Settings:
    from pipelines.installation import initialise
    from pipelines.landing import land
    from pipelines.run import run_pipeline
    from pipelines.simulate import simulate

    started = time.perf_counter()

    def said(what: str) -> None:
        console.print(f"{time.perf_counter() - started:6.0f} s  {what}")

    settings = initialise(home / "data", place=place, synthetic=True, scale=scale)
    with progress("Writing files") as told:
        simulate(place, scale=scale, months=12, seed=seed, out=home / "county", progress=told)
    said("the county's files are written")
    files = sorted(path for path in (home / "county" / "files").rglob("*") if path.is_file())
    with progress("Recognising files") as told:
        land(files, settings, arrival="mtime", progress=told)
    said("files landed")
    with progress("Run") as told:
        outcome = run_pipeline(settings, progress=told)
    said(f"run ended: {outcome.state}")
    return settings


def report(checks: list[FigureCheck], scale: float) -> int:
    """Prints the comparison; returns the process's exit code."""
    table = Table(title=f"Published figures against the marts, scale {scale}")
    for heading in ("", "indicator", "period", "printed", "expected", "computed", "unit"):
        table.add_column(heading, justify="left" if heading in ("", "indicator", "period", "unit") else "right")
    for check in checks:
        table.add_row(
            "=" if check.is_equal else "≠",
            check.indicator,
            check.period,
            str(check.printed),
            f"{check.expected:f}",
            "—" if check.computed is None else f"{check.computed:f}",
            check.unit,
        )
    console = Console(width=140)
    console.print(table)
    wrong = sum(not check.is_equal for check in checks)
    console.print(f"{len(checks) - wrong} of {len(checks)} figures equal")
    return 1 if wrong or not checks else 0


if __name__ == "__main__":
    sys.exit(main())
