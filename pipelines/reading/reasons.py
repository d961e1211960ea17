"""Why a row was rejected and what the sender should do, in both languages; one entry per reason code.

Belongs here: the closed list of row-level reason codes with their texts. Does not belong here: deciding which
code applies.
"""

from __future__ import annotations

from typing import NamedTuple


class Reason(NamedTuple):
    """The texts of one reason code, as shown to the steward and to the department."""

    zh: str
    en: str
    remedy_zh: str
    remedy_en: str


REASONS: dict[str, Reason] = {
    "numeric_identity": Reason(
        "号码存成了数字，15位以后的数字已丢失",
        "the number was stored as a numeric cell, digits beyond the 15th are lost",
        "请把该列设为文本格式后从源系统重新导出，不要在表格里修补",
        "format the column as text and export again from the source system; do not repair it by hand",
    ),
    "bad_check_digit": Reason(
        "证件号码校验位不符",
        "the identity number's check digit is wrong",
        "请对照证件原件核对号码",
        "compare the number with the document itself",
    ),
    "identity_length": Reason(
        "证件号码位数不对（应为18位，残疾人证20位）",
        "the identity number has the wrong length (18 digits, 20 on a disability certificate)",
        "请补全号码；15位旧号码须向公安部门换取18位号码",
        "complete the number; an old 15-digit one must be exchanged with the police for 18 digits",
    ),
    "identity_birth_mismatch": Reason(
        "证件号码中的出生日期或性别与本行不符",
        "the birth date or sex inside the identity number differs from this row's",
        "请核对证件号码、出生日期和性别三项",
        "check identity number, birth date and sex against the document",
    ),
    "missing_required": Reason(
        "必填项为空", "a required value is missing", "请补填后重新报送", "fill the value in and send the file again"
    ),
    "unknown_code": Reason(
        "取值不在代码表内",
        "the value is not in the code list",
        "请改用代码表中的取值；确属新代码的，请数据管理员更新合同",
        "use a value of the code list; if it is a new code, ask the steward to extend the contract",
    ),
    "bad_number": Reason(
        "不是规范的数字",
        "not a well-formed number",
        "请只填数字，单位写在表头，小数不超过规定位数；没有数值的留空",
        "write digits only, the unit in the header, no more decimals than allowed; leave it blank for none",
    ),
    "bad_date": Reason(
        "不是有效日期",
        "not a valid date",
        "请按 2020-06-30 的样式填写四位年份的日期",
        "write the date like 2020-06-30, with a four-digit year",
    ),
    "out_of_range": Reason(
        "数值超出允许范围",
        "the value lies outside the allowed range",
        "请核对数值和单位",
        "check the value and its unit",
    ),
    "pattern_mismatch": Reason(
        "格式不符（位数、字符或号段不对）",
        "the value does not have the required form (length, characters or number range)",
        "请核对是否丢失前导零或多出字符；正式库不接受模拟号段 9901–9909",
        "look for lost leading zeros or extra characters; a real installation refuses the synthetic prefixes 9901–9909",
    ),
    "ragged_row": Reason(
        "本行列数与表头不一致，或引号不配对",
        "the row has another number of columns than the header, or an unpaired quote",
        "请检查本行多余或缺少的分隔符和引号后重新导出",
        "look for an extra or missing delimiter or quote in this row and export again",
    ),
    "mojibake": Reason(
        "文字已成乱码",
        "the text is garbled (lost in an earlier conversion)",
        "请从源系统按 UTF-8 或 GB18030 重新导出",
        "export again from the source system in UTF-8 or GB18030",
    ),
    "duplicate_key": Reason(
        "主键重复",
        "the key occurs more than once in the file",
        "请每个编号只保留一行；内容不同的须核实哪一行正确",
        "keep one row per key; where the rows differ, find out which one is right",
    ),
    "unknown_area": Reason(
        "区划名称或代码在本期区划表中找不到",
        "the place is not in the division table of this period",
        "请使用当期的标准乡镇、村名称或12位代码",
        "use the official township and village names or 12-digit codes of the period",
    ),
    "wrong_period": Reason(
        "本行的期间与文件的期间不同",
        "the row belongs to another period than the file",
        "请只报送本期数据",
        "send rows of this period only",
    ),
    "future_date": Reason(
        "日期晚于本期末一个月以上",
        "the date lies more than a month after the end of the period",
        "请核对日期",
        "check the date",
    ),
    "formula_error": Reason(
        "单元格是公式错误值，或公式没有保存结果",
        "the cell holds a formula error, or a formula without a stored result",
        "请在表格中改正公式，粘贴为数值后重新报送",
        "correct the formula in the workbook, paste it as a value and send again",
    ),
    "control_character": Reason(
        "含有控制字符",
        "the value contains control characters",
        "请删除不可见字符后重新报送",
        "remove the invisible characters and send again",
    ),
    "impossible_age": Reason(
        "出生日期晚于本期末，或年龄超过130岁",
        "the birth date lies after the end of the period, or the person would be older than 130",
        "请对照证件核对出生日期",
        "check the birth date against the document",
    ),
}

CODES = tuple(REASONS)
CODE_NUMBER = {code: number for number, code in enumerate(CODES)}
