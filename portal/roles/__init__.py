"""Who may do what, as the house decides it: roles by two people, scopes, limits, reviews, samples, break-glass."""

from __future__ import annotations

from portal.roles.limits import approver_limit, limit_of_reader, maker_limit

__all__ = ["approver_limit", "limit_of_reader", "maker_limit"]
