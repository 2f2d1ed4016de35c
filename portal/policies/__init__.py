"""The rules of the house in versions: deadlines, approval limits, standing release, reminder days.

Version 0 is what the product ships; ``change_policy`` (periods:close) adds versions, none is ever changed, and every
decision names the version it was taken under.
"""

from __future__ import annotations

from portal.policies.change import change_policy
from portal.policies.queries import current_policy
from portal.policies.rules import Policy

__all__ = ["Policy", "change_policy", "current_policy"]
