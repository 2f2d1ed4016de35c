"""The customer disagrees with an amount: of a statement line, of a document, or of what a statement lacks.

One open dispute per line and document, for the whole or a part, which may hold several reasons. The line is
answered at once and leaves the reminders; nothing is ever accepted by silence; a credit is posted only after a
second person approved it. Customers never get internal notes, root causes or adjustments.

| state | turn | verbs |
|---|---|---|
| draft | theirs | submit |
| submitted | ours | acknowledge, answer, assign, note, reply, withdraw |
| acknowledged | ours | answer, ask, assign, escalate, hold, note, propose, reply, withdraw |
| investigating | ours | answer, ask, assign, escalate, hold, note, propose, reply, withdraw |
| waiting_customer | theirs | answer, assign, escalate, note, propose, reply, resume, withdraw |
| waiting_internal | ours | answer, ask, assign, escalate, note, propose, reply, resume, withdraw |
| proposed | theirs | accept, answer, assign, counter, note, propose, refuse, reply, withdraw |
| accepted | ours | answer, assign, note, propose, reply, resolve, settle, withdraw |
| countered | ours | answer, ask, assign, escalate, hold, note, propose, reply, withdraw |
| refused | ours | answer, ask, assign, escalate, hold, note, propose, reply, withdraw |
| escalated | ours | answer, ask, assign, hold, note, propose, reply, withdraw |
| pending_approval | ours | answer, assign, note, post, reply, return, withdraw |
| posted | ours | note, resolve |
| resolved | nobody | close, note, reopen |
| closed | nobody | reopen |
| withdrawn | nobody | note |
| reopened | ours | answer, ask, assign, escalate, hold, note, propose, reply, withdraw |

Who: the customer's confirmers open, answer proposals and withdraw; every person of the customer who may reply
replies; clerks work on disputes and submit settlements; approvers approve (not their own); the system acknowledges,
resolves and closes.
"""

from __future__ import annotations

from portal.disputes.evidence import DisputePartDraft, facts_from, parts_from
from portal.disputes.import_marks import open_imported_disputes
from portal.disputes.limits import AlreadyDisputed
from portal.disputes.lists import (
    DISPUTE_SORTS,
    DisputedDocument,
    count_open,
    disputed_documents,
    disputes_of_customer,
    list_disputes,
)
from portal.disputes.open import DisputeDraft, open_dispute
from portal.disputes.propose import (
    Proposal,
    accept_proposal,
    counter_proposal,
    propose_resolution,
    refuse_proposal,
)
from portal.disputes.queries import find_dispute, find_dispute_by_id, similar_documents
from portal.disputes.reasons import (
    DEPARTMENTS,
    GROUPS,
    REASONS,
    Fact,
    Reason,
    ReasonGroup,
    likely_reasons,
    other_reasons,
)
from portal.disputes.reply import note_dispute, propose_finding, reply_to_dispute
from portal.disputes.rules import OPEN_STATES, RESOLUTIONS, ROOT_CAUSES, STATES, TRANSITIONS, Resolution
from portal.disputes.settle import SETTLE_KIND, resolve_dispute, submit_settlement
from portal.disputes.target import TargetView, find_target
from portal.disputes.view import DisputeRow, DisputeView, DocumentFacts, Offer, TimelineEntry
from portal.disputes.wait import ask_customer, assign_dispute, escalate_dispute, hold_dispute, resume_dispute
from portal.disputes.withdraw import close_disputes, reopen_dispute, withdraw_dispute
from portal.disputes.words import (
    STATE_LABELS,
    conversation_of,
    credit_words,
    stages_of,
    state_chip,
    title_of,
    turn_words,
)

__all__ = [
    "DEPARTMENTS",
    "DISPUTE_SORTS",
    "GROUPS",
    "OPEN_STATES",
    "REASONS",
    "RESOLUTIONS",
    "ROOT_CAUSES",
    "SETTLE_KIND",
    "STATES",
    "STATE_LABELS",
    "TRANSITIONS",
    "AlreadyDisputed",
    "DisputeDraft",
    "DisputePartDraft",
    "DisputeRow",
    "DisputeView",
    "DisputedDocument",
    "DocumentFacts",
    "Fact",
    "Offer",
    "Proposal",
    "Reason",
    "ReasonGroup",
    "Resolution",
    "TargetView",
    "TimelineEntry",
    "accept_proposal",
    "ask_customer",
    "assign_dispute",
    "close_disputes",
    "conversation_of",
    "count_open",
    "counter_proposal",
    "credit_words",
    "disputed_documents",
    "disputes_of_customer",
    "escalate_dispute",
    "facts_from",
    "find_dispute",
    "find_dispute_by_id",
    "find_target",
    "hold_dispute",
    "likely_reasons",
    "list_disputes",
    "note_dispute",
    "open_dispute",
    "open_imported_disputes",
    "other_reasons",
    "parts_from",
    "propose_finding",
    "propose_resolution",
    "refuse_proposal",
    "reopen_dispute",
    "reply_to_dispute",
    "resolve_dispute",
    "resume_dispute",
    "similar_documents",
    "stages_of",
    "state_chip",
    "submit_settlement",
    "title_of",
    "turn_words",
    "withdraw_dispute",
]
