"""Read an electronic invoice, told apart by what is in the file and not by its name."""

from __future__ import annotations

import zipfile
from io import BytesIO
from xml.etree.ElementTree import Element

from portal.connectors import einvoice_cii, einvoice_fapiao, einvoice_ubl
from portal.connectors.einvoice import EInvoiceFile, local, root_of
from portal.connectors.rules import UnreadableFile
from portal.errors import N_

_MOST_ATTACHMENTS = 20
_MOST_XML_BYTES = 10 * 1024 * 1024


def is_einvoice(content: bytes) -> bool:
    """Say whether a file may be an e-invoice: XML, PDF or OFD."""
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith((b"<", b"%PDF-")) or _is_ofd(content)


def read_einvoice(content: bytes) -> EInvoiceFile:
    """Read UBL 2.1, CII, Factur-X and ZUGFeRD PDF, 数电票 XML or OFD.

    Args:
        content: The file.

    Returns:
        The invoice; amounts exactly as written.

    Raises:
        UnreadableFile: None of these, damaged, with a DOCTYPE, or without a fact an invoice must have.
    """
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return _read_pdf(content)
    if content.startswith(b"PK\x03\x04"):
        return einvoice_fapiao.read_ofd(content)
    return _read_root(root_of(content))


def _read_root(root: Element, *, form: str = "cii") -> EInvoiceFile:
    name = local(root)
    if name in einvoice_cii.ROOTS:
        return einvoice_cii.read_cii(root, form=form)
    if name in einvoice_ubl.ROOTS:
        return einvoice_ubl.read_ubl(root, is_credit_note=name == "CreditNote")
    if name in einvoice_fapiao.ROOTS:
        return einvoice_fapiao.read_fapiao(root)
    raise UnreadableFile(N_("This XML file (“%(name)s”) is no e-invoice that is read here."), name=name[:60])


def _read_pdf(content: bytes) -> EInvoiceFile:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        attached = [
            one.content
            for one in list(PdfReader(BytesIO(content)).attachment_list)[:_MOST_ATTACHMENTS]
            if one.name.lower().endswith(".xml") and 0 < len(one.content) <= _MOST_XML_BYTES
        ]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError, OSError) as error:
        raise UnreadableFile(N_("This PDF file is damaged or locked.")) from error
    for one in attached:
        root = root_of(one)
        if local(root) in einvoice_cii.ROOTS | einvoice_ubl.ROOTS:
            return _read_root(root, form="factur-x")
    raise UnreadableFile(
        N_("This PDF carries no invoice data (Factur-X, ZUGFeRD). Import its XML or OFD file instead.")
    )


def _is_ofd(content: bytes) -> bool:
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return "OFD.xml" in archive.namelist()[:1000]
    except (zipfile.BadZipFile, OSError, ValueError):
        return False
