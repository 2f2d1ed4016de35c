DROP TABLE remittance_lines
-- next
DROP TABLE unidentified_money
-- next
DROP TABLE remittance_advices
-- next
DROP TABLE payer_sightings
-- next
DROP TABLE match_parts
-- next
DROP TABLE matches
-- next
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
DROP TABLE comparison_rows
-- next
DROP TABLE bank_sightings
-- next
DROP TABLE adjustments
-- next
DROP TABLE statement_lines
-- next
DROP TABLE open_items
-- next
DROP TABLE match_item_keys
-- next
DROP TABLE einvoices
-- next
DROP TABLE document_lines
-- next
DROP TABLE disputes
-- next
DROP TABLE customer_accounts
-- next
DROP TABLE bank_lines
-- next
DROP TABLE allocations
-- next
DROP TABLE allocation_wishes
-- next
DROP TABLE reminders
-- next
DROP TABLE paper_confirmations
-- next
DROP TABLE master_changes
-- next
DROP TABLE mail_codes
-- next
DROP TABLE import_quarantine
-- next
DROP TABLE import_problems
-- next
DROP TABLE grant_reviews
-- next
DROP TABLE grant_limits
-- next
DROP TABLE grant_customers
-- next
DROP TABLE documents
-- next
DROP TABLE confirmations
-- next
DROP TABLE bank_statements
-- next
DROP TABLE bank_problems
-- next
DROP TABLE terms_acceptances
-- next
DROP TABLE tasks
-- next
DROP TABLE statements
-- next
DROP TABLE sign_ins
-- next
DROP TABLE sign_codes
-- next
DROP TABLE sample_items
-- next
DROP TABLE role_requests
-- next
DROP TABLE outbox_messages
-- next
DROP TABLE month_balances
-- next
DROP TABLE match_customer_keys
-- next
DROP TABLE ledger_layouts
-- next
DROP TABLE invitations
-- next
DROP TABLE import_batches
-- next
DROP TABLE grants
-- next
DROP TABLE deep_links
-- next
DROP TABLE contacts
-- next
DROP TABLE comparisons
-- next
DROP TABLE bank_files
-- next
DROP TABLE attachments
-- next
DROP TABLE approvals
-- next
DROP TABLE acts
-- next
DROP TABLE account_mappings
-- next
DROP TABLE totps
-- next
DROP TABLE statement_runs
-- next
DROP TABLE staff_role_requests
-- next
DROP TABLE sso_links
-- next
DROP TABLE sent_forms
-- next
DROP TABLE security_events
-- next
DROP TABLE samples
-- next
DROP TABLE recovery_codes
-- next
DROP TABLE policy_versions
-- next
DROP TABLE policy_proposals
-- next
DROP TABLE password_resets
-- next
DROP TABLE passkeys
-- next
DROP TABLE old_passwords
-- next
DROP TABLE match_rule_sets
-- next
DROP TABLE mail_changes
-- next
DROP TABLE known_devices
-- next
DROP TABLE jobs
-- next
DROP TABLE import_profiles
-- next
DROP TABLE import_feeds
-- next
DROP TABLE customers
-- next
DROP TABLE closed_periods
-- next
DROP TABLE break_glasses
-- next
DROP TABLE bank_layouts
-- next
DROP TABLE bank_accounts
-- next
DROP TABLE approved_sums
-- next
DROP TABLE accounts
-- next
DROP TABLE used_once
-- next
DROP TABLE throttle_counts
-- next
DROP TABLE purges
-- next
DROP TABLE personal_values
-- next
DROP TABLE people
-- next
DROP TABLE number_series
-- next
DROP TABLE match_marks
-- next
DROP TABLE legal_entities
-- next
DROP TABLE exchange_rates
-- next
DROP TABLE audit_rows
-- next
DROP TABLE audit_head
