"""How one bank's table is read: part of each column, decimal mark, order of dates, signs; guessed or learned."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from portal.connectors.amounts import decimal_mark
from portal.connectors.bank_columns import ROLES, currency_in, fold, is_known, read_currency, roles_of
from portal.connectors.bank_facts import tidy_account
from portal.connectors.dates import Order, date_order, is_date
from portal.connectors.rules import SourceRow, UnreadableFile
from portal.connectors.tables import Header, Table, find_header, looks_like_amount
from portal.errors import N_

_SAMPLE_ROWS = 5000
_ACCOUNT = re.compile(
    r"(?:卡号|账\s*号|账户|帐号|微信昵称|account(?: details for| number| no\.?)?|iban|konto(?:nummer)?|compte|cuenta"
    r"|rekening(?:nummer)?|účet)\s*[:：,]+\s*\[?([A-Z0-9*@._\-一-鿿 /]{2,60}?)\]?(?:[,;，；\t]|$)",
    re.IGNORECASE,
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}[A-Z0-9]{10,30}\b")
_NUMBER = re.compile(r"[\d*][\d*\- ]{5,30}[\d*]")

#: Dialect → what its header or preamble shows.
_DIALECTS: dict[str, Callable[[set[str], str], bool]] = {
    "alipay": lambda names, text: "支付宝" in text or {"交易订单号", "商家订单号", "收/支"} <= names,
    "wechat": lambda names, text: "微信" in text or {"交易单号", "商户单号", "当前状态"} <= names,
    "icbc": lambda names, _text: {"记账金额收入", "记账金额支出"} <= names,
    "cmb": lambda names, _text: {"联机余额", "交易金额"} <= names,
    "citic-card": lambda names, _text: {"卡末四位", "结算金额"} <= names,
    "bocom": lambda names, _text: {"借贷", "交易金额", "对方户名"} <= names,
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a table is read.

    Attributes:
        names: The columns as the file names them.
        header_line: Line of the header; 0 = none.
        roles: Part → places, counted from 0.
        decimal: ``.``, ``,`` or empty where no cell told.
        order: Of dates like 03/04/2026.
        is_inverted: Positive = money out (statements of credit cards).
        account: As the preamble names it; empty = not.
        currency: Of all rows, as names, signs or title say; empty = by column, or not said.
        likely_currency: Where nothing says it: the yuan under Chinese columns.
        dialect: Name of a known bank or wallet; empty = none.
    """

    names: tuple[str, ...]
    header_line: int
    roles: dict[str, tuple[int, ...]]
    decimal: str = ""
    order: Order = ""
    is_inverted: bool = False
    account: str = ""
    currency: str = ""
    dialect: str = ""
    likely_currency: str = ""
    preamble: tuple[SourceRow, ...] = field(default=(), repr=False)

    @property
    def signature(self) -> str:
        """Hash of the columns' names: files of one bank share it."""
        return signature_of(self.names)


def signature_of(names: Sequence[str]) -> str:
    """Return the hash of the columns' names by which a learned layout is found again."""
    return hashlib.sha256("\x1f".join(map(fold, names)).encode()).hexdigest()


def layout_json(layout: Layout) -> dict[str, Any]:
    """Return what a person may correct, as it is kept: part → names of columns, marks and signs."""
    return {
        "roles": {role: [layout.names[place] for place in places] for role, places in layout.roles.items()},
        "decimal": layout.decimal, "order": layout.order, "is_inverted": layout.is_inverted,
        "currency": layout.currency,
    }  # fmt: skip


def find_layout(table: Table, learned: Mapping[str, Any] | None = None) -> Layout:
    """Guess how a table is read, or take what was learned for tables with these columns.

    Args:
        table: The table.
        learned: As :func:`layout_json` keeps it; None = guess.

    Returns:
        The layout; date and amount are always there.

    Raises:
        UnreadableFile: No column of dates or none of amounts is found.
    """
    header = find_header(table.head, known=is_known)
    rows = _body(table, header)
    names = header.names or tuple(
        f"#{place + 1}" for place in range(max((len(row.cells) for row in rows), default=0))
    )
    roles = (
        _learned_roles(names, learned)
        if learned
        else roles_of(header.names)
        if header.line
        else _by_content(rows)
    )
    roles = _settled(roles, rows)
    if "booked" not in roles or not ({"amount", "paid_in"} & roles.keys()):
        raise UnreadableFile(
            N_("No column of dates and amounts was found. Columns: %(columns)s."),
            row_no=header.line or None, columns=", ".join(filter(None, names))[:200],
        )  # fmt: skip
    preamble = " ".join(" ".join(row.cells) for row in header.preamble)
    folded = {fold(name) for name in names}
    dialect = next((name for name, shows in _DIALECTS.items() if shows(folded, preamble)), "")
    amounts = [cell for role in ("amount", "paid_in", "paid_out") for cell in _column(rows, roles, role)]
    return Layout(
        names, header.line, roles,
        decimal=str(learned["decimal"]) if learned else decimal_mark(amounts),
        order=learned["order"] if learned else date_order(_column(rows, roles, "booked")),
        is_inverted=bool(learned["is_inverted"]) if learned else dialect == "citic-card",
        account=_account_in(header.preamble),
        currency=(str(learned["currency"]) if learned else "") or _currency(names, roles, rows, preamble),
        dialect=dialect, likely_currency="CNY" if _is_chinese(names) else "", preamble=header.preamble,
    )  # fmt: skip


