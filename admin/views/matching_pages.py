"""Every page of matching, on one blueprint."""

from __future__ import annotations

from admin.views import matching_acts, matching_lists, matching_rules, matching_wishes
from admin.views.matching import bp

#: The modules that put their pages on the blueprint.
PAGES = (matching_acts, matching_lists, matching_rules, matching_wishes)

__all__ = ["PAGES", "bp"]
