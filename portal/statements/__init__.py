"""Statements of account: prepared for every active customer, issued frozen, answered line by line, never changed.

Every version is a row of its own. What a new version changes is seen line by line, and answers to lines that did not
change are carried over. Line 0 is the opening balance; lines 0..n sum to the closing balance, and confirmed +
disputed + unanswered = closing at every moment.

| state | verb | next | who |
|---|---|---|---|
| – | prepare_batch, prepare_statements | draft | clerk (statements:prepare), console |
| draft | prepare_batch | draft, rewritten | the same |
| draft, approved | issue | issued | after a second person's yes, or the policy's standing approval |
| issued | deliver | delivered | the worker, when the first mail was accepted by a mail server |
| issued, delivered | view | viewed | the customer opens it |
| issued, delivered, viewed, part-answered, no-response | answer | part-answered | the customer's confirmer |
| part-answered | take_back | viewed | the same, the last answer taken back |
| any that can be answered | sign_agreed | confirmed | the customer's confirmer |
| any that can be answered | sign_agreed_except | confirmed-with-exceptions | the same |
| any that can be answered | sign_disagreed | disagreed | the same |
| any that can be answered | record | recorded | staff, from paper or a call, two people; never a confirmation |
| any that can be answered but no-response | expire | no-response | the worker, after the deadline; never agreement |
| every issued one | supersede | superseded | the next version is issued |
"""

from __future__ import annotations

from portal.statements.acts import ActDraft, ActView, acts_on, keep_act
from portal.statements.answer import (
    AlreadySigned,
    LineAnswerDraft,
    NewerVersion,
    lock_statement,
    new_act,
    record_answers,
    require_current,
    seller_time,
)
from portal.statements.carry import carry_signature
from portal.statements.facts import answers_hash, content_hash, frozen_content
from portal.statements.issue import issue_batch, issue_statements, release_run
from portal.statements.lists import (
    SORTS,
    TABS,
    StatementRow,
    list_statements,
)
from portal.statements.page import (
    AnswerGroup,
    CustomerHead,
    Figures,
    HistoryPoint,
    LineView,
    MonthLink,
    StatementPage,
    VersionLink,
    statement_facts,
)
from portal.statements.prepare import RunProgress, month_after, prepare_batch, prepare_statements, start_run
from portal.statements.queries import (
    Answer,
    StatementLineView,
    current_answers,
    find_statement,
    fold_answers,
    locate_line,
)
from portal.statements.render import FORMS, Rendered, render_statement
from portal.statements.request import ISSUE_JOB, PREPARE_JOB, queue_prepare, request_issue, run_job_key
from portal.statements.rules import (
    ANSWER_LABELS,
    ANSWERABLE,
    ELECTRONIC,
    FAILURES,
    KIND_LABELS,
    SIGNED,
    STATE_LABELS,
    TRANSITIONS,
    Progress,
    measure_progress,
    next_state,
    short_hash,
)
from portal.statements.run import issue_run, prepare_run, run_month
from portal.statements.runs import (
    CurrencySum,
    FailedCustomer,
    RunView,
    find_run,
    latest_run,
    run_months,
)
from portal.statements.samples import Delivery, Sample
from portal.statements.view import mark_delivered, mark_no_response, mark_viewed
from portal.statements.waiting import Waiting, statement_progress, waiting_statements
from portal.statements.words import BUCKET_LABELS

__all__ = [
    "ANSWERABLE",
    "ANSWER_LABELS",
    "BUCKET_LABELS",
    "ELECTRONIC",
    "FAILURES",
    "FORMS",
    "ISSUE_JOB",
    "KIND_LABELS",
    "PREPARE_JOB",
    "SIGNED",
    "SORTS",
    "STATE_LABELS",
    "TABS",
    "TRANSITIONS",
    "ActDraft",
    "ActView",
    "AlreadySigned",
    "Answer",
    "AnswerGroup",
    "CurrencySum",
    "CustomerHead",
    "Delivery",
    "FailedCustomer",
    "Figures",
    "HistoryPoint",
    "LineAnswerDraft",
    "LineView",
    "MonthLink",
    "NewerVersion",
    "Progress",
    "Rendered",
    "RunProgress",
    "RunView",
    "Sample",
    "StatementLineView",
    "StatementPage",
    "StatementRow",
    "VersionLink",
    "Waiting",
    "acts_on",
    "answers_hash",
    "carry_signature",
    "content_hash",
    "current_answers",
    "find_run",
    "find_statement",
    "fold_answers",
    "frozen_content",
    "issue_batch",
    "issue_run",
    "issue_statements",
    "keep_act",
    "latest_run",
    "list_statements",
    "locate_line",
    "lock_statement",
    "mark_delivered",
    "mark_no_response",
    "mark_viewed",
    "measure_progress",
    "month_after",
    "new_act",
    "next_state",
    "prepare_batch",
    "prepare_run",
    "prepare_statements",
    "queue_prepare",
    "record_answers",
    "release_run",
    "render_statement",
    "request_issue",
    "require_current",
    "run_job_key",
    "run_month",
    "run_months",
    "seller_time",
    "short_hash",
    "start_run",
    "statement_facts",
    "statement_progress",
    "waiting_statements",
]
