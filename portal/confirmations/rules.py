"""Outcomes of a balance confirmation."""

from __future__ import annotations

OUTCOMES = ("agreed", "agreed-except", "disagreed")
