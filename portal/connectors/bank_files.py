"""A bank file of any kind: which format it is, told by its content, and the reader for it."""

from __future__ import annotations

import re
from collections.abc import Callable

from portal.connectors.bank_bai2 import read_bai2
from portal.connectors.bank_camt import read_camt
from portal.connectors.bank_facts import Events, ReadOptions
from portal.connectors.bank_mt940 import read_mt940
from portal.connectors.bank_ofx import read_ofx
from portal.connectors.bank_qif import read_qif
from portal.connectors.bank_tables import read_table
from portal.connectors.rules import UnreadableFile
from portal.errors import N_

Reader = Callable[[bytes, ReadOptions], Events]

#: Format → its reader; every kind of table has one.
READERS: dict[str, Reader] = {
    "camt": read_camt, "mt940": read_mt940, "ofx": read_ofx, "qif": read_qif, "bai2": read_bai2, "csv": read_table,
    "xlsx": read_table, "xls": read_table,
}  # fmt: skip
_CAMT = re.compile(rb"camt\.05([234])")
_CAMT_ROOT = re.compile(rb"<(?:\w+:)?(BkToCstmrStmt|BkToCstmrDbtCdtNtfctn|BkToCstmrAcctRpt)\b")
_MT940 = re.compile(rb"^:(?:20|25|60[FM]|61):", re.MULTILINE)
_SAMPLE = 1 << 16


def detect_format(content: bytes) -> str:
    """Return the format of a bank file.

    Args:
        content: The file, or its first 64 kB.

    Returns:
        ``camt.052``, ``camt.053``, ``camt.054``, ``mt940``, ``ofx``, ``qif``, ``bai2``, ``xlsx``, ``xls`` or ``csv``,
        the last for every other text.
    """
    head = content[:_SAMPLE]
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "xls"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "replace").encode()
    bare = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if re.search(rb"<OFX\b|^OFXHEADER", bare, re.IGNORECASE):
        return "ofx"
    if bare.startswith(b"<"):
        return _xml(bare)
    if bare.startswith(b"01,") and re.search(rb"(?:^|/)\s*0[23],", bare, re.MULTILINE):
        return "bai2"
    if re.search(rb"^!(?:type|account|option)", bare, re.IGNORECASE | re.MULTILINE):
        return "qif"
    return "mt940" if len(_MT940.findall(bare)) > 1 else "csv"


def _xml(head: bytes) -> str:
    if found := _CAMT.search(head):
        return f"camt.05{found[1].decode()}"
    roots = {
        b"BkToCstmrStmt": "camt.053",
        b"BkToCstmrDbtCdtNtfctn": "camt.054",
        b"BkToCstmrAcctRpt": "camt.052",
    }
    found = _CAMT_ROOT.search(head)
    return roots[found[1]] if found else "camt.053"


def read_bank_file(content: bytes, file_format: str, options: ReadOptions) -> Events:
    """Read a bank file.

    Args:
        content: The file.
        file_format: As :func:`detect_format` tells it.
        options: What the file may leave out.

    Yields:
        For each statement Opened, its entries, rows left out or refused, Closed.

    Raises:
        UnreadableFile: It cannot be read as this format; nothing of it is to be taken then.
    """
    if not content.strip():
        raise UnreadableFile(N_("This file is empty."))
    reader = READERS["camt" if file_format.startswith("camt") else file_format]
    yield from reader(content, options)
