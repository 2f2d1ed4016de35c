"""The encoding of a text file from outside: by its mark, by what decodes, by what then reads as a language."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from portal.connectors.rules import UnreadableFile, is_chinese
from portal.errors import N_

#: What a caller may force; the first that fits is taken where nothing is forced.
ENCODINGS = (
    "utf-8-sig",
    "gb18030",
    "utf-16",
    "cp1252",
    "cp1250",
    "cp1251",
    "big5",
    "shift_jis",
    "cp949",
    "cp437",
)
_ONE_BYTE = ("cp1252", "cp1250", "cp1251", "big5", "shift_jis", "euc_kr")
_SAMPLE = 1 << 18
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f]")
_CZECH_OR_POLISH = re.compile("[ěščřžťďňůĚŠČŘŽŤĎŇŮąćęłńśźżĄĆĘŁŃŚŹŻőűŐŰ]")
_WESTERN = re.compile("[äöüßéèêëàâçñòùìáíóúãõåæøÄÖÜÉÈÀÇÑÅÆØÁÍÓÚ€]")


def find_text_encoding(content: bytes) -> str:
    """Return the encoding of a text file.

    Args:
        content: The whole file, or enough of its beginning.

    Returns:
        A Python codec name; UTF-8 when nothing fits, so that only the rows with strange bytes are unreadable.

    Raises:
        UnreadableFile: This is no text: NUL bytes outside UTF-16, or many control characters.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    sample = content[:_SAMPLE]
    if wide := _wide(sample):
        return wide
    if len(_CONTROL.findall(sample)) > 2 + len(sample) // 1000 or b"\x00" in sample:
        raise UnreadableFile(
            N_("This file is not text. It may be damaged, or of a kind that is not read here.")
        )
    if _decodes(content, "utf-8"):
        return "utf-8-sig"
    strange = _strange_lines(content)
    if is_chinese(strange) and _decodes(content, "gb18030"):
        return "gb18030"
    return _most_likely(strange)


def _wide(sample: bytes) -> str:
    """Return UTF-16 without mark, told by NUL in every second byte of Latin text."""
    if len(sample) < 4 or len(sample) % 2:
        sample = sample[:-1]
    half = max(1, len(sample) // 2)
    odd, even = sample[1::2].count(0), sample[::2].count(0)
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * half and odd < 0.05 * half else ""


def _decodes(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), _SAMPLE):
            decoder.decode(content[start : start + _SAMPLE])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _strange_lines(content: bytes) -> bytes:
    found = bytearray()
    for line in content.splitlines(keepends=True):
        if not line.isascii():
            found += line[:2000]
        if len(found) > _SAMPLE // 4:
            break
    return bytes(found)


def _most_likely(strange: bytes) -> str:
    """Tell the one-byte encodings of Europe, and what East Asia wrote besides GB, by the letters that come out."""
    central = len(_CZECH_OR_POLISH.findall(strange.decode("cp1250", "ignore")))
    western = len(_WESTERN.findall(strange.decode("cp1252", "ignore")))
    beyond = sum(byte > 0x7F for byte in strange)
    if central * 3 >= beyond and central > western * 0.4 and _decodes(strange, "cp1250"):
        return "cp1250"
    if western * 2 >= beyond and _decodes(strange, "cp1252"):
        return "cp1252"
    best = from_bytes(strange, cp_isolation=list(_ONE_BYTE)).best()
    if best is not None and _decodes(strange, best.encoding):
        return best.encoding
    return "utf-8-sig" if beyond * 20 < len(strange) else "cp1252"
