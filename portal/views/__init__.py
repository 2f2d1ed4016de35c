"""Customer pages: one module a feature, registered by the application in this order."""

from __future__ import annotations

from portal.views.account import bp as account
from portal.views.attachments import bp as attachments
from portal.views.health import bp as health
from portal.views.links import bp as links
from portal.views.sign_in import bp as sign_in

BLUEPRINTS = (health, sign_in, links, account, attachments)
