"""Names every models module once, so that metadata and guards are complete wherever a database is opened."""

from __future__ import annotations

import portal.access.models
import portal.adjustments.models
import portal.approvals.models
import portal.attachments.models
import portal.audit.models
import portal.confirmations.models
import portal.customers.models
import portal.disputes.models
import portal.imports.models
import portal.jobs.models
import portal.ledger.models
import portal.numbering
import portal.outbox.models
import portal.policies.models
import portal.receivables.models
import portal.reminders.models
import portal.statements.models
import portal.tasks.models  # noqa: F401 - imported for their tables
