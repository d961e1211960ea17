"""``xianqing sample``: a stratified sample of exited households for a check in the field, with the list for the car."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.common import say, settings_of_process


def sample(
    out: Annotated[Path, typer.Option(help="Workbook to write.", metavar="<path>.xlsx")],
    size: Annotated[int, typer.Option(min=1, max=5000, help="Households.", metavar="<int range>")] = 100,
    seed: Annotated[int, typer.Option(help="Same seed, same households.")] = 1,
    area: Annotated[str, typer.Option(help="12-digit code of the place; default: the release's own.")] = "",
) -> None:
    """Draw households by exit year, kind of village and cause; keys only, no names."""
    import json

    from pipelines.sampling import draw, of_release, workbook

    settings = settings_of_process()
    pointer = settings.pointer_file
    if not pointer.is_file():
        say("There is no release yet. Run `xianqing run` first.")
        raise typer.Exit(1)
    folder = settings.marts_dir / pointer.read_text(encoding="utf-8").strip()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    people = of_release(folder, area or manifest["place"]["code"])
    if people.is_empty():
        say(f"There are no exited households in {area or manifest['place']['code']}.")
        raise typer.Exit(1)
    drawing = draw(people, size, seed)
    out.write_bytes(workbook(drawing, "模拟数据" if manifest["is_synthetic"] else ""))
    say(
        f"{drawing.sample.height} of {people.height} households in {drawing.strata.height} strata and "
        f"{drawing.route.height} villages, seed {seed}: {out}"
    )
