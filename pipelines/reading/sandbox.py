"""What a reading process may not do: use more than its memory or time, reach a network, write outside its folder,
start programs, leave a core dump.

Belongs here: limits of the process itself, set before the first foreign byte is read, and the share of them that one
file may use. Linux is assumed for the limits; where the kernel refuses a network namespace, the audit hook alone
stands guard.

A small file gets a small share: whatever it claims to unpack to, it is stopped long before the machine feels it. The
share grows with the file, up to the settings.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from pathlib import Path
from typing import Any

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
_NETWORK_EVENTS = frozenset(
    ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.__new__")
)


_PROGRAM_EVENTS = frozenset(
    ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.spawn")
)
_CHANGES = frozenset(
    (
        "os.remove", "os.rmdir", "os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "os.chmod",
        "os.chown", "os.utime", "os.setxattr", "os.removexattr", "shutil.rmtree", "shutil.move", "shutil.copyfile",
    )
)  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_MB = 1024 * 1024
# What an address space holds besides memory in use: libraries, and what allocators and threads only reserve.
RESERVED_MB = 2048
SHARE_MB = 304
SHARE_PER_BYTE = 96
CPU_SECONDS = 5
CPU_SECONDS_PER_MB = 4


class NetworkRefusedError(PermissionError):
    """A reading process tried to use the network."""


class WriteRefusedError(PermissionError):
    """A reading process tried to change something outside its task's folder, or to start a program."""


class _Confinement:
    """The folder that the task in hand may write to; there is one per process."""

    folder: str | None = None


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _NETWORK_EVENTS:
        raise NetworkRefusedError(f"a reading process may not use the network ({event})")
    if event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & _WRITING and not isinstance(path, int) and not _is_ours(path):
            raise WriteRefusedError("a reading process may only write to its task's folder")
    elif event in _CHANGES:
        if not all(_is_ours(path) for path in arguments if isinstance(path, str | bytes | os.PathLike)):
            raise WriteRefusedError(f"a reading process may only change its task's folder ({event})")
    elif event in _PROGRAM_EVENTS:
        raise WriteRefusedError(f"a reading process may not start programs ({event})")


def _is_ours(path: str | bytes | os.PathLike[str]) -> bool:
    """True for a path inside the task's folder, links followed."""
    if _Confinement.folder is None:
        return False
    real = os.path.realpath(os.fsdecode(path))
    return real == _Confinement.folder or real.startswith(_Confinement.folder + os.sep)


def confine(memory_mb: int) -> None:
    """Limit this process for good; ``memory_mb`` caps the memory that it may fill.

    The address space has a limit of its own: a list of a million persons fills 2 GB and spans more than 4.
    """
    for kind, limit in ((resource.RLIMIT_DATA, memory_mb), (resource.RLIMIT_AS, memory_mb + RESERVED_MB)):
        most = _no_more_than_now(kind, limit * _MB)
        resource.setrlimit(kind, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    leave_network()
    sys.dont_write_bytecode = True
    sys.addaudithook(_refuse)


def grant(size: int, folder: str | None, patience: int = 1) -> None:
    """Set what the next task may use: memory and processor time by the file's ``size`` in bytes, a folder to write to.

    ``patience`` multiplies the share of time. The kernel ends the process that uses more time and refuses it more
    memory.
    """
    _Confinement.folder = None if folder is None else os.path.realpath(folder)
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5]) * resource.getpagesize()
    _lower(resource.RLIMIT_DATA, used + SHARE_MB * _MB + SHARE_PER_BYTE * size)
    times = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(times.ru_utime + times.ru_stime) + 1
    share = spent + patience * (CPU_SECONDS + CPU_SECONDS_PER_MB * size // _MB)
    _lower(resource.RLIMIT_CPU, share, below=1)  # at the hard limit the kernel kills and does not say why


def _lower(kind: int, limit: int, below: int = 0) -> None:
    """The soft limit alone, so that the next task may have another."""
    resource.setrlimit(kind, (_no_more_than_now(kind, limit, below), resource.getrlimit(kind)[1]))


def _no_more_than_now(kind: int, limit: int, below: int = 0) -> int:
    """``limit``, or as much ``below`` the hard limit that the service's own manager has set."""
    hard = resource.getrlimit(kind)[1]
    return limit if hard == resource.RLIM_INFINITY else min(limit, max(hard - below, 0))


def leave_network() -> bool:
    """Move into an empty network namespace; False where the kernel does not let an ordinary process do so."""
    unshare = getattr(ctypes.CDLL(None, use_errno=True), "unshare", None)
    return unshare is not None and unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0
