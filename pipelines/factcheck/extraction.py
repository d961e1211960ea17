"""A file to its text: TXT in any encoding, DOCX with its tables, PDF with a text layer.

Belongs here: what runs inside a reading process and touches foreign bytes. Does not belong here: figures, processes.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from pipelines.reading.books.ole import OLE_MAGIC
from pipelines.reading.tables import FileRefusedError
from pipelines.reading.text.encodings import open_text, plain_line_ends

MOST_BYTES = 50 * 2**20
MOST_CHARACTERS = 2_000_000


@dataclass(frozen=True)
class Extracted:
    """The text of a file; lines end in LF, offsets of relations count its characters."""

    text: str
    format: str
    encoding: str | None = None


def text_of(path: Path) -> Extracted:
    """The text of a TXT, DOCX or PDF file, told by its content. Raises FileRefusedError for anything else."""
    if path.stat().st_size > MOST_BYTES:
        raise _too_long()
    raw = path.read_bytes()
    if raw.startswith(b"%PDF"):
        extracted = Extracted(_pdf(raw), "pdf")
    elif raw.startswith(b"PK\x03\x04"):
        extracted = Extracted(_docx(raw), "docx")
    elif raw.startswith(OLE_MAGIC):
        raise FileRefusedError(
            "这是旧版 Word 文档（.doc）。",
            "This is an old Word document (.doc).",
            "请另存为 DOCX 或 PDF。",
            "Save it as DOCX or PDF.",
        )
    else:
        decoded = open_text(raw)
        extracted = Extracted(plain_line_ends(decoded.text).text, "txt", decoded.encoding)
    if len(extracted.text) > MOST_CHARACTERS:
        raise _too_long()
    return extracted


def _too_long() -> FileRefusedError:
    return FileRefusedError(
        "文件太大，不像一份报告。",
        "The file is too large for a report.",
        "请拆分后再核对。",
        "Split it and check the parts.",
    )


def _docx(raw: bytes) -> str:
    """Paragraphs and tables in their order; a table's cells are set apart by tabs."""
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table

    refusal = FileRefusedError(
        "这不是完好的 Word 文档（DOCX）。",
        "This is no sound Word document (DOCX).",
        "请用 Word 或 WPS 重新保存。",
        "Save it again with a word processor.",
    )
    try:
        document = docx.Document(io.BytesIO(raw))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise refusal from error
    lines: list[str] = []
    for block in document.iter_inner_content():
        lines += _table_lines(block) if isinstance(block, Table) else [block.text]
    return "\n".join(lines)


def _table_lines(table: object) -> list[str]:
    from docx.table import Table

    if not isinstance(table, Table):
        return []
    lines = []
    for row in table.rows:
        seen: list[object] = []
        cells = []
        for cell in row.cells:
            # A merged cell is listed once for each column it covers; its text belongs to the first.
            is_again = any(cell._tc is other for other in seen)
            seen.append(cell._tc)
            cells.append("" if is_again else " ".join(cell.text.split()))
        lines.append("\t".join(cells))
    return [*lines, ""]


def _pdf(raw: bytes) -> str:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        raise FileRefusedError(
            "PDF 打不开（加密或损坏）。",
            "The PDF cannot be opened (encrypted or damaged).",
            "请另存为不加密的 PDF。",
            "Save it again without a password.",
        ) from error
    pages = []
    for page in document:
        content = page.get_textpage()
        pages.append(content.get_text_range().replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", ""))
        content.close()
        page.close()
    text = "\n".join(pages)
    if not text.strip():
        raise FileRefusedError(
            "PDF 里没有文字（可能是扫描件）。",
            "The PDF has no text (perhaps a scan).",
            "请提供有文字层的 PDF、DOCX 或 TXT。",
            "Use a PDF with a text layer, DOCX or TXT.",
        )
    return text
