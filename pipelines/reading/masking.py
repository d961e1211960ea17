"""What of a bad value may be shown to a steward: enough to find it, too little to know a person by it."""

from __future__ import annotations

import re

from pipelines.contracts import Field

SHOWN_LENGTH = 24
_HARMLESS = re.compile(r"[0-9.,%:()（）/+\-#年月日万亿元无是否 ]{1,24}")
_LONG_DIGITS = re.compile(r"\d{9,}")
_LIKE_IDENTITY = re.compile(r"\d{15,}")
_NAMED_IDENTITY = re.compile(r"\d{15,}[Xx]?")
_BETWEEN_DIGITS = re.compile(r"[,:/\- ]")


def mask(value: str) -> str:
    """First two and last one character, stars between; a short value shows its first character only.

    >>> mask("530323199001010018")
    '53***************8'
    """
    text = value.replace("\n", " ")
    if len(text) <= 4:
        return text[:1] + "*" * (len(text) - 1)
    return text[:2] + "*" * min(len(text) - 3, SHOWN_LENGTH) + text[-1:]


def shown(value: str | None, field: Field) -> str | None:
    """The value as it may be shown: numbers and dates of impersonal fields in clear, everything else masked.

    An impersonal field may hold a person's value by mistake, hence words and long numbers are masked there too, and
    what may be an identity (15 digits and more, however divided) is masked in a column of money as well.
    """
    if value is None:
        return None
    if _LIKE_IDENTITY.search(_BETWEEN_DIGITS.sub("", value)):
        return mask(value)
    is_number = field.amount or _LONG_DIGITS.search(value) is None
    if field.personal == "none" and not field.is_pseudonym and is_number and _HARMLESS.fullmatch(value):
        return value
    return mask(value)


def shown_name(file_name: str) -> str:
    """A file's name as receipts and pages may show it: what may be an identity number is masked.

    >>> shown_name("990720197105295496更正.xlsx")
    '99***************6更正.xlsx'
    """
    return _NAMED_IDENTITY.sub(lambda found: mask(found.group()), file_name)
