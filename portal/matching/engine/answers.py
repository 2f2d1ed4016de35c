"""From what was found to proposals: the bucket of experience and the reasons in words of both languages."""

from __future__ import annotations

from portal.errors import N_
from portal.matching.engine.confidence import Calibration
from portal.matching.engine.facts import Allocation, Proposal, Reason
from portal.matching.engine.names import account_key, payer_keys
from portal.matching.engine.state import Found, Line, State
from portal.money import Money

#: How the items were found, by rule; ``%(number)s`` is the document's number.
_FOUND = {
    "reference": N_("reference %(number)s in narrative"),
    "list": N_("reference %(number)s in a list or range in the narrative"),
    "whole": N_("reference %(number)s in narrative"),
    "order": N_("order or invoice number of %(number)s in narrative"),
    "tail": N_("last digits of %(number)s in narrative"),
    "typo": N_("a number in the narrative is one slip away from %(number)s"),
    "slip": N_("a number in the narrative is one slip away from %(number)s, which this amount pays"),
    "cut": N_("the narrative is cut off within %(number)s"),
    "reference-credit": N_("reference %(number)s in narrative, less a credit note"),
    "reference-more": N_("reference %(number)s in narrative; further items make up the sum"),
    "amount": N_("the payer’s only open item of this amount is %(number)s"),
    "twin": N_("%(number)s is the oldest of several open items of this amount"),
    "rest": N_("exactly this much is left of %(number)s"),
    "nearly": N_("%(number)s is the payer’s only open item near this amount"),
    "all": N_("all %(count)s open items make this amount"),
    "run": N_("%(count)s open items in a row make this amount"),
    "pair": N_("two open items make this amount"),
    "triple": N_("three open items make this amount"),
    "many": N_("%(count)s open items make this amount"),
    "credit": N_("%(number)s less a credit note makes this amount"),
    "credit-pair": N_("two open items less a credit note make this amount"),
    "all-credit": N_("all open items less credit notes make this amount"),
    "part": N_("the narrative speaks of a part; this is a round share of %(number)s"),
    "parts": N_("with other receipts of this payer this pays %(number)s to the cent"),
    "anywhere": N_("%(number)s is the only open item of this amount in the whole ledger"),
    "share": N_("this is a round share of %(number)s"),
    "anywhere-tail": N_("last digits of %(number)s in narrative"),
    "anywhere-number": N_("amount and last digits of %(number)s agree"),
    "payer": N_("the payer is known, no open item fits"),
}
_DIFFERENCE = {
    "fee": N_("amount less %(amount)s bank fee"),
    "discount": N_("amount less %(amount)s discount"),
    "rounding": N_("amount rounded down by %(amount)s"),
    "fx": N_("paid in %(currency)s, converted at the day’s rate"),
    "partial": N_("part payment, %(amount)s stays open"),
    "overpayment": N_("%(amount)s more than what is open"),
}
_WHO = {
    "A": N_("payer account seen %(count)s times"),
    "N": N_("payer name confirmed %(count)s times"),
    "F": N_("payer name is %(customer)s"),
    "P": N_("payer name is %(customer)s without legal form or branch"),
    "C": N_("payer name is %(customer)s without place or legal form"),
    "O": N_("payer is the owner of %(customer)s"),
    "S": N_("payer name sounds like %(customer)s"),
    "Y": N_("payer name in Latin letters fits %(customer)s"),
    "B": N_("payer name is the brand of %(customer)s"),
    "D": N_("payer name is one slip away from %(customer)s"),
    "L": N_("this payer paid for %(customer)s before"),
    "T": N_("paid on behalf of %(customer)s"),
}
_SEVERAL = N_("another set of items fits as well")
_OTHER_PAYER = N_("payer and customer differ")
_EXACT = N_("amount agrees to the cent")
_UNKNOWN_NUMBER = N_("the narrative holds a number like ours that is not open")

#: Rules whose set of items must be unlikely by chance to be trusted.
_MOST_REASONS = 6


def bucket_of(line: Line, found: Found) -> str:
    """Return under which bucket a finding is counted: rule, difference, payer, chance, flags."""
    who = line.level if found.customer in line.who else "X" if line.who else "-"
    if len(line.who) > 1 and who not in {"X", "L"}:
        who += "+"
    flags = f"{found.flags}{'m' if found.is_ambiguous else ''}{min(found.named, 3) or ''}"
    return f"{found.rule}|{found.rest_kind}|{who}|{found.chance}|{flags}"


def answer(state: State, line: Line, calibration: Calibration) -> Proposal | None:
    """Return the proposal for a receipt; None when it is left alone."""
    found = line.found
    if found is None:
        return None
    book = state.book
    bucket = bucket_of(line, found)
    return Proposal(
        receipt_id=line.receipt.id,
        customer_id=book.customers[found.customer].id,
        allocations=tuple(map(Allocation, [book.items.ids[item] for item in found.items], found.amounts)),
        rest_minor=found.rest,
        rest_kind=found.rest_kind,
        confidence=calibration.of(bucket, is_ambiguous=found.is_ambiguous),
        rule=found.rule,
        bucket=bucket,
        reasons=tuple(_reasons(state, line, found)),
        is_ambiguous=found.is_ambiguous,
        alternatives=tuple(tuple(book.items.ids[item] for item in items) for items in found.others[:5])
        if found.others
        else (),
    )


def _reasons(state: State, line: Line, found: Found) -> list[Reason]:
    message = _FOUND[found.rule]
    reasons: list[Reason] = []
    if "%(number)s" in message:
        items = state.book.items
        shown = found.items[: min(max(found.named, 1), _MOST_REASONS)]
        reasons.extend((message, {"number": items.doc[item] or items.ids[item]}) for item in shown)
    elif "%(count)s" in message:
        reasons.append((message, {"count": len(found.items)}))
    else:
        reasons.append((message, {}))
    if difference := _difference(state, line, found):
        reasons.append(difference)
    if payer := _payer(state, line, found):
        reasons.append(payer)
    if found.is_ambiguous:
        reasons.append((_SEVERAL, {}))
    if "q" in found.flags:
        reasons.append((_UNKNOWN_NUMBER, {}))
    return reasons


def _difference(state: State, line: Line, found: Found) -> Reason | None:
    currency, kind = line.receipt.currency, found.rest_kind
    if not kind:
        return (_EXACT, {})
    if kind == "fx":
        return (_DIFFERENCE[kind], {"currency": currency})
    if kind == "partial":
        left = sum(state.book.items.open[item] for item in found.items) - sum(found.amounts)
        return (_DIFFERENCE[kind], {"amount": Money(left, currency)})
    return (_DIFFERENCE[kind], {"amount": Money(abs(found.rest), currency)}) if kind in _DIFFERENCE else None


def _payer(state: State, line: Line, found: Found) -> Reason | None:
    level = line.level
    if found.customer not in line.who:
        return (_OTHER_PAYER, {}) if line.who else None
    if level in {"A", "N"}:
        return (_WHO[level], {"count": _times_seen(state, line, found.customer)})
    if level in _WHO:
        return (_WHO[level], {"customer": state.book.customers[found.customer].name})
    return None


def _times_seen(state: State, line: Line, customer: int) -> int:
    payers = state.book.payers
    if line.level == "A":
        return payers[account_key(line.receipt.payer_account)][customer]
    return max(payers.get(key, {}).get(customer, 1) for key in payer_keys(line.receipt))
