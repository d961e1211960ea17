"""Workbooks written by hand, down to the XML, for damages that no program writes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_KINDS = ("worksheet", "sharedStrings", "styles")


def styles_xml(formats: Sequence[str]) -> str:
    """Styles 1, 2, … with these number formats; style 0 is general."""
    codes = "".join(
        f'<numFmt numFmtId="{164 + at}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for at, code in enumerate(formats)
    )
    cells = "".join(f'<xf numFmtId="{164 + at}"/>' for at in range(len(formats)))
    styles = f'<numFmts>{codes}</numFmts><cellXfs><xf numFmtId="0"/>{cells}</cellXfs>'
    return f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'


def cell(address: str, value: object, extra: str = "") -> str:
    """A cell with a value."""
    return f'<c r="{address}"{extra}><v>{value}</v></c>'


def book(
    rows: str,
    *,
    formats: Sequence[str] = (),
    texts: str | None = "<si><t>a</t></si><si><t>b</t></si>",
    before: str = "",
    after: str = "",
    properties: str = "",
    namespace: str = MAIN,
) -> bytes:
    """A workbook of one sheet; ``before`` and ``after`` stand around its cells."""
    relations = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/{kind}" Target="{kind if at else "worksheets/sheet1"}.xml"/>'
        for at, kind in enumerate(_KINDS)
    )
    members = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{namespace}" xmlns:r="{_OFFICE}">{properties}<sheets>'
        '<sheet name="表" sheetId="1" r:id="rId0"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{relations}</Relationships>',
        "xl/worksheets/sheet1.xml": f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{namespace}">'
        f"{before}<sheetData>{rows}</sheetData>{after}</worksheet>",
        "xl/styles.xml": styles_xml(formats),
    }
    if texts is not None:
        members["xl/sharedStrings.xml"] = f'<sst xmlns="{namespace}">{texts}</sst>'
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return target.getvalue()
