"""What a reading process may not do: use more than its memory, reach a network, leave a core dump.

Belongs here: limits of the process itself, set once before the first foreign byte is read. Linux is assumed for the
limits; where the kernel refuses a network namespace, the audit hook alone stands guard.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
_NETWORK_EVENTS = frozenset(
    ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.__new__")
)


class NetworkRefusedError(PermissionError):
    """A reading process tried to use the network."""


def _refuse_network(event: str, _: tuple[object, ...]) -> None:
    if event in _NETWORK_EVENTS:
        raise NetworkRefusedError(f"a reading process may not use the network ({event})")


def confine(memory_mb: int) -> None:
    """Limit this process for good; ``memory_mb`` caps its address space."""
    limit = memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    leave_network()
    sys.addaudithook(_refuse_network)


def leave_network() -> bool:
    """Move into an empty network namespace; False where the kernel does not let an ordinary process do so."""
    unshare = getattr(ctypes.CDLL(None, use_errno=True), "unshare", None)
    return unshare is not None and unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0
