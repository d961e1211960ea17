"""Loaded by every Python process of a test that forbids the network: refuses and records what is not loopback."""

import os
import socket
import sys

_LOG = os.environ.get("XIANQING_TEST_NETWORK_LOG")
_LOCAL = ("127.", "::1", "localhost", "0.0.0.0", "::ffff:127.")


def _refuse_far_addresses(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = str(address[0]) if isinstance(address, tuple) else ""
    elif event == "socket.getaddrinfo":
        host = str(arguments[0] or "")
    else:
        return
    if host and not host.startswith(_LOCAL) and host != socket.gethostname():
        with open(str(_LOG), "a", encoding="utf-8") as log:  # noqa: PTH123
            log.write(f"{event} {host} by {sys.argv[:3]}\n")
        raise OSError(f"no network in this test: {host}")


if _LOG:
    sys.addaudithook(_refuse_far_addresses)
