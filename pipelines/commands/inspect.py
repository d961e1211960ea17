"""``xianqing inspect``: what the reader makes of any file, its tables as clean CSV, and what it doubts."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.commands.common import AsJson, say, settings_of_process

DOUBTED, NO_FILE = 1, 2
SHOWN_DOUBTS = 20


def inspect(
    files: Annotated[list[Path], typer.Argument(help="Files of any kind.")],
    to: Annotated[
        Path | None, typer.Option("--to", metavar="OUT.csv|DIR", help="Write every table as clean UTF-8 CSV.")
    ] = None,
    contract: Annotated[
        str | None, typer.Option("--contract", metavar="FEED", help="Use what the contract of this feed knows.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Fail when anything is doubted or refused.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read any file untold: clean CSV, and what is doubted."""
    from pipelines.contracts import load_contracts
    from pipelines.reading.inspection_runs import inspect_files

    settings = settings_of_process()
    if contract is not None and contract not in (known := load_contracts(settings.contracts_dir)):
        raise typer.BadParameter(f"{contract} is no feed. Known: {', '.join(known)}.", param_hint="--contract")
    is_doubted = False
    try:
        for report in inspect_files(files, settings, contract=contract, to=to):
            is_doubted |= bool(report["refused"]) or any(table["doubts"] for table in report["tables"])
            if as_json:
                print(json.dumps(report, ensure_ascii=False), flush=True)
            else:
                _say(report)
    except (NotADirectoryError, FileExistsError) as error:
        raise typer.BadParameter(str(error), param_hint="--to") from error
    if any(not file.is_file() for file in files):
        raise typer.Exit(NO_FILE)
    if strict and is_doubted:
        raise typer.Exit(DOUBTED)


def _say(report: dict[str, Any]) -> None:
    """The report on one file in lines for people."""
    feed = f"looks like {report['feed']}" if report.get("feed") else None
    about = ", ".join(str(each) for each in (report["format"], report["encoding"], feed) if each)
    say(f"{report['file']}: {about or 'not read'}")
    if report["refused"]:
        say(f"  refused: {report['refused']} {report['remedy']}")
    for number, table in enumerate(report["tables"], start=1):
        sheet = f" on sheet {table['sheet']}" if table["sheet"] else ""
        unit = f", unit {table['unit']}" if table["unit"] else ""
        say(
            f"  table {number}{sheet}: {len(table['columns']) or 'unnamed'} columns, {table['header_rows']} header, "
            f"{table['data_rows']} data and {table['non_data_rows']} other rows{unit}, confidence {table['confidence']}"
        )
        if table["rows"]:
            say(f"    written to {table['rows']}")
        counts = Counter(doubt["kind"] for doubt in table["doubts"])
        for doubt in sorted(table["doubts"], key=lambda each: counts[each["kind"]])[:SHOWN_DOUBTS]:
            place = " ".join(f"{name} {doubt[name]}" for name in ("row", "column") if doubt[name] is not None)
            say(f"    {doubt['kind']}{place and f' at {place}'}: {doubt['why']}")
        if len(table["doubts"]) > SHOWN_DOUBTS:
            say(f"    and {len(table['doubts']) - SHOWN_DOUBTS} more doubts; --json lists all.")
