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
| record_paper | clerk, then an approver | an answer on paper, by phone or mail, with the paper; state ``recorded`` |

Before the first signature for a company a person accepts the terms; whoever came by an invitation also gives a code
that was mailed to them.
"""

from __future__ import annotations

from portal.confirmations.authenticity import Authenticity, authenticity_of
from portal.confirmations.codes import check_code, needs_code, send_code
from portal.confirmations.confirm import Answered, Skipped, ask_about_line, confirm_lines, take_back_answers
from portal.confirmations.consent import TermsText, accept_terms, has_accepted_terms, terms_text
from portal.confirmations.evidence import EVIDENCE, evidence_hash
from portal.confirmations.on_behalf import PAPER_KIND, PaperDraft, record_paper
from portal.confirmations.queries import ConfirmationView, OpenLine, confirmation_json, find_confirmation
from portal.confirmations.rules import CHANNEL_LABELS, CHANNELS, OUTCOME_LABELS, OUTCOMES, SigningText
from portal.confirmations.sign import SignatureDraft, default_outcome, sign_balance, signing_text

__all__ = [
    "CHANNELS",
    "CHANNEL_LABELS",
    "EVIDENCE",
    "OUTCOMES",
    "OUTCOME_LABELS",
    "PAPER_KIND",
    "Answered",
    "Authenticity",
    "ConfirmationView",
    "OpenLine",
    "PaperDraft",
    "SignatureDraft",
    "SigningText",
    "Skipped",
    "TermsText",
    "accept_terms",
    "ask_about_line",
    "authenticity_of",
    "check_code",
    "confirm_lines",
    "confirmation_json",
    "default_outcome",
    "evidence_hash",
    "find_confirmation",
    "has_accepted_terms",
    "needs_code",
    "record_paper",
    "send_code",
    "sign_balance",
    "signing_text",
    "take_back_answers",
    "terms_text",
]
