"""The rules of the house in versions: deadlines, approval limits, standing release, reminder days, reviews.

Version 0 is what the product ships. One security administrator proposes a version (``propose_policy``), another one
approves it (approval kind ``policies.change``); none is ever changed, and every decision names the version it was taken
under.

| state of a proposal | verb | next | who |
|---|---|---|---|
| – | propose_policy | pending | a security administrator |
| pending | approve | done, and the version is written | another security administrator |
| pending | reject | rejected | another security administrator |
| pending | withdraw_request, roles changed | voided | who proposed it |
"""

from __future__ import annotations

from portal.policies.change import CHANGE_KIND, change_policy, propose_policy
from portal.policies.queries import (
    ProposalView,
    VersionView,
    current_policy,
    find_proposal,
    list_policies,
    policy_of_version,
)
from portal.policies.rules import (
    FIELDS,
    GROUPS,
    Difference,
    Policy,
    PolicyField,
    policy_of,
)

__all__ = [
    "CHANGE_KIND",
    "FIELDS",
    "GROUPS",
    "Difference",
    "Policy",
    "PolicyField",
    "ProposalView",
    "VersionView",
    "change_policy",
    "current_policy",
    "find_proposal",
    "list_policies",
    "policy_of",
    "policy_of_version",
    "propose_policy",
]
