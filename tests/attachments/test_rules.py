"""Which files are taken."""

from __future__ import annotations

import io
import zipfile

import pytest

from portal.attachments.rules import MAX_BYTES, FileRefused, clean_name, media_type_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF"


def office(folder: str = "xl/", extra: dict[str, bytes] | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}document.xml", "<a/>")
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("回单.PDF", PDF, "application/pdf"),
        ("photo.png", PNG, "image/png"),
        ("photo.jpeg", b"\xff\xd8\xff\xe0....", "image/jpeg"),
        ("rows.csv", "日期,金额\n2026-03-02,=1+1\n".encode("gb18030"), "text/csv"),
        ("note.txt", "签收单".encode(), "text/plain"),
        ("talk.eml", b"From: ping@acme.example\r\n\r\nhello", "message/rfc822"),
        ("book.xlsx", office(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_takes_what_people_send(name: str, content: bytes, kind: str) -> None:
    assert media_type_of(name, content) == kind


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("page.html", b"<html></html>"),
        ("x.pdf.html", PDF),
        ("x.pdf", b"<html><script>1</script></html>"),
        ("x.txt", b"  <!DOCTYPE html><script>1</script>"),
        ("x.csv", b"<svg onload=1>"),
        ("x.png", b"<html>"),
        ("active.pdf", b"%PDF-1.7 /OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
        ("run.exe", b"MZ"),
        ("empty.txt", b""),
        ("no-ending", b"hello"),
        ("binary.txt", b"\0\1\2"),
        ("word.docx", office("xl/")),
        ("macros.xlsx", office(extra={"xl/vbaProject.bin": b"x"})),
        ("bomb.xlsx", office(extra={"xl/big.xml": b"0" * (60 * 1024 * 1024)})),
        ("many.xlsx", office(extra={f"xl/{number}.xml": b"0" for number in range(1001)})),
        ("large.txt", b"x" * (MAX_BYTES + 1)),
    ],
)
def test_refuses_what_could_run_or_is_not_what_it_says(name: str, content: bytes) -> None:
    """Attack cases D22 and D23."""
    with pytest.raises(FileRefused):
        media_type_of(name, content)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/x.pdf", "x.pdf"),
        ("C:\\temp\\x.pdf", "x.pdf"),
        ("a\r\nb\u202ecod.pdf", "abcod.pdf"),
        ("x" * 300 + ".pdf", "x" * 140 + ".pdf"),
    ],
)
def test_keeps_a_harmless_name(given: str, kept: str) -> None:
    assert clean_name(given) == kept
