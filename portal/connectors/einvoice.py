"""One electronic invoice as plain facts, whatever it came as: UBL, CII, Factur-X PDF, 数电票 XML or OFD."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from portal.connectors.dates import BadDate, read_date
from portal.connectors.limits import stream_xml
from portal.connectors.rules import UnreadableFile
from portal.errors import N_

_NO_FIGURE = N_("“%(text)s” in “%(name)s” is not an amount.")


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer, as the invoice names them; what it leaves out is empty."""

    name: str = ""
    tax_no: str = ""
    number: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class EInvoiceLine:
    """A line; its amount is without tax."""

    item: str
    amount: Decimal
    quantity: str = ""
    unit: str = ""
    unit_price: str = ""
    tax_rate: str = ""


@dataclass(frozen=True, slots=True)
class EInvoiceFile:
    """An electronic invoice or credit note, its amounts exactly as written and never negative.

    Attributes:
        form: ``ubl``, ``cii``, ``factur-x``, ``fapiao`` (数电票 and older XML) or ``ofd``.
        kind: ``invoice`` or ``credit_note`` (also 红字).
        number: Of the invoice; with ``code`` (发票代码, empty for 数电票) its identity.
        net: Without tax.
        tax: In the invoice's own currency.
        total: With tax, after rounding: what was billed.
        prepaid: Paid before; ``total`` less this is ``payable``.
        corrects: Number of the invoice that a credit note corrects.
    """

    form: str
    kind: str
    number: str
    issued_on: date
    currency: str
    seller: Party
    buyer: Party
    net: Decimal
    tax: Decimal
    total: Decimal
    prepaid: Decimal = Decimal(0)
    code: str = ""
    due_on: date | None = None
    order_no: str = ""
    buyer_reference: str = ""
    corrects: str = ""
    note: str = ""
    lines: tuple[EInvoiceLine, ...] = ()

    @property
    def payable(self) -> Decimal:
        """What is left to pay."""
        return self.total - self.prepaid

    @property
    def tax_invoice_no(self) -> str:
        """Code and number, as one text."""
        return f"{self.code}{self.number}"


# --- walking XML without its namespaces -----------------------------------------------------------------------------


def root_of(content: bytes) -> Element:
    """Return the root of an XML file.

    Raises:
        UnreadableFile: Not well-formed, too deep, or with a DOCTYPE.
    """
    root: Element | None = None
    for _, element in stream_xml(content):
        root = element if root is None else root
    if root is None:
        raise UnreadableFile(N_("This file is empty."))
    return root


def local(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def every(element: Element | None, path: str) -> list[Element]:
    """Return the elements at a path of names; ``a|b`` takes either, ``a/b`` goes down."""
    found = [] if element is None else [element]
    for step in path.split("/"):
        names = set(step.split("|"))
        found = [child for one in found for child in one if local(child) in names]
    return found


def first(element: Element | None, path: str) -> Element | None:
    """Return the first element at a path, or None."""
    return next(iter(every(element, path)), None)


def text(element: Element | None, *paths: str) -> str:
    """Return the text of the first of these paths that has one; blanks are folded."""
    for path in paths:
        for found in every(element, path):
            if found.text and found.text.strip():
                return " ".join(found.text.split())
    return ""


def figure(element: Element | None, *paths: str, default: Decimal | None = None) -> Decimal:
    """Return an amount at a path, exactly as written.

    Raises:
        UnreadableFile: There is none and no default, or it is no plain number.
    """
    found = text(element, *paths)
    if not found and default is not None:
        return default
    return decimal_of(found, paths[0].rpartition("/")[2])


def decimal_of(found: str, name: str) -> Decimal:
    """Read a plain decimal number.

    Raises:
        UnreadableFile: It is none.
    """
    try:
        value = Decimal(
            found.lstrip("¥￥").replace(",", "") if "," in found and "." in found else found.lstrip("¥￥")
        )
    except InvalidOperation:
        raise UnreadableFile(_NO_FIGURE, text=found[:40] or "—", name=name) from None
    if not value.is_finite() or abs(value) >= Decimal(10) ** 15:
        raise UnreadableFile(_NO_FIGURE, text=found[:40], name=name)
    return value


def day_of(found: str, name: str) -> date:
    """Read a date: ISO, 20150109 or 2020年08月05日.

    Raises:
        UnreadableFile: It is none.
    """
    try:
        return read_date(found, order="ymd")
    except BadDate:
        raise UnreadableFile(
            N_("“%(text)s” in “%(name)s” is not a date."), text=found[:40] or "—", name=name
        ) from None


def required(found: str, name: str) -> str:
    """Return a text that must be there.

    Raises:
        UnreadableFile: It is not.
    """
    if not found:
        raise UnreadableFile(N_("This e-invoice has no “%(name)s”."), name=name)
    return found
