"""``xianqing factcheck``: the figures of a Chinese report against each other, and against a release."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.commands.common import AsJson, say, settings_of_process

NO_FILE = 2
VERDICTS = ("inconsistent", "unclear", "explained", "consistent")


def factcheck(
    files: Annotated[list[Path], typer.Argument(help="Reports: TXT in any encoding, DOCX or PDF.")],
    against: Annotated[
        str | None, typer.Option("--against", metavar="RELEASE", help="Compare with a release's figures, too.")
    ] = None,
    english: Annotated[bool, typer.Option("--english", help="Give the reasons in English.")] = False,
    as_json: AsJson = False,
) -> None:
    """Recompute the figures that a report prints."""
    from pipelines.factcheck.runs import factcheck_files

    settings = settings_of_process()
    published: list[dict[str, Any]] = []
    if against is not None:
        from pipelines.factcheck.against import UnknownReleaseError, published_figures

        try:
            published = published_figures(settings.marts_dir, against)
        except UnknownReleaseError as error:
            raise typer.BadParameter(str(error), param_hint="--against") from error
    for report in factcheck_files(files, settings, published=published):
        for relation in report["relations"]:
            in_english = relation.pop("why_en")
            relation["why"] = in_english if english else relation["why"]
        if as_json:
            print(json.dumps(report, ensure_ascii=False), flush=True)
        else:
            _say(report, english=english)
    if any(not file.is_file() for file in files):
        raise typer.Exit(NO_FILE)


def _say(report: dict[str, Any], *, english: bool) -> None:
    """The report on one file in lines for people: what contradicts itself first."""
    if "refused" in report:
        stem = "" if english else "_zh"
        say(f"{report['file']}: {report[f'refused{stem}']} {report[f'remedy{stem}']}")
        return
    counts = Counter(relation["verdict"] for relation in report["relations"])
    say(f"{report['file']}: " + ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS))
    for verdict in VERDICTS[:-1]:
        for relation in report["relations"]:
            if relation["verdict"] == verdict:
                excerpt = " ".join(relation["excerpt"].split())
                say(f"  {verdict:13}{relation['start']:>6}  {excerpt[:60]}{'…' if len(excerpt) > 60 else ''}")
                say(f"  {'':19}  {relation['why']}")
