"""Compare ledgers: the customer's own ledger against ours, every difference explained, both balances bridged.

A ledger is read by a guessed layout that a person corrects once; it is remembered for the customer. Matching and
judging are pure (``portal.compare.engine``); the same engine works on files without a database (``compare_files``).
Every row that is not agreed has exactly one of the twelve causes, and the bridge from our balance to theirs sums
exactly. Both sides see the same.

| state | verb | next | who |
|---|---|---|---|
| – | receive_ledger | reading | anyone of the customer who may see open items |
| reading, failed, done | correct | reading | the same |
| reading, failed | start | comparing | the same; the worker compares |
| comparing | finish, fail | done, failed | the worker |
| reading, failed | discard | discarded | the same |

Agreed lines are confirmed and differences disputed through the verbs of those features, by whoever may do so there.
"""

from __future__ import annotations

from portal.compare.act import (
    Outcome,
    WantedDispute,
    ask_for_copies,
    confirm_agreed,
    dispute_findings,
)
from portal.compare.engine import CAUSES, ROOT_OF, ROOTS, STATUS_LABELS, STATUSES
from portal.compare.export import export_bridge, export_pairs
from portal.compare.figure import BridgeBar, bridge_bars, bridge_figure, bridge_floor
from portal.compare.files import compare_files
from portal.compare.findings import FINDING_SORTS, list_findings, proposals_of
from portal.compare.layout import ROLES, SIGNS, LayoutRefused
from portal.compare.queries import COMPARISON_SORTS, find_comparison, list_comparisons
from portal.compare.receive import (
    ReadingChange,
    correct_reading,
    discard_comparison,
    receive_ledger,
    start_comparison,
)
from portal.compare.rules import BASES, BASIS_LABELS, STATE_LABELS, STATES, TRANSITIONS, Proposal
from portal.compare.run import run_comparison
from portal.compare.say import say_words
from portal.compare.view import CauseSum, ComparisonRowView, ComparisonView, FindingView

__all__ = [
    "BASES",
    "BASIS_LABELS",
    "CAUSES",
    "COMPARISON_SORTS",
    "FINDING_SORTS",
    "ROLES",
    "ROOTS",
    "ROOT_OF",
    "SIGNS",
    "STATES",
    "STATE_LABELS",
    "STATUSES",
    "STATUS_LABELS",
    "TRANSITIONS",
    "BridgeBar",
    "CauseSum",
    "ComparisonRowView",
    "ComparisonView",
    "FindingView",
    "LayoutRefused",
    "Outcome",
    "Proposal",
    "ReadingChange",
    "WantedDispute",
    "ask_for_copies",
    "bridge_bars",
    "bridge_figure",
    "bridge_floor",
    "compare_files",
    "confirm_agreed",
    "correct_reading",
    "discard_comparison",
    "dispute_findings",
    "export_bridge",
    "export_pairs",
    "find_comparison",
    "list_comparisons",
    "list_findings",
    "proposals_of",
    "receive_ledger",
    "run_comparison",
    "say_words",
    "start_comparison",
]
