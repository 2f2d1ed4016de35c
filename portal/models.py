"""Names every models module once, so that metadata and guards are complete wherever a database is opened."""

from __future__ import annotations

from portal import numbering
from portal.access import models as access
from portal.adjustments import models as adjustments
from portal.approvals import models as approvals
from portal.attachments import models as attachments
from portal.audit import models as audit
from portal.bank import models as bank
from portal.compare import models as compare
from portal.confirmations import models as confirmations
from portal.customers import models as customers
from portal.disputes import models as disputes
from portal.imports import models as imports
from portal.jobs import models as jobs
from portal.ledger import models as ledger
from portal.matching import models as matching
from portal.outbox import models as outbox
from portal.policies import models as policies
from portal.privacy import models as privacy
from portal.receivables import models as receivables
from portal.reminders import models as reminders
from portal.roles import models as roles
from portal.statements import models as statements
from portal.tasks import models as tasks

#: Every module with tables.
MODELS = (
    access,
    adjustments,
    approvals,
    attachments,
    audit,
    bank,
    compare,
    confirmations,
    customers,
    disputes,
    imports,
    jobs,
    ledger,
    matching,
    numbering,
    outbox,
    policies,
    privacy,
    receivables,
    reminders,
    roles,
    statements,
    tasks,
)
