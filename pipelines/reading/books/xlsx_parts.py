"""The parts of an .xlsx archive: which member holds which sheet, the styles, the epoch of dates.

Belongs here: relations between members. Does not belong here: cells.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from html import unescape

from pipelines.reading.books.number_formats import NumberFormat, read_styles
from pipelines.reading.books.plain_cells import PlainCells
from pipelines.reading.books.sheet_tags import attributes, damaged, is_true, require_utf8
from pipelines.reading.books.sheet_xml import SheetFacts, SheetScan

_WORKBOOK = "xl/workbook.xml"
_TAIL = 1 << 16


class XlsxParts:
    """An archive with its relations resolved; raises FileRefusedError when they lead nowhere."""

    def __init__(self, raw: bytes) -> None:
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(raw))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise damaged("压缩包损坏或不完整", "the archive is damaged or cut off") from error
        self._members = {name.replace("\\", "/").lower(): name for name in self._archive.namelist()}
        workbook = self._read(_WORKBOOK)
        if workbook is None:
            raise damaged("压缩包内没有工作簿", "the archive holds no workbook")
        require_utf8(workbook, "workbook.xml")
        workbook = re.sub(rb"<!--.*?-->", b"", workbook, flags=re.DOTALL)
        found = re.search(rb"<(?:\w+:)?workbookPr\b[^>]*>", workbook)
        self.is_1904 = found is not None and is_true(attributes(found[0]).get("date1904"))
        self._targets = self._relations()
        self.parts = self._sheet_parts(workbook)
        styles = self._read(self._target_of("/styles"))
        if styles is not None:
            require_utf8(styles, "styles.xml")
        self.formats: dict[int, NumberFormat] = {} if styles is None else read_styles(styles)
        texts = self._target_of("/sharedStrings")
        if texts is not None and texts.lower() in self._members:
            with self._archive.open(self._members[texts.lower()]) as stream:
                require_utf8(stream.read(512), "sharedStrings.xml")

    def _read(self, part: str | None) -> bytes | None:
        name = None if part is None else self._members.get(part.lower())
        if name is None:
            return None
        try:
            return self._archive.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise damaged("压缩数据损坏", "its packed data are damaged") from error

    def _relations(self) -> dict[str, tuple[str, str]]:
        """Id to kind and member of each relation of the workbook."""
        found = {}
        for tag in re.findall(rb"<(?:\w+:)?Relationship\b[^>]*>", self._read("xl/_rels/workbook.xml.rels") or b""):
            given = {name: unescape(value.decode(errors="replace")) for name, value in attributes(tag).items()}
            target = given.get("Target", "").replace("\\", "/")
            target = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            if given.get("Id", "") in found:
                raise damaged("内部关系重复", "two of its relations have the same name")
            found[given.get("Id", "")] = (given.get("Type", ""), target)
        return found

    def _target_of(self, ending: str) -> str | None:
        return next((target for kind, target in self._targets.values() if kind.endswith(ending)), None)

    def _sheet_parts(self, workbook: bytes) -> dict[str, str]:
        """Sheet name to member, worksheets only, in the workbook's order."""
        parts: dict[str, str] = {}
        seen = set()
        for tag in re.findall(rb"<(?:\w+:)?sheet\s[^>]*>", workbook):
            given = attributes(tag)
            name = unescape(given.get("name", b"").decode(errors="replace"))
            relation = next((value.decode() for key, value in given.items() if key.endswith(":id")), "")
            if name.lower() in seen:
                raise damaged(f"有两个名为{name}的工作表", f"two sheets are called {name}")
            seen.add(name.lower())
            kind, target = self._targets.get(relation, ("", ""))
            if target.lower() not in self._members:
                raise damaged(f"找不到工作表{name}的内容", f"the content of the sheet {name} is missing")
            if kind.endswith("/worksheet"):
                parts[name] = self._members[target.lower()]
        return parts

    def facts(self, name: str, cells: PlainCells | None = None) -> SheetFacts:
        """What the XML of a sheet says; its plain cells are put into ``cells``."""
        return SheetScan(name, self.formats, len(self.formats), cells).run(self._archive, self.parts[name])

    def unpacked_size(self, name: str) -> int:
        """The stated size of a sheet's XML in bytes, 0 for what is no worksheet."""
        return self._archive.getinfo(self.parts[name]).file_size if name in self.parts else 0

    def with_sheet(self, name: str, xml: bytes) -> bytes:
        """The archive with other content for one sheet, and without the other sheets'."""
        target = io.BytesIO()
        others = set(self.parts.values()) - {self.parts[name]}
        with zipfile.ZipFile(target, "w") as copy:
            for member in self._members.values():
                if member == self.parts[name]:
                    copy.writestr(member, xml)
                elif member not in others and member.lower().endswith((".xml", ".rels")):
                    copy.writestr(member, self._read(member) or b"")
        return target.getvalue()

    def last_row(self, name: str) -> int:
        """The last row that the sheet mentions, found without looking at its cells."""
        tail, last = b"", 0
        try:
            with self._archive.open(self.parts[name]) as stream:
                while chunk := stream.read(1 << 20):
                    window = tail + chunk
                    if (at := window.rfind(b"<row ")) < 0:
                        at = window.rfind(b":row ")
                    if at >= 0 and (end := window.find(b">", at)) > 0:
                        row = attributes(window[at:end]).get("r", b"")
                        last = max(last, int(row)) if row.isdigit() else last
                    tail = window[-_TAIL:]
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise damaged("压缩数据损坏", "its packed data are damaged") from error
        return last
