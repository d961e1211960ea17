"""Files through the reading process: TXT, DOCX with a table, PDF, and what is refused."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import docx
import pytest
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.factcheck.extraction import text_of
from pipelines.factcheck.runs import factcheck_files
from pipelines.reading.tables import FileRefusedError
from pipelines.settings import get_settings

TEXT = "全市200个村累计退出182个，占91.5%。\n搬迁1720户7232人。\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_in_any_encoding_is_checked(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "总结.txt"
    path.write_bytes(TEXT.replace("\n", "\r\n").encode(encoding))
    extracted = text_of(path)
    assert extracted.text == TEXT


def test_a_document_keeps_the_order_of_paragraphs_and_tables(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("甲")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "合计", "12"
    document.add_paragraph("乙")
    document.save(str(tmp_path / "a.docx"))
    assert text_of(tmp_path / "a.docx").text == "甲\n合计\t12\n\n乙"


def test_a_pdf_with_text_is_read_and_one_without_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(a_pdf("(200 villages) Tj"))
    assert "200 villages" in text_of(tmp_path / "a.pdf").text
    (tmp_path / "b.pdf").write_bytes(a_pdf(""))
    with pytest.raises(FileRefusedError, match="perhaps a scan"):
        text_of(tmp_path / "b.pdf")


def test_what_is_no_report_is_refused_with_what_to_do(tmp_path: Path) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as target:
        target.writestr("a.txt", "x")
    for name, content in (("a.docx", archive.getvalue()), ("b.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FileRefusedError):
            text_of(tmp_path / name)


def test_files_are_checked_in_a_reading_process_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.docx").write_bytes(b"PK\x03\x04 broken")
    reports = list(factcheck_files([tmp_path / "a.txt", tmp_path / "b.docx", tmp_path / "c.txt"], get_settings()))
    assert [report["file"] for report in reports] == ["a.txt", "b.docx", "c.txt"]
    assert [one["published"] for one in reports[0]["relations"] if one["verdict"] == "inconsistent"] == ["91.5%"]
    assert all(report["refused_zh"] for report in reports[1:])


def test_the_command_prints_json_and_fails_for_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    answer = CliRunner().invoke(app, ["factcheck", str(tmp_path / "a.txt"), "--json", "--english"])
    assert answer.exit_code == 0
    report = json.loads(answer.output)
    assert report["file"] == "a.txt"
    wrong = next(one for one in report["relations"] if one["verdict"] == "inconsistent")
    assert {"id", "excerpt", "start", "end", "kind", "published", "recomputed", "verdict", "why"} <= set(wrong)
    assert wrong["why"].startswith("182个 ÷ 200个")
    assert CliRunner().invoke(app, ["factcheck", str(tmp_path / "none.txt")]).exit_code == 2


def a_pdf(drawing: str) -> bytes:
    """A one-page PDF put together by hand."""
    stream = f"BT /F1 12 Tf 72 700 Td {drawing} ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        table, len(body),
    )  # fmt: skip
