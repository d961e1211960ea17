"""Cells written as ``="…"``, by which exporters keep a spreadsheet from taking a text for a number.

Belongs here: taking the sign and the quotes off before a line is split. Does not belong here: the same spelling inside
a cell that is quoted as usual, which is a matter of the value.
"""

from __future__ import annotations

import re

# A whole cell: between delimiters or the ends of its line, without a quote or a delimiter inside.
_CELL = re.compile(r'(?m)(?:^|(?<=[,;|\t]))="([^",;|\t\n]*)"(?=[,;|\t]|$)')


def plain_cells(text: str) -> str:
    """The text, its lines ended by one line feed, with such cells plain; any other quotation mark stays where it is.

    >>> plain_cells('1,="0012",a="b"')
    '1,0012,a="b"'
    """
    return _CELL.sub(r"\1", text) if '="' in text else text
