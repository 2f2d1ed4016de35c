"""Which files are taken: decided by content and name ending together; pure."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile

from portal.errors import N_, Invalid

MAX_BYTES = 20 * 1024 * 1024
MAX_NAME = 150
MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_ENTRIES = 1000
MAX_RATIO = 200

MEDIA_TYPES = {
    "csv": "text/csv",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "eml": "message/rfc822",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "pdf": "application/pdf",
    "png": "image/png",
    "txt": "text/plain",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_STARTS = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff"}
_OFFICE_FOLDERS = {"xlsx": "xl/", "docx": "word/"}
_ACTIVE_PDF = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|RichMedia|XFA)\b")
_MARKUP = re.compile(r"<\s*(!doctype|html|svg|script|\?xml)", re.IGNORECASE)
_MAIL_HEADER = re.compile(r"^[A-Za-z][A-Za-z-]*:", re.ASCII)


class FileRefused(Invalid):
    """A file that is too large, of another kind than its name says, or of a kind that could run something."""

    code = "file_refused"


def clean_name(name: str) -> str:
    """Return the last part of a file name without control or direction marks, at most 150 characters long."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    last = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip(" .")
    stem, dot, ending = last.rpartition(".")
    return f"{stem[: MAX_NAME - 10]}.{ending[:9]}" if dot else last[:MAX_NAME]


def media_type_of(name: str, content: bytes) -> str:
    """Return the media type of a file whose name and content agree on an allowed kind.

    Args:
        name: File name; its ending is what people will open it with.
        content: The whole file.

    Raises:
        FileRefused: Empty, above 20 MB, another kind than named, or able to run something.
    """
    ending = clean_name(name).rpartition(".")[2].lower()
    if not content:
        raise FileRefused(N_("“%(name)s” is empty."), field="files", name=clean_name(name))
    if len(content) > MAX_BYTES:
        raise FileRefused(N_("“%(name)s” is larger than 20 MB."), field="files", name=clean_name(name))
    if ending not in MEDIA_TYPES or not _content_fits(ending, content):
        raise FileRefused(
            N_("“%(name)s” is not a file we take. Send PDF, PNG, JPG, XLSX, DOCX, CSV, TXT or EML."),
            field="files",
            name=clean_name(name),
        )
    return MEDIA_TYPES[ending]


def _content_fits(ending: str, content: bytes) -> bool:
    if ending in _OFFICE_FOLDERS:
        return _is_office(content, _OFFICE_FOLDERS[ending])
    if ending in _STARTS:
        return content.startswith(_STARTS[ending]) and not (ending == "pdf" and _ACTIVE_PDF.search(content))
    text = _text_of(content)
    if text is None or _MARKUP.match(text.lstrip("\ufeff \r\n\t")):
        return False
    return ending != "eml" or _MAIL_HEADER.match(text) is not None


def _text_of(content: bytes) -> str | None:
    for encoding in ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if any(letter < " " and letter not in "\t\r\n\f" for letter in text) else text
    return None


def _is_office(content: bytes, folder: str) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    names = {entry.filename for entry in entries}
    unpacked = sum(entry.file_size for entry in entries)
    fits = len(entries) <= MAX_ENTRIES and unpacked <= min(MAX_UNPACKED_BYTES, len(content) * MAX_RATIO)
    has_macros = any(name.lower().endswith(("vbaproject.bin", ".exe", ".js", ".vbs")) for name in names)
    return (
        fits
        and not has_macros
        and "[Content_Types].xml" in names
        and any(n.startswith(folder) for n in names)
    )
