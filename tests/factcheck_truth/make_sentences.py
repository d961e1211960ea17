"""Writes `sentences.yml`: constructed sentences with their truth, the same bytes on every run.

What belongs here: how many sentences of each construction are made, their numbering and the file. What does not: the
wording (`templates.py`, `templates_forms.py`, `silences.py`, `hand_….py`). Run it from the project's folder:
``python -m tests.factcheck_truth.make_sentences``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from typing import Any

import yaml

from tests.factcheck_truth.hand_right import RIGHT
from tests.factcheck_truth.hand_silent import SILENT
from tests.factcheck_truth.hand_wrong import WRONG
from tests.factcheck_truth.silences import SILENCES
from tests.factcheck_truth.templates_forms import CONSTRUCTIONS

TARGET = Path(__file__).with_name("sentences.yml")
RIGHT_PER_CONSTRUCTION = 12
WRONG_PER_CONSTRUCTION = 10
SILENT_PER_CONSTRUCTION = 12
HEADER = "# 自拟句子及其真值;由 make_sentences.py 写成,请勿手改。字段与容差规则见 README.md。\n"


def from_templates() -> list[dict[str, Any]]:
    """All sentences of the templates; every construction has a random stream of its own."""
    made: list[dict[str, Any]] = []
    for name, template in CONSTRUCTIONS.items():
        for variant, count in (("right", RIGHT_PER_CONSTRUCTION), ("wrong", WRONG_PER_CONSTRUCTION)):
            rng = Random(f"{name}/{variant}")
            for i in range(count):
                text, expected = template(rng, i, variant == "wrong")
                shown = variant if expected else "silent"
                made.append({"variant": shown, "construction": name, "text": text, "expect": expected})
    for name, silence in SILENCES.items():
        rng = Random(f"silence/{name}")
        texts = dict.fromkeys(silence(rng, i) for i in range(SILENT_PER_CONSTRUCTION))
        made += [{"variant": "silent", "construction": name, "text": text, "expect": []} for text in texts]
    return made


def sentences() -> list[dict[str, Any]]:
    """Every sentence with its id: T… from templates, H… written by hand; commas full-width or not, in turn."""
    made = from_templates()
    for i, entry in enumerate(made):
        if i % 3 == 2:  # reports taken from the web have their punctuation narrowed
            entry["text"] = entry["text"].replace("，", ",").replace("（", "(").replace("）", ")").replace("；", ";")
    numbered = [{"id": f"T{i:04d}", "source": "template", **entry} for i, entry in enumerate(made, 1)]
    numbered += [{"id": f"H{i:03d}", "source": "hand", **entry} for i, entry in enumerate([*RIGHT, *WRONG, *SILENT], 1)]
    return numbered


def written() -> str:
    """The file's text."""
    return HEADER + yaml.safe_dump(sentences(), allow_unicode=True, sort_keys=False, width=1000)


def main() -> None:
    """Write the file and say how many sentences it holds."""
    TARGET.write_text(written(), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{len(sentences())} sentences\n")


if __name__ == "__main__":
    main()
