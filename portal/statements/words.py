"""Words and texts that the files of a statement share."""

from __future__ import annotations

from portal.errors import N_
from portal.i18n import Translator

#: Columns of the table of lines, in order.
COLUMNS = {
    "no": N_("No."),
    "document_no": N_("Document"),
    "kind": N_("Kind"),
    "document_on": N_("Date"),
    "due_on": N_("Due"),
    "text": N_("Content"),
    "order_no": N_("Order no."),
    "currency": N_("Currency"),
    "amount": N_("Amount"),
    "open": N_("Open"),
    "answer": N_("Your answer"),
    "disputed": N_("Disputed amount"),
}
FIGURE_LABELS = {
    "opening": N_("Opening balance"),
    "invoiced": N_("Invoiced"),
    "received": N_("Received"),
    "credited": N_("Credited"),
    "closing": N_("Closing balance"),
    "due_now": N_("Due now"),
    "overdue": N_("Overdue"),
}
BUCKET_LABELS = {
    "not_due": N_("Not due"),
    "d1_30": N_("1–30 days late"),
    "d31_60": N_("31–60 days late"),
    "d61_90": N_("61–90 days late"),
    "d91_120": N_("91–120 days late"),
    "d120_plus": N_("Over 120 days late"),
    "unapplied": N_("Payments not yet applied"),
}
#: Heads and labels around the figures.
LABELS = {
    "title": N_("Statement of account"),
    "seller": N_("Seller"),
    "customer": N_("Customer"),
    "customer_no": N_("Customer no."),
    "tax_no": N_("Tax no."),
    "bank_details": N_("Bank details"),
    "period": N_("Period"),
    "as_of": N_("As of"),
    "currency": N_("Currency"),
    "version": N_("Version"),
    "answer_by": N_("Answer by"),
    "hash": N_("Content hash"),
    "address": N_("Address"),
    "ageing": N_("Ageing by due date"),
    "lines": N_("Lines"),
    "answers": N_("Your answers so far"),
    "confirmed": N_("Confirmed"),
    "disputed": N_("Disputed"),
    "unanswered": N_("Unanswered"),
    "in_words": N_("Closing balance in words"),
    "you_owe": N_("Closing balance (you owe us)"),
    "we_owe": N_("Closing balance (we owe you)"),
    "draft": N_("Draft, not issued"),
    "sign_place": N_("Company seal or signature, date"),
}


def both(message: str, *, first: Translator, second: Translator) -> str:
    """Return a word in both languages, the reader's first; once where they are the same."""
    words = [first.gettext(message), second.gettext(message)]
    return " ".join(dict.fromkeys(words))
