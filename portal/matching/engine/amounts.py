"""What a difference between a receipt and what it names can be: nothing, a fee, a discount, a rounding, exchange."""

from __future__ import annotations

from collections.abc import Sequence

from portal.matching.engine.facts import RestKind, Tolerance
from portal.matching.engine.state import Found, Line, State
from portal.matching.engine.text import speaks_of_part

_DISCOUNTS = (50, 100, 150, 200, 250, 300, 500)
#: A fee is at most this share of what is paid (1/20 = 5 %).
_FEE_SHARE = 20
#: Any difference below this part of the largest rounding is a rounding too, whatever the payment ends with.
_SMALL = 10
#: How much nearer than the tolerance a rate must be when no reference says so, in parts of ten thousand.
NEAR_RATE = 100


def shortfall(total: int, paid: int, tolerance: Tolerance) -> RestKind:
    """Return what kind of small difference makes ``paid`` settle ``total``; empty when it is none."""
    missing = total - paid
    if missing <= 0 or total <= 0:
        return ""
    if missing <= tolerance.rounding_minor:
        for step in (1000, 100):
            if paid % step == 0 and missing < step and total >= 20 * step:
                return "rounding"
        if missing * _SMALL <= tolerance.rounding_minor and missing * _SMALL <= total:
            return "rounding"
    for share in _DISCOUNTS:
        if share <= tolerance.discount_bp and abs(missing * 10_000 - total * share) <= 10_000:
            return "discount"
    if missing <= tolerance.fee_minor and missing * _FEE_SHARE <= total and missing % 5 == 0:
        return "fee"
    return ""


def in_full(
    state: State, line: Line, items: Sequence[int], *, rule: str, named: int = 0, tolerance_bp: int = 0
) -> Found | None:
    """Return the receipt as payment of all that is left of the items, when the difference can be explained."""
    book, left = state.book, state.left
    if not items or any(not left[item] for item in items):
        return None
    currency = book.items.currency[items[0]]
    if any(book.items.currency[item] != currency for item in items):
        return None
    amounts = tuple(left[item] for item in items)
    total = sum(amounts)
    if total <= 0:
        return None
    customer = book.items.owner[items[0]]
    if currency != line.receipt.currency:
        return _exchanged(state, line, items, rule=rule, named=named, tolerance_bp=tolerance_bp)
    paid = line.receipt.amount_minor
    kind: RestKind = ""
    if paid != total:
        kind = shortfall(total, paid, state.tolerances.of(book.customers[customer].id, currency))
        if not kind:
            return None
    return Found(customer, tuple(items), amounts, rule, paid - total, kind, named)


def _exchanged(
    state: State, line: Line, items: Sequence[int], *, rule: str, named: int, tolerance_bp: int
) -> Found | None:
    book = state.book
    currency, receipt = book.items.currency[items[0]], line.receipt
    customer = book.items.owner[items[0]]
    amounts = tuple(state.left[item] for item in items)
    total = sum(amounts)
    worth = state.rates.convert(receipt.amount_minor, receipt.currency, currency, receipt.value_on)
    if worth is None:
        return None
    allowed = tolerance_bp or state.tolerances.of(book.customers[customer].id, currency).fx_bp
    if abs(worth - total) * 10_000 > total * allowed + 20_000:
        return None
    cost = state.rates.convert(total, currency, receipt.currency, receipt.value_on)
    rest = receipt.amount_minor - (cost if cost is not None else receipt.amount_minor)
    return Found(customer, tuple(items), amounts, rule, rest, "fx", named)


def in_part(state: State, line: Line, items: Sequence[int], *, rule: str, named: int = 0) -> Found | None:
    """Return the receipt as part payment, oldest item first, or as overpayment of all; only in one currency."""
    book = state.book
    items = [item for item in items if state.left[item]]
    if not items or any(book.items.currency[item] != line.receipt.currency for item in items):
        return None
    rest = line.receipt.amount_minor
    amounts = {item: state.left[item] for item in items if state.left[item] < 0}
    rest -= sum(amounts.values())
    for item in items:
        if rest > 0 and item not in amounts:
            amounts[item] = min(rest, state.left[item])
            rest -= amounts[item]
    is_part = any(state.left[item] != amount for item, amount in amounts.items()) or len(amounts) < len(items)
    kind: RestKind = "overpayment" if rest > 0 else "partial" if is_part else ""
    chosen = tuple(item for item in items if item in amounts)
    found = Found(
        book.items.owner[items[0]],
        chosen,
        tuple(amounts[item] for item in chosen),
        rule,
        max(rest, 0),
        kind,
        named,
    )
    found.chance = _oddness(state, line, found)
    return found


def _oddness(state: State, line: Line, found: Found) -> int:
    """Return how strange a part payment or overpayment is: −2 a round share, 0 usual, 2 out of proportion."""
    paid, total = line.receipt.amount_minor, sum(state.left[item] for item in found.items)
    if found.rest_kind == "overpayment":
        return 0 if found.rest * 10 <= paid + 10 else 1 if found.rest * 4 <= paid else 2
    if any(
        is_share(paid, whole) for whole in (total, sum(state.book.items.open[item] for item in found.items))
    ):
        return -2
    return -1 if speaks_of_part(line.text) else 0 if paid * 20 >= total else 1


def is_share(amount: int, total: int) -> bool:
    """Tell whether an amount is a multiple of five per cent of a total, to the minor unit."""
    return any(abs(amount * 100 - total * share) <= 100 for share in range(5, 100, 5))
