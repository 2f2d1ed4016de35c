"""Staff pages: one module a feature, registered by the application in this order."""

from __future__ import annotations

from flask import Blueprint

from admin.views.adjustments import bp as adjustments
from admin.views.approvals import bp as approvals
from admin.views.audit import bp as audit
from admin.views.bank import bp as bank
from admin.views.bank_files import bp as bank_files
from admin.views.break_glass import bp as break_glass
from admin.views.compare import bp as compare
from admin.views.contacts import bp as contacts
from admin.views.customer_acts import bp as customer_acts
from admin.views.customer_master import bp as customer_master
from admin.views.customer_people import bp as customer_people
from admin.views.customers import bp as customers
from admin.views.disputes import bp as disputes
from admin.views.document_form import bp as documents
from admin.views.import_feeds import bp as import_feeds
from admin.views.import_layouts import bp as import_layouts
from admin.views.import_rows import bp as import_rows
from admin.views.imports import bp as imports
from admin.views.jobs import bp as jobs
from admin.views.mail import bp as mail
from admin.views.matching_wishes import bp as matching
from admin.views.paper import bp as paper
from admin.views.people import bp as people
from admin.views.periods import bp as periods
from admin.views.policies import bp as policies
from admin.views.privacy import bp as privacy
from admin.views.rates import bp as rates
from admin.views.reviews import bp as reviews
from admin.views.roles import bp as roles
from admin.views.samples import bp as samples
from admin.views.security_log import bp as security_log
from admin.views.settings import bp as settings
from admin.views.statements import bp as statements
from admin.views.worklist import bp as worklist

BLUEPRINTS: tuple[Blueprint, ...] = (
    worklist, disputes, compare, approvals, adjustments, imports, import_rows, import_layouts, import_feeds,
    bank, bank_files, jobs, statements, paper, customers, customer_acts,
    customer_people, customer_master, contacts, documents, mail, matching,
    periods, rates, people, roles, reviews, samples, policies,
    break_glass, privacy, security_log, audit, settings,
)  # fmt: skip
