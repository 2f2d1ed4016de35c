"""Refuse what would not fit, before anything parses it: large files, archives that swell, XML with entities."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from portal.connectors.rules import UnreadableFile
from portal.errors import N_

MAX_FILE_BYTES = 50 * 1024 * 1024
MAX_UNPACKED_BYTES = 50 * 1024 * 1024
MAX_RATIO = 200
MAX_ENTRIES = 1000
MAX_XML_DEPTH = 60
MAX_CELL_CHARACTERS = 1 << 20
_TOO_LARGE = N_("This workbook would unpack to more than %(megabytes)s MB. Save it as CSV instead.")
_LOCAL_HEADER_BYTES = 30
_CHUNK = 1 << 20


def read_whole(path: Path, *, limit: int = MAX_FILE_BYTES) -> bytes:
    """Return the bytes of a file that is not larger than allowed.

    Args:
        path: The file.
        limit: Bytes it may have.

    Raises:
        UnreadableFile: It cannot be opened, is empty, or is larger.
    """
    try:
        size = path.stat().st_size
        if size > limit:
            raise UnreadableFile(
                N_("This file is larger than %(megabytes)s MB. Split it."), megabytes=limit >> 20
            )
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(N_("This file cannot be opened.")) from error
    if not content:
        raise UnreadableFile(N_("This file is empty."))
    return content


def require_harmless(source: Path | bytes) -> None:
    """Refuse an archive that unpacks to too much, before anything parses it.

    The sizes an archive declares may lie, so every entry is unpacked once, piece by piece, and only counted.

    Args:
        source: A ZIP archive.

    Raises:
        UnreadableFile: No archive, more than 1,000 entries, more than 50 MB unpacked, or more than 200 to 1.
    """
    try:
        with source.open("rb") if isinstance(source, Path) else BytesIO(source) as file:
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
            declared = sum(entry.file_size for entry in entries)
            packed = max(1, sum(entry.compress_size for entry in entries))
            if len(entries) > MAX_ENTRIES or declared > MAX_UNPACKED_BYTES or declared / packed > MAX_RATIO:
                raise UnreadableFile(_TOO_LARGE, megabytes=MAX_UNPACKED_BYTES >> 20)
            _count_unpacked(file, entries)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableFile from error


def _count_unpacked(file: BinaryIO, entries: list[zipfile.ZipInfo]) -> None:
    left = MAX_UNPACKED_BYTES
    for entry in entries:
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise UnreadableFile
        file.seek(entry.header_offset)
        head = file.read(_LOCAL_HEADER_BYTES)
        file.seek(int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), 1)
        packed = file.read(entry.compress_size)
        if entry.compress_type == zipfile.ZIP_STORED:
            left -= len(packed)
        else:
            left -= _unpacked_size(packed, left)
        if left < 0:
            raise UnreadableFile(_TOO_LARGE, megabytes=MAX_UNPACKED_BYTES >> 20)


def _unpacked_size(packed: bytes, limit: int) -> int:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    size = 0
    while packed and size <= limit:
        size += len(unpacker.decompress(packed, _CHUNK))
        packed = unpacker.unconsumed_tail
    return size


def stream_xml(content: bytes) -> Iterator[tuple[str, Element]]:
    """Walk an XML file as ``("start" | "end", element)``; whoever walks clears the elements that are done with.

    Args:
        content: The file.

    Yields:
        Each element twice, in the order of the file. Names carry their namespace.

    Raises:
        UnreadableFile: Not well-formed, cut off, nested too deeply, or with a DOCTYPE (entities stay off).
    """
    depth = 0
    try:
        for event, element in iterparse(BytesIO(content), ("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            if depth > MAX_XML_DEPTH:
                raise UnreadableFile(N_("This XML file is nested too deeply."))
            if event == "end" and element.text and len(element.text) > MAX_CELL_CHARACTERS:
                raise UnreadableFile(N_("This XML file holds a field larger than 1 MB."))
            yield event, element
    except DefusedXmlException as error:
        raise UnreadableFile(N_("This XML file has a DOCTYPE. Such files are not read.")) from error
    except ParseError as error:
        row_no = error.position[0]
        raise UnreadableFile(
            N_("This XML file is damaged or cut off at line %(line)s."), row_no=row_no, line=row_no
        ) from error
    except (LookupError, ValueError) as error:
        raise UnreadableFile(N_("The encoding that this XML file names is not known.")) from error
