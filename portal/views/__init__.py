"""Customer pages: one module a feature, registered by the application in this order."""

from __future__ import annotations

from portal.views.account import bp as account
from portal.views.allocations import bp as allocations
from portal.views.attachments import bp as attachments
from portal.views.break_glass import bp as break_glass
from portal.views.compare import bp as compare
from portal.views.compare_acts import bp as compare_acts
from portal.views.compare_reading import bp as compare_reading
from portal.views.confirmations import bp as confirmations
from portal.views.disputes import bp as disputes
from portal.views.documents import bp as documents
from portal.views.factors import bp as factors
from portal.views.first_signature import bp as first_signature
from portal.views.health import bp as health
from portal.views.invitation import bp as invitation
from portal.views.links import bp as links
from portal.views.open_items import bp as open_items
from portal.views.overview import bp as overview
from portal.views.people import bp as people
from portal.views.receipts import bp as receipts
from portal.views.remittances import bp as remittances
from portal.views.resets import bp as resets
from portal.views.sign_in import bp as sign_in
from portal.views.sso import bp as sso
from portal.views.statements import bp as statements
from portal.views.viewing import bp as viewing

BLUEPRINTS = (
    health,
    sign_in,
    sso,
    links,
    invitation,
    resets,
    break_glass,
    overview,
    people,
    viewing,
    statements,
    confirmations,
    first_signature,
    receipts,
    open_items,
    disputes,
    compare,
    compare_reading,
    compare_acts,
    documents,
    allocations,
    remittances,
    account,
    factors,
    attachments,
)
