"""Confirmations: the customer agrees line by line, and signs the balance once.

A confirmation of a line can be taken back until the balance is signed; a dispute counts from the moment it is sent.
Confirmed + disputed + unanswered = closing at every moment. Signing keeps the exact text, the statement's hash, every
answer, and who signed how; the row never changes.

| act | who | guard |
|---|---|---|
| confirm_lines, take_back_answers, ask_about_line | confirmer | newest version, not signed; lines in dispute stay |
| sign_balance: agreed | confirmer | every line answered, none disputed |
| sign_balance: agreed-except | the same | every line answered, at least one disputed |
| sign_balance: disagreed | the same | every line answered, own figure and reason given |
"""

from __future__ import annotations

from portal.confirmations.confirm import Answered, Skipped, ask_about_line, confirm_lines, take_back_answers
from portal.confirmations.queries import ConfirmationView, OpenLine, confirmation_json, find_confirmation
from portal.confirmations.rules import OUTCOME_LABELS, OUTCOMES, SigningText
from portal.confirmations.sign import SignatureDraft, default_outcome, sign_balance, signing_text

__all__ = [
    "OUTCOMES",
    "OUTCOME_LABELS",
    "Answered",
    "ConfirmationView",
    "OpenLine",
    "SignatureDraft",
    "SigningText",
    "Skipped",
    "ask_about_line",
    "confirm_lines",
    "confirmation_json",
    "default_outcome",
    "find_confirmation",
    "sign_balance",
    "signing_text",
    "take_back_answers",
]
