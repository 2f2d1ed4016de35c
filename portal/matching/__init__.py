"""Matching: which bank line pays which open item, why, and what is posted when someone agrees.

The engine (``portal.matching.engine``) finds, the rule set decides what may post by itself, people decide the rest.
Every receipt has one current match; nothing is posted twice, nothing is applied beyond what is open.

| a match is | when | by | who |
|---|---|---|---|
| proposed | it waits, with or without a candidate | ``propose_matches``, ``resume`` | matches:work |
| refused | its candidate was wrong; it still waits | ``refuse`` | matches:work |
| parked | put aside with a reason | ``park`` | matches:work |
| left | it is no customer's money | ``leave``, or a rule | matches:work |
| pending | a second person must agree: above limit or tolerance | ``request`` (``accept_match``) | matches:work |
| posted | the receipt is in the books | ``accept``, ``approve``, or by itself | matches:work, approvals:decide |
| undone | reversed in the open; a new match waits for the line | ``undo`` | matches:undo |

A pending one that is sent back (``reject``) is proposed again. Rule sets are drafted (matches:work) and activated by a
second person; unidentified cash waits until ``identify_money``, above the limit with a second person; customers ask
for another allocation and send remittance advices (allocations:propose).
"""

from __future__ import annotations

from portal.matching.accept import POST_KIND, Chosen, accept_many, accept_match
from portal.matching.advices import (
    SOURCES,
    AdviceDraft,
    AdviceLineView,
    AdvicePart,
    AdviceView,
    advice_total,
    list_advices,
    read_advice,
    send_advice,
    withdraw_advice,
)
from portal.matching.calibration import RuleEffect, rule_effects
from portal.matching.hold import leave_alone, park_match, refuse_match, resume_match
from portal.matching.identify import IDENTIFY_KIND, identify_money, post_as_unidentified
from portal.matching.methods import METHOD_WORDS, METHODS, Payable, Spread, Wish, spread_money
from portal.matching.propose import ProposeResult, post_sure, propose_matches
from portal.matching.queries import (
    HISTORY_TABS,
    LIKELY_BP,
    MATCH_SORTS,
    QUEUE_TABS,
    UNIDENTIFIED_AGES,
    MatchRow,
    MoneyOut,
    Progress,
    UnidentifiedList,
    count_waiting,
    list_matches,
    list_sure,
    list_unidentified,
    money_out,
    progress_of,
)
from portal.matching.rule_sets import (
    RULES_KIND,
    RuleSetView,
    active_rules,
    discard_rule_set,
    draft_rule_set,
    edit_rule_set,
    find_rule_set,
    list_rule_sets,
    submit_rule_set,
)
from portal.matching.rules import (
    ACT_WORDS,
    ACTS,
    MatchRule,
    RuleSet,
    WrongState,
    body_of,
    changes_between,
)
from portal.matching.run import MATCH_JOB, MatchRun, run_matching
from portal.matching.settle import REST_WORDS, RESTS, Unexplained
from portal.matching.story import ReceiptStory, story_of
from portal.matching.trial import FATES, DryRow, DryRun, dry_run
from portal.matching.undo import UNDO_KIND, last_own, request_undo, undo_last, undo_match
from portal.matching.view import FittingSet, ItemLine, MatchView, Shown, find_match
from portal.matching.wishes import (
    WISH_KIND,
    Preview,
    WishRow,
    WishView,
    ask_allocation,
    count_wishes,
    list_wishes,
    preview_allocation,
    refuse_wish,
    take_wish,
    withdraw_wish,
)

__all__ = [
    "ACTS",
    "ACT_WORDS",
    "FATES",
    "HISTORY_TABS",
    "IDENTIFY_KIND",
    "LIKELY_BP",
    "MATCH_JOB",
    "MATCH_SORTS",
    "METHODS",
    "METHOD_WORDS",
    "POST_KIND",
    "QUEUE_TABS",
    "RESTS",
    "REST_WORDS",
    "RULES_KIND",
    "SOURCES",
    "UNDO_KIND",
    "UNIDENTIFIED_AGES",
    "WISH_KIND",
    "AdviceDraft",
    "AdviceLineView",
    "AdvicePart",
    "AdviceView",
    "Chosen",
    "DryRow",
    "DryRun",
    "FittingSet",
    "ItemLine",
    "MatchRow",
    "MatchRule",
    "MatchRun",
    "MatchView",
    "MoneyOut",
    "Payable",
    "Preview",
    "Progress",
    "ProposeResult",
    "ReceiptStory",
    "RuleEffect",
    "RuleSet",
    "RuleSetView",
    "Shown",
    "Spread",
    "Unexplained",
    "UnidentifiedList",
    "Wish",
    "WishRow",
    "WishView",
    "WrongState",
    "accept_many",
    "accept_match",
    "active_rules",
    "advice_total",
    "ask_allocation",
    "body_of",
    "changes_between",
    "count_waiting",
    "count_wishes",
    "discard_rule_set",
    "draft_rule_set",
    "dry_run",
    "edit_rule_set",
    "find_match",
    "find_rule_set",
    "identify_money",
    "last_own",
    "leave_alone",
    "list_advices",
    "list_matches",
    "list_rule_sets",
    "list_sure",
    "list_unidentified",
    "list_wishes",
    "money_out",
    "park_match",
    "post_as_unidentified",
    "post_sure",
    "preview_allocation",
    "progress_of",
    "propose_matches",
    "read_advice",
    "refuse_match",
    "refuse_wish",
    "request_undo",
    "resume_match",
    "rule_effects",
    "run_matching",
    "send_advice",
    "spread_money",
    "story_of",
    "submit_rule_set",
    "take_wish",
    "undo_last",
    "undo_match",
    "withdraw_advice",
    "withdraw_wish",
]
