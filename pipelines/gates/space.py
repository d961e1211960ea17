"""Whether the disk has room for a build and a release beside the standing one."""

from __future__ import annotations

import os
from pathlib import Path

from pipelines.gates.result import GateResult, judge, summarise

# A build file and a release together were 0.9 times the size of their bronze rows (synthetic county, 2026-11).
BYTES_PER_BRONZE_BYTE = 2.0


def folder_bytes(folder: Path) -> int:
    """The bytes of all files below ``folder``, 0 when there is none."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def free_bytes(folder: Path) -> int:
    """What an ordinary user may still write to the file system of ``folder``."""
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize


def space_gate(data_dir: Path, bronze_dir: Path, minimum_free_mb: int) -> GateResult:
    """Free space against what a build needs, before anything is written."""
    needed = int(folder_bytes(bronze_dir) * BYTES_PER_BRONZE_BYTE) + minimum_free_mb * 1024 * 1024
    free = free_bytes(data_dir)
    enough = free >= needed
    megabytes = free // 2**20, needed // 2**20
    zh = f"{data_dir} 剩余 {megabytes[0]} MB，需要 {megabytes[1]} MB，请清理磁盘或改用更大的数据目录"
    en = (
        f"{megabytes[0]} MB are free in {data_dir} and {megabytes[1]} MB are needed: make room, or point "
        "XIANQING_DATA_DIR at a larger disk"
    )
    check = judge("free space", data_dir.name, 1, 1, 1, int(not enough), zh, en)
    return summarise("space", "磁盘空间", "Free space", [check])