def _body(table: Table, header: Header) -> list[SourceRow]:
    return list(islice((row for row in table if row.no > header.line and row.is_readable), _SAMPLE_ROWS))


def _learned_roles(names: Sequence[str], learned: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    places = {fold(name): place for place, name in reversed(list(enumerate(names)))}
    wanted: Mapping[str, list[str]] = learned["roles"]
    found = {
        role: tuple(places[fold(name)] for name in wanted[role] if fold(name) in places) for role in wanted
    }
    return {role: found[role] for role in ROLES if found.get(role)}


def _by_content(rows: Sequence[SourceRow]) -> dict[str, tuple[int, ...]]:
    """Find date, amount and text of a table without header by what stands in its columns."""
    width = max((len(row.cells) for row in rows), default=0)
    columns = [
        [row.cells[place] for row in rows[:200] if place < len(row.cells)] for place in range(min(width, 60))
    ]
    dates = [place for place, cells in enumerate(columns) if _share(cells, is_date) > 0.8]
    sums = [
        place for place, cells in enumerate(columns) if place not in dates and _share(cells, _is_exact) > 0.8
    ]
    texts = [place for place in range(len(columns)) if place not in dates and place not in sums]
    texts.sort(key=lambda place: -sum(map(len, columns[place])))
    found: dict[str, tuple[int, ...]] = {}
    if dates and sums:
        found = {"booked": (dates[0],), "amount": (sums[0],), "narrative": tuple(sorted(texts[:2]))}
    if len(sums) > 1 and found:
        found["balance"] = (sums[1],)
    return found


def _share(cells: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(map(test, cells)) / len(cells) if cells else 0


def _is_exact(text: str) -> bool:
    return looks_like_amount(text) and bool(re.search(r"[.,]\d{2}\b", text))


def _settled(roles: dict[str, tuple[int, ...]], rows: Sequence[SourceRow]) -> dict[str, tuple[int, ...]]:
    """Decide what only the cells can tell: whose account a column names, and which of several amounts is filled."""
    settled = dict(roles)
    if "account" in settled:
        values = {cell for cell in _column(rows, settled, "account") if cell}
        if len(values) > 3 and "payer_account" not in settled:
            settled["payer_account"] = settled.pop("account")
    if "amount" in settled and "paid_in" in settled:
        filled = _share(_column(rows, settled, "amount"), looks_like_amount)
        both = [*_column(rows, settled, "paid_in"), *_column(rows, settled, "paid_out")]
        for role in (
            ("paid_in", "paid_out") if filled > 0.5 or not any(map(looks_like_amount, both)) else ("amount",)
        ):
            settled.pop(role)
    return settled


def _column(rows: Sequence[SourceRow], roles: Mapping[str, tuple[int, ...]], role: str) -> list[str]:
    place = roles.get(role, (None,))[0]
    return [] if place is None else [row.cells[place] for row in rows if place < len(row.cells)]


def _currency(
    names: Sequence[str], roles: Mapping[str, tuple[int, ...]], rows: Sequence[SourceRow], preamble: str
) -> str:
    """Return the currency of rows that name none: from the names of the amounts, their signs, or the title."""
    for role in ("amount", "paid_in", "balance"):
        for place in roles.get(role, ()):
            if code := currency_in(names[place]):
                return code
    if any(cell.startswith(("¥", "￥")) for cell in _column(rows[:50], roles, "amount")):
        return "CNY"
    title = re.search(r"[(（](人民币|美元|欧元|港币)[)）]", preamble)
    return read_currency(title[1]) if title else ""


def _is_chinese(names: Sequence[str]) -> bool:
    return sum(1 for name in names if re.search(r"[一-鿿]", name)) > len(names) / 2


def _account_in(preamble: Sequence[SourceRow]) -> str:
    """Return the account that the rows above the header name."""
    for row in preamble:
        text = ",".join(row.cells)
        if len(text) > 300:
            continue
        if found := _IBAN.search(text):
            return tidy_account(found[0])
        if found := _ACCOUNT.search(text):
            value = found[1].strip()
            number = _NUMBER.search(value)
            return tidy_account(number[0] if number else value)
    return ""
