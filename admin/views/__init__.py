"""Staff pages: one module a feature, registered by the application in this order."""

from __future__ import annotations

from flask import Blueprint

from admin.views.adjustments import bp as adjustments
from admin.views.approvals import bp as approvals
from admin.views.audit import bp as audit
from admin.views.contacts import bp as contacts
from admin.views.customer_acts import bp as customer_acts
from admin.views.customer_master import bp as customer_master
from admin.views.customer_people import bp as customer_people
from admin.views.customers import bp as customers
from admin.views.disputes import bp as disputes
from admin.views.document_form import bp as documents
from admin.views.imports import bp as imports
from admin.views.jobs import bp as jobs
from admin.views.mail import bp as mail
from admin.views.matching_pages import bp as matching
from admin.views.paper import bp as paper
from admin.views.people import bp as people
from admin.views.periods import bp as periods
from admin.views.rates import bp as rates
from admin.views.settings import bp as settings
from admin.views.statements import bp as statements
from admin.views.worklist import bp as worklist

BLUEPRINTS: tuple[Blueprint, ...] = (
    worklist, disputes, approvals, adjustments, imports, jobs, statements, paper, customers, customer_acts,
    customer_people, customer_master, contacts, documents, mail, matching,
    periods, rates, people, audit, settings,
)  # fmt: skip
