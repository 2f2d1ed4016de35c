"""The demo company: two years of a living ledger, made from one seed through the verbs users use."""

from __future__ import annotations

from portal.demo.build import DemoAccount, build_demo, demo_accounts, has_customers

__all__ = ["DemoAccount", "build_demo", "demo_accounts", "has_customers"]
