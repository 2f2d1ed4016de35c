DROP TABLE entry_lines
-- next
DROP TABLE line_answers
-- next
DROP TABLE entries
-- next
DROP TABLE dispute_parts
-- next
DROP TABLE dispute_events
-- next
DROP TABLE adjustments
-- next
DROP TABLE statement_lines
-- next
DROP TABLE reminders
-- next
DROP TABLE open_items
-- next
DROP TABLE document_lines
-- next
DROP TABLE disputes
-- next
DROP TABLE confirmations
-- next
DROP TABLE allocations
-- next
DROP TABLE tasks
-- next
DROP TABLE statements
-- next
DROP TABLE sign_ins
-- next
DROP TABLE outbox_messages
-- next
DROP TABLE month_balances
-- next
DROP TABLE import_problems
-- next
DROP TABLE grants
-- next
DROP TABLE documents
-- next
DROP TABLE deep_links
-- next
DROP TABLE contacts
-- next
DROP TABLE attachments
-- next
DROP TABLE approvals
-- next
DROP TABLE account_mappings
-- next
DROP TABLE statement_runs
-- next
DROP TABLE security_events
-- next
DROP TABLE policy_versions
-- next
DROP TABLE jobs
-- next
DROP TABLE import_batches
-- next
DROP TABLE customers
-- next
DROP TABLE closed_periods
-- next
DROP TABLE accounts
-- next
DROP TABLE throttle_counts
-- next
DROP TABLE people
-- next
DROP TABLE number_series
-- next
DROP TABLE legal_entities
-- next
DROP TABLE import_profiles
-- next
DROP TABLE exchange_rates
-- next
DROP TABLE audit_rows
-- next
DROP TABLE audit_head
