"""What stands above every page: the badges of the release, the banner of a run, and what to say before the first one.

Belongs here: texts as escaped HTML. Does not belong here: drawing (``layout.py``), places and months (``place.py``).
"""

from __future__ import annotations

import html
import json
import re

from dashboards.data import Release, Row
from dashboards.words import LANGUAGES, Words, load_catalogue

SHOWN_REASONS = 3
LIGHT_ICONS = {"severe": "▲", "minor": "◆", "none": "○"}
# Gates name the test that warned; the name helps the steward, who finds it with the last run, and nobody else.
_NAME_OF_A_TEST = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+){2,}(?: (?:test|balance))?(?:：|: )?")
_GATES_OF_TESTS = ("模型与测试：", "人口平衡：", "Models and their tests: ", "Register bridges: ")
_RECEIPT_AND_CHECK = re.compile(r"\b[a-z_]+-[0-9]{4}(?:-[0-9]{2})?-[0-9a-f]{12}(?: [a-z_ ]+)?(?:：|: )")


def light_now(release: Release, status: Row) -> Row:
    """The release's data light, with the files that the last run holds beside it: they are no part of a release."""
    light: Row = release.manifest["data_light"]
    reasons_now = [reason for reason in light["reasons"] if not reason["zh"].endswith("个文件待认领")]
    if held := len(status.get("held", [])):
        reasons_now.append(
            {language: load_catalogue(language)["badge.held"].format(count=held) for language in LANGUAGES}
        )
    level = "minor" if held and light["level"] == "none" else light["level"]
    return {**light, "level": level, "reasons": reasons_now}


def badges(release: Release, words: Words, status: Row, withdrawn: str | None = None) -> str:
    """The synthetic mark, month, release, outstanding departments and data light of a release.

    ``withdrawn`` is the newer release from which readers were sent back, if they were.
    """
    manifest = release.manifest
    light = light_now(release, status)
    late = list(dict.fromkeys(words.of(entry, "department") for entry in manifest["late_departments"]))
    parts = [f'<span class="mark">{_safe(words("mark.synthetic"))}</span>'] if release.is_synthetic else []
    shown = (
        words("badge.as_of", month=words.month(release.as_of_period)),
        words("badge.release", release=release.release_id),
        words("badge.late", names=words("list.separator").join(late)) if late else words("badge.none_late"),
        words(
            "badge.light",
            icon=LIGHT_ICONS[light["level"]],
            level=words(f"light.{light['level']}"),
            why=reasons(light, words, SHOWN_REASONS),
        ),
    )
    if back := gone_back(release, words, withdrawn):
        parts.append(f'<span class="mark">{_safe(back)}</span>')
    parts += [f"<span>{_safe(text)}</span>" for text in shown]
    return f'<div class="badges">{"".join(parts)}</div>'


def gone_back(release: Release, words: Words, withdrawn: str | None) -> str:
    """That readers were sent back to ``release`` from a newer one; empty when they were not."""
    if withdrawn is None:
        return ""
    day = words.day(str(release.manifest["created_at"]))
    return words("badge.gone_back", release=release.release_id, day=day, newer=withdrawn)


def warning(text: str) -> str:
    """A line above the page's question that a reader must not miss."""
    return f'<div class="banner">{_safe(text)}</div>'


def reasons(light: Row, words: Words, most: int | None = None) -> str:
    """Why the data light stands where it does, ``most`` of it; the light's own text when no reason is given."""
    said = [_without_tests(words.of(reason)) for reason in light["reasons"]]
    rest = 0 if most is None else len(said) - most
    if rest > 1:
        said = [*said[:most], words("badge.more", count=rest)]
    return words("list.separator").join(said) or words.of(light)


def _without_tests(reason: str) -> str:
    """What a gate of tests says without their names; any other reason as it is, for a file may be named like a test."""
    return _NAME_OF_A_TEST.sub("", reason) if reason.startswith(_GATES_OF_TESTS) else reason


def without_receipts(text: str) -> str:
    """What a gate says without the receipt and the column of each check: the sentence names file and row itself."""
    return _RECEIPT_AND_CHECK.sub("", text)


def run_banner(words: Words, status: Row) -> str:
    """What is said of a run that failed or is under way; empty otherwise."""
    run = status.get("last_run") or {}
    if run.get("state") not in ("failed", "running"):
        return ""
    text = words(
        f"banner.{run['state']}",
        when=words.day(run["started_at"]),
        stage=words.name("stage", run["stage"]),
        why=words.of(run["message"]),
    )
    return warning(text)


def upload_style(words: Words) -> str:
    """The words of Streamlit's upload box, which cannot be set, in the reader's language; formats stand in the page."""
    box = '[data-testid="stFileUploaderDropzone{part}"] {inner}'
    texts = ((box.format(part="", inner="button p"), "choose"), (box.format(part="Instructions", inner="span"), "drop"))
    return "".join(
        f"{where} {{ font-size: 0; }} {where}::after {{ font-size: 0.9rem; content: {text}; }}"
        for where, text in ((where, json.dumps(words(f"uploads.{key}"), ensure_ascii=False)) for where, key in texts)
    )


def nothing_yet(words: Words) -> str:
    """What to run when nothing has been published yet."""
    return (
        f"<h1>{_safe(words('empty.title'))}</h1>"
        f"<p class='answer'>{_safe(words('empty.what'))}</p>"
        f"<p><code>make run</code> — {_safe(words('empty.make_run'))}</p>"
        f"<p><code>xianqing run</code> — {_safe(words('empty.xianqing_run'))}</p>"
    )


def _safe(text: object) -> str:
    return html.escape(str(text))
