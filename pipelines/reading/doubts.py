"""What the reader doubts about a file: a closed list of kinds, each with what it means in both languages.

Belongs here: the shape of a doubt and the list of kinds. Does not belong here: deciding when one applies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pipelines.contracts import Text
from pipelines.reading.reasons import REASONS

KINDS: Mapping[str, Text] = MappingProxyType(
    {code: Text(zh=reason.zh, en=reason.en) for code, reason in REASONS.items()}
    | {
        "ragged_row": Text(
            zh="本行的列数与表不一致；只保留位置确定的值，其余留空",
            en="the row has another number of cells than the table; values whose column is certain are kept, the "
            "others left blank",
        ),
        "mixed_delimiter": Text(
            zh="本行使用了另一种分隔符", en="the row is split by another delimiter than the rest of the file"
        ),
        "stray_quote": Text(
            zh="引号不配对，按原样保留为文字",
            en="a quotation mark without its partner; it is kept as part of the text",
        ),
        "delimiter_guess": Text(
            zh="分隔符不能确定", en="the delimiter is not certain: more than one explains the file, or none does well"
        ),
        "encoding": Text(
            zh="编码不是由标记或严格校验确定的",
            en="the encoding was inferred, not declared by a mark or proved by strict decoding",
        ),
        "mojibake": Text(zh="文字已成乱码", en="the text is garbled: lost in an earlier conversion"),
        "control_character": Text(
            zh="含有控制字符或不可见字符", en="the cell contains control characters or invisible ones"
        ),
        "line_end": Text(
            zh="换行符混用，可能把一行断成两行",
            en="line ends are mixed: a line may have been broken in two",
        ),
        "header_guess": Text(
            zh="表头不能确定（没有表头、表头不完整或多行）",
            en="the header is not certain: missing, incomplete, or possibly of more rows",
        ),
        "duplicate_header": Text(zh="表头中有重名的列", en="two columns have the same name"),
        "blank_header": Text(zh="这一列有数据而没有列名", en="the column holds values but has no name"),
        "second_table": Text(
            zh="同一工作表（文件）里还有另一张表", en="there is another table in the same sheet or file"
        ),
        "no_data": Text(zh="只有表头，没有数据行", en="there is a header and no row of data"),
        "single_row": Text(zh="只有一行数据", en="there is a single row of data"),
        "hidden": Text(
            zh="隐藏的行、列或工作表；数据已照常读出", en="hidden row, column or sheet; its data were read all the same"
        ),
        "formula": Text(
            zh="公式没有保存结果，或结果是错误值", en="a formula without a stored result, or with an error as result"
        ),
        "number_format": Text(
            zh="数字格式改变了显示的数值或带有单位，显示值与单元格值不同",
            en="the number format shows another figure or adds a unit: what is shown is not what the cell holds",
        ),
        "merged_cells": Text(
            zh="数据区有合并单元格；只有左上角有值，没有填充",
            en="merged cells among the data; only the first one holds the value, nothing was filled in",
        ),
        "numeric_identity": Text(
            zh="号码存成了数字，15位以后的数字已丢失",
            en="a number of more than 15 digits stored as a numeric cell: the digits beyond the 15th are lost",
        ),
        "lost_zero": Text(
            zh="代码可能丢失了前导零", en="a code is shorter than the others: its leading zero may be lost"
        ),
        "mixed_type": Text(
            zh="数值列中的文字，或与本列其他值类型不同",
            en="text in a column of numbers, or a value of another type than the rest of its column",
        ),
        "damaged_number": Text(
            zh="数字中有空格、全角或误认字符，可能已损坏",
            en="a number with blanks, full-width or misread characters inside: it may be damaged",
        ),
        "subtotal_mismatch": Text(zh="合计与各分项之和不符", en="a total differs from the sum of its parts"),
        "truncated": Text(zh="文件可能被截断", en="the file may have been cut off"),
        "repeated_header": Text(
            zh="表头在数据中间重复出现，已作为非数据行",
            en="the header occurs again among the data; set aside as no data",
        ),
    }
)


@dataclass(frozen=True)
class Doubt:
    """One doubt at a place of the source, rows and columns from 1; None means the whole row, column or table.

    ``detail`` adds what the kind's text cannot say. It must not repeat a cell's value: doubts are printed and logged.
    """

    kind: str
    row: int | None = None
    column: int | None = None
    detail: Text | None = None

    @property
    def why(self) -> Text:
        """The sentence for people."""
        about = KINDS[self.kind]
        if self.detail is None:
            return about
        return Text(zh=f"{about.zh}：{self.detail.zh}", en=f"{about.en}: {self.detail.en}")
