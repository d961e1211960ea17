"""``xianqing …``: thin; every command calls a function that a test can call. Heavy modules load when needed."""

from __future__ import annotations

import signal
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.commands.common import AsJson, print_json, say, settings_of_process
from pipelines.commands.dismissals import COMMANDS as DISMISSAL_COMMANDS
from pipelines.commands.factcheck import factcheck
from pipelines.commands.inspect import inspect
from pipelines.commands.leads import leads
from pipelines.commands.ledger import ledger
from pipelines.commands.listing_out import COMMANDS as LISTING_COMMANDS
from pipelines.commands.overrides import COMMANDS as OVERRIDE_COMMANDS
from pipelines.commands.progress import progress
from pipelines.commands.releases import releases_app
from pipelines.commands.sample import sample
from pipelines.commands.stats import stats

if TYPE_CHECKING:
    from pipelines.settings import Settings

FAILED, USAGE, HELD_BY_ANOTHER = 1, 2, 3
app = typer.Typer(
    name="xianqing",
    help="县情 — department files in, an audited release out, dashboards on it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(releases_app, name="releases")

AsOf = Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM", help="Month the figures speak about.")]


SyntheticPlace = Annotated[str, typer.Option(help="shizong, duan, haikou, yiyuan or jincheng.")]
Scale = Annotated[float, typer.Option(min=0.01, max=3, help="Size of the synthetic county; 1 = in full.")]


class Arrival(StrEnum):
    """Which moment counts as a file's arrival."""

    NOW = "now"
    MTIME = "mtime"


@app.command()
def init(
    place: Annotated[str | None, typer.Option(help="County, e.g. shizong; asked when not given.")] = None,
    area_table: Annotated[Path | None, typer.Option(help="The office's own division table, CSV.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Data folder; default: XIANQING_DATA_DIR or ./data.")] = None,
    key_file: Annotated[Path | None, typer.Option(help="Pseudonym key; default: vault/pseudonym.key.")] = None,
    synthetic: Annotated[
        bool, typer.Option("--synthetic", help="A demonstration that accepts invented people.")
    ] = False,
) -> None:
    """Set an office up: place, data folder, pseudonym key."""
    from pipelines.areas import load_places
    from pipelines.installation import initialise

    before = settings_of_process()
    if place is None:
        places = ", ".join(load_places())
        place = typer.prompt(f"Place ({places})", default=before.place)
        if not synthetic:
            folder = typer.prompt("Data folder", default=str(data_dir or before.data_dir))
            table = typer.prompt("Own division table, CSV (empty: the shipped one)", default=str(area_table or ""))
            key = typer.prompt("Key file (empty: inside the vault)", default=str(key_file or ""))
            data_dir = Path(folder)
            area_table, key_file = Path(table) if table else None, Path(key) if key else None
    settings = initialise(
        data_dir or before.data_dir, place=place, synthetic=synthetic, area_table=area_table, key_file=key_file
    )
    say(f"{settings.data_dir} is ready. Copy the key {settings.pseudonym_key_file} to a safe place off this machine.")
    if settings.data_dir != before.data_dir:
        say(f"This folder is not the default: export XIANQING_DATA_DIR={settings.data_dir}")
    say(f"Next: drop files into {settings.inbox_dir} and run `xianqing run`.")


@app.command()
def simulate(
    out: Annotated[Path, typer.Option(help="Folder for the files.")],
    place: SyntheticPlace = "shizong",
    scale: Scale = 0.05,
    months: Annotated[int, typer.Option(min=1, max=12, help="Monthly files of 2020; yearly ones come whole.")] = 12,
    seed: Annotated[int, typer.Option(help="Same seed, same files.")] = 7,
) -> None:
    """Write a synthetic county's department files."""
    from pipelines.simulate import simulate as write_county

    with progress("Writing files") as report:
        write_county(place, scale=scale, months=months, seed=seed, out=out, progress=report)
    say(f"The county's files are in {out / 'files'}, what was planted where in {out / 'truth'}.")


@app.command()
def land(
    files: Annotated[list[Path] | None, typer.Argument(help="Files or folders; default: the inbox.")] = None,
    feed: Annotated[str | None, typer.Option(help="Feed, when the file itself does not say.")] = None,
    period: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="Period, when the file does not say.")] = None,
    arrival: Annotated[Arrival, typer.Option(help="Moment of arrival.")] = Arrival.NOW,
    as_json: AsJson = False,
) -> None:
    """Take files in: recognise, store, write a receipt."""
    from pipelines.landing import land as land_files

    settings = settings_of_process()
    with progress("Recognising files") as report:
        results = land_files(files or None, settings, feed=feed, period=period, arrival=arrival.value, progress=report)
    if as_json:
        print_json([result.model_dump(mode="json") for result in results])
        return
    for result in results:
        say(_land_line(result))
    if not results:
        say(f"Nothing to land: no file lies in {', '.join(map(str, files)) if files else settings.inbox_dir}.")


