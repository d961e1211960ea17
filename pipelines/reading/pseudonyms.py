"""Keyed pseudonyms: the same person under the same key is the same text, and nothing leads back without the key."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

PSEUDONYM_BYTES = 16


def pseudonyms(values: Iterable[str], *, key: bytes, domain: str) -> list[str]:
    """HMAC-SHA256 of ``domain``, a zero byte and each value, first 16 bytes as hexadecimal.

    The domain keeps a household number and an identity number with the same digits apart.
    """
    base = hmac.new(key, domain.encode() + b"\0", "sha256")
    result = []
    for value in values:
        digest = base.copy()
        digest.update(value.encode())
        result.append(digest.digest()[:PSEUDONYM_BYTES].hex())
    return result
