"""The doctor: one line for each thing, and what to do when it is not right."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from pipelines.doctor import Finding, examine, locks_work
from pipelines.installation import initialise
from pipelines.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return initialise(tmp_path / "data", place="shizong", synthetic=True).model_copy(update={"minimum_free_mb": 1})


def finding(settings: Settings, name: str) -> Finding:
    return next(one for one in examine(settings) if one.name == name)


def test_whatever_is_not_right_says_what_to_do(settings: Settings) -> None:
    findings = examine(settings)

    assert len({one.name for one in findings}) == len(findings) > 10
    assert all(one.remedy for one in findings if one.state != "ok")


def test_locks_are_tried_with_a_second_process(tmp_path: Path) -> None:
    assert locks_work(tmp_path)


def test_a_key_that_others_can_read_is_a_problem(settings: Settings) -> None:
    assert finding(settings, "pseudonym key").state == "ok"
    settings.pseudonym_key_file.chmod(0o640)

    assert finding(settings, "pseudonym key").state == "problem"
    assert "chmod 600" in finding(settings, "pseudonym key").remedy


def test_a_full_disk_is_a_problem(settings: Settings) -> None:
    assert finding(settings.model_copy(update={"minimum_free_mb": 10**9}), "free space").state == "problem"


def test_a_taken_port_is_a_warning(settings: Settings) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        assert finding(settings.model_copy(update={"dashboard_port": port}), "dashboard port").state == "warning"
    assert finding(settings.model_copy(update={"dashboard_port": port}), "dashboard port").state == "ok"


def test_a_release_from_the_future_shows_a_wrong_clock(settings: Settings) -> None:
    assert finding(settings, "clock").state == "ok"
    settings.pointer_file.write_text("20991231T000000000Z-0123abcd\n")

    assert finding(settings, "clock").state == "problem"
    assert finding(settings, "release").state == "problem"


def test_a_real_installation_is_recognised(settings: Settings) -> None:
    assert finding(settings, "mode").state == "warning"
    refusing = settings.model_copy(update={"allow_synthetic": False})
    assert finding(refusing, "mode").state == "warning"
    real = initialise(settings.data_dir.parent / "real", place="shizong", synthetic=False)
    assert finding(real, "mode").state == "ok"
    assert finding(real.model_copy(update={"allow_synthetic": True}), "mode").state == "problem"