def _land_line(result: Any) -> str:
    """One line on what became of one file."""
    slot = f" {result.receipt.feed} {result.receipt.period}" if result.receipt and result.receipt.feed else ""
    remedy = f" {result.receipt.remedy.en}" if result.receipt and result.receipt.remedy else ""
    reason = f": {result.reason.en}{remedy}" if result.reason else ""
    return f"{result.file_name}: {result.outcome}{slot}{reason}"


@app.command()
def run(
    as_of: AsOf = None,
    full: Annotated[
        bool, typer.Option("--full", help="Read every landed file again, and have dbt build everything.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Land the inbox, read, check, model, audit and publish."""
    from pipelines.basis import PERIOD

    if as_of is not None and PERIOD.fullmatch(as_of) is None:
        raise typer.BadParameter(f"{as_of} is no month. Write it like 2020-06.", param_hint="--as-of")
    status = _run_job(settings_of_process(), as_of, full)
    last = status.last_run
    if as_json:
        print_json(last.model_dump(mode="json"))
    else:
        for gate in last.gates:
            say(f"  {gate.state:8}{gate.en}")
        for file in status.refused:
            say(f"  refused {file.file_name}: {file.reason.en} {file.remedy.en}")
        if status.held:
            say(f"  held    {len(status.held)} that nobody could place; `xianqing held` says which and why")
        say(last.message.en)
    if last.state == "failed":
        raise typer.Exit(FAILED)


def _run_job(settings: Settings, as_of: str | None, full: bool) -> Any:
    """The job ``main`` in this process; returns the status it left. With nothing to do, Dagster is not even loaded."""
    from pipelines.basis import is_settled
    from pipelines.publishing.status import read_status
    from pipelines.run import run_pipeline

    with progress("Run") as report:
        if not full and is_settled(settings, as_of):
            run_pipeline(settings, as_of_period=as_of, progress=report)
            return read_status(settings)
        from pipelines.orchestration.code_location import run_main

        return run_main(settings, as_of_period=as_of, full=full, progress=report)


@app.command()
def demo(
    *,
    place: SyntheticPlace = "shizong",
    scale: Scale = 0.05,
    months: Annotated[int, typer.Option(min=1, max=12, help="Monthly files of 2020; yearly ones come whole.")] = 12,
    seed: Annotated[int, typer.Option(help="Same seed, same county.")] = 7,
    and_serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Start the dashboards afterwards.")] = True,
    dagster: Annotated[bool, typer.Option("--dagster/--no-dagster", help="Start the Dagster UI too.")] = True,
) -> None:
    """A synthetic county from nothing to dashboards."""
    from pipelines.contracts import load_contracts
    from pipelines.installation import initialise, synthetic_deliveries
    from pipelines.landing import land as land_files
    from pipelines.landing.tally import tally
    from pipelines.simulate import simulate as write_county
    from pipelines.simulate.calibration import delivered_feeds

    started = time.perf_counter()

    def said(text: str) -> None:
        say(f"{time.perf_counter() - started:5.0f} s  {text}")

    not_sent = load_contracts().keys() - delivered_feeds(place)
    settings = initialise(
        settings_of_process().data_dir, place=place, synthetic=True, scale=scale, not_expected=not_sent
    )
    out = synthetic_deliveries(settings, f"{place}-{scale}-{months}-{seed}")
    if not (out / "truth").is_dir():
        with progress("Writing files") as report:
            write_county(place, scale=scale, months=months, seed=seed, out=out, progress=report)
    said(f"synthetic county at scale {scale}: files as departments send them, in {out / 'files'}")
    with progress("Recognising files") as report:
        results = land_files([out / "files"], settings, arrival="mtime", progress=report)
    counts = tally(results)
    said(
        f"{counts.files} files came: {counts.landed} landed in {settings.raw_dir}, {counts.held} held, "
        f"{counts.same_bytes} the same bytes as another one and stored once"
    )
    last = _run_job(settings, None, full=False).last_run
    said(last.message.en)
    if last.state == "failed":
        raise typer.Exit(FAILED)
    if and_serve:
        _serve(settings, dagster)


@app.command()
def serve(
    dagster: Annotated[bool, typer.Option("--dagster/--no-dagster", help="Start the Dagster UI too.")] = True,
) -> None:
    """Start the dashboards and the Dagster UI."""
    _serve(settings_of_process(), dagster)


def _serve(settings: Settings, dagster: bool) -> None:
    from pipelines.serving import serve as serve_all

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    serve_all(settings, with_dagster=dagster, say=say)


@app.command()
def held(as_json: AsJson = False) -> None:
    """List files that were held or refused, and why."""
    from pipelines.reporting import held_files, refused_files

    settings = settings_of_process()
    files = {"held": held_files(settings), "refused": refused_files(settings)}
    if as_json:
        print_json({state: [one.model_dump(mode="json") for one in listed] for state, listed in files.items()})
        return
    for state, listed in files.items():
        for one in listed:
            place = f" It lies in {settings.data_dir / one.stored_path}." if one.stored_path else ""
            like = f" It looks like {one.looks_like.en}." if one.looks_like else ""
            say(f"{state}: {one.file_name}: {one.reason.en}{like} {one.remedy.en}{place}")
            if state == "held":
                say(f"  if it is none   xianqing dismiss {one.receipt_id} --author NAME --reason TEXT")
    if not any(files.values()):
        say("No file is held or refused.")


app.command()(inspect)
app.command()(factcheck)
app.command()(ledger)
app.command()(leads)
app.command()(sample)
app.command()(stats)
for _command in (*OVERRIDE_COMMANDS, *DISMISSAL_COMMANDS, *LISTING_COMMANDS):
    app.command()(_command)


@app.command()
def areas(as_json: AsJson = False) -> None:
    """Build the division table anew and count it by level."""
    import polars as pl

    from pipelines.areas import build_areas

    table = build_areas(settings_of_process())
    counts = pl.read_parquet(table).group_by("area_level").len().sort("len").rows()
    if as_json:
        print_json({"file": str(table), "levels": dict(counts)})
        return
    for level, count in counts:
        say(f"{level:12}{count:>6}")
    say(f"in {table}")


@app.command()
def check(
    scale: Annotated[
        float | None, typer.Option(min=0.01, max=3, help="Size of the county; default: as it was made.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare the release with the published figures."""
    from pipelines.basis import is_of_invented_people
    from pipelines.checking import check_figures
    from pipelines.checking.__main__ import report
    from pipelines.checking.comparison import county_scale

    settings = settings_of_process()
    scale = scale or county_scale(settings, is_synthetic=is_of_invented_people(settings)) or 1.0
    checks = check_figures(settings, scale)
    if as_json:
        print_json([{**vars(one), "is_equal": one.is_equal} for one in checks])
        raise typer.Exit(FAILED if any(not one.is_equal for one in checks) else 0)
    raise typer.Exit(report(checks, scale))


@app.command()
def dictionary(to: Annotated[Path, typer.Option(help="Markdown file to write.")] = Path("docs/dictionary.md")) -> None:
    """Write the models' sources and the data dictionary."""
    from pipelines.dictionary import write_dictionary
    from pipelines.modelling.sources import update_sources

    settings = settings_of_process()
    say(f"Written: {update_sources(settings)}")
    say(f"Written: {write_dictionary(settings, to)}")


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Check this machine and the data folder, with what to do."""
    from pipelines.doctor import examine

    findings = examine(settings_of_process())
    if as_json:
        print_json([one.model_dump() for one in findings])
    else:
        for one in findings:
            say(f"{one.state:9}{one.name:18}{one.found}{'  → ' + one.remedy if one.remedy else ''}")
    if any(one.state == "problem" for one in findings):
        raise typer.Exit(FAILED)


@app.command("clear-synthetic")
def clear_synthetic() -> None:
    """Remove the synthetic county, never real data."""
    from pipelines.installation import clear_synthetic as clear

    settings = settings_of_process()
    say(f"{len(clear(settings))} files and folders removed from {settings.data_dir}.")


def _one_paragraph(error: Exception) -> str:
    """What went wrong in one paragraph; a setting that does not fit is named as people set it."""
    if type(error).__name__ == "ValidationError" and type(error).__module__.startswith("pydantic"):
        problems = error.errors()  # type: ignore[attr-defined]
        named = "; ".join(f"XIANQING_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in problems)
        return (
            f"A setting cannot be used: {named}. Correct it in the environment or in xianqing.env of the data folder."
        )
    return " ".join(str(error).split()) or type(error).__name__


def main() -> None:
    """Entry point: errors are one paragraph on standard error and an exit code."""
    try:
        app()
    except (RuntimeError, ValueError, OSError, KeyError) as error:
        held_elsewhere = type(error).__name__ == "LeaseHeldError"
        text = _one_paragraph(error)
        sys.stderr.write(f"xianqing: {text}\n")
        sys.exit(HELD_BY_ANOTHER if held_elsewhere else FAILED)


if __name__ == "__main__":
    main()
