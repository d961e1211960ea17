"""The refusal that all looks into an archive share.

Belongs here: its words. Does not belong here: when to refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from pipelines.reading.tables import FileRefusedError

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def not_readable(detail_zh: str, detail_en: str) -> FileRefusedError:
    """The refusal of a workbook that cannot be read, for the given reason."""
    return FileRefusedError(
        f"工作簿无法读取：{detail_zh}。",
        f"The workbook cannot be read: {detail_en}.",
        "请用表格软件打开原文件，另存为普通 XLSX（不加密、不带宏）后重新报送。",
        "Open the original, save it as a plain XLSX without a password or macros and send it again.",
    )


def damaged() -> FileRefusedError:
    """The refusal of an archive that is damaged or cut off."""
    return not_readable("压缩包损坏或不完整", "the archive is damaged or cut off")


def beyond(detail_zh: str, detail_en: str) -> FileRefusedError:
    """The refusal of a workbook that is out of all proportion."""
    return not_readable(f"{detail_zh}，超出限度", f"{detail_en}, beyond the limit")


def too_sparse(area: int) -> FileRefusedError:
    """The refusal of a sheet whose cells lie so far apart that its rectangle is nearly empty."""
    return beyond(
        f"工作表有{area}格的范围而几乎全空，有单元格写在很远的行列",
        f"a sheet spans {area} cells and is almost empty: some cell lies far out",
    )


def refuse_panics(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Turn a panic of a parser outside Python (no ``Exception``, and not importable by name) into a refusal."""

    @wraps(function)
    def guarded(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Result:
        try:
            return function(*arguments, **named)
        except BaseException as error:
            if type(error).__name__ != "PanicException":
                raise
            raise not_readable("内部结构损坏", "its inner structure is damaged") from error

    return guarded
