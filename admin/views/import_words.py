"""What people call the columns of an imported file; files keep the plain names."""

from __future__ import annotations

from portal.errors import N_

COLUMN_WORDS = {
    "document_no": N_("Document number"), "kind": N_("Kind"), "customer_no": N_("Customer number"),
    "currency": N_("Currency"), "document_date": N_("Document date"), "amount": N_("Amount"),
    "entity": N_("Legal entity"), "customer_name": N_("Customer name"), "due_date": N_("Due"),
    "reference": N_("Reference"), "description": N_("Description"), "applies_to": N_("Applies to"),
    "disputed": N_("Disputed amount"), "settled_date": N_("Settled on"), "tax_amount": N_("Tax amount"),
    "tax_invoice_no": N_("Tax invoice number"), "order_no": N_("Order"), "exchange_rate": N_("Exchange rate"),
    "department": N_("Department"), "project": N_("Project"), "method": N_("Method"), "item": N_("Item"),
    "quantity": N_("Quantity"), "unit_price": N_("Unit price"), "tax_rate": N_("Tax rate"),
    "debit": N_("Debit"), "credit": N_("Credit"), "balance": N_("Balance"),
    "direction": N_("Debit or credit, as a word"),
    "number": N_("Customer number"), "name": N_("Name"), "name_en": N_("English name"), "country": N_("Country"),
    "tax_no": N_("Tax number"), "street_address": N_("Address"), "language": N_("Language"),
    "terms_days": N_("Payment term, days"), "credit_limit": N_("Credit limit"), "owner": N_("Owner"),
    "contact_name": N_("Contact: name"), "contact_email": N_("Contact: e-mail"), "contact_phone": N_("Contact: phone"),
    "contact_job_title": N_("Contact: job title"), "contact_language": N_("Contact: language"),
}  # fmt: skip
FIGURE_COLUMNS = {
    "amount",
    "debit",
    "credit",
    "balance",
    "tax_amount",
    "quantity",
    "unit_price",
    "exchange_rate",
}
