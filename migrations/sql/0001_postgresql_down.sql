DROP TABLE remittance_lines CASCADE
-- next
DROP TABLE unidentified_money CASCADE
-- next
DROP TABLE remittance_advices CASCADE
-- next
DROP TABLE payer_sightings CASCADE
-- next
DROP TABLE match_parts CASCADE
-- next
DROP TABLE matches CASCADE
-- next
DROP TABLE entry_lines CASCADE
-- next
DROP TABLE line_answers CASCADE
-- next
DROP TABLE entries CASCADE
-- next
DROP TABLE dispute_parts CASCADE
-- next
DROP TABLE dispute_events CASCADE
-- next
DROP TABLE comparison_rows CASCADE
-- next
DROP TABLE bank_sightings CASCADE
-- next
DROP TABLE adjustments CASCADE
-- next
DROP TABLE statement_lines CASCADE
-- next
DROP TABLE open_items CASCADE
-- next
DROP TABLE match_item_keys CASCADE
-- next
DROP TABLE einvoices CASCADE
-- next
DROP TABLE document_lines CASCADE
-- next
DROP TABLE disputes CASCADE
-- next
DROP TABLE customer_accounts CASCADE
-- next
DROP TABLE bank_lines CASCADE
-- next
DROP TABLE allocations CASCADE
-- next
DROP TABLE allocation_wishes CASCADE
-- next
DROP TABLE reminders CASCADE
-- next
DROP TABLE paper_confirmations CASCADE
-- next
DROP TABLE master_changes CASCADE
-- next
DROP TABLE mail_codes CASCADE
-- next
DROP TABLE import_quarantine CASCADE
-- next
DROP TABLE import_problems CASCADE
-- next
DROP TABLE grant_reviews CASCADE
-- next
DROP TABLE grant_limits CASCADE
-- next
DROP TABLE grant_customers CASCADE
-- next
DROP TABLE documents CASCADE
-- next
DROP TABLE confirmations CASCADE
-- next
DROP TABLE bank_statements CASCADE
-- next
DROP TABLE bank_problems CASCADE
-- next
DROP TABLE terms_acceptances CASCADE
-- next
DROP TABLE tasks CASCADE
-- next
DROP TABLE statements CASCADE
-- next
DROP TABLE sign_ins CASCADE
-- next
DROP TABLE sign_codes CASCADE
-- next
DROP TABLE sample_items CASCADE
-- next
DROP TABLE role_requests CASCADE
-- next
DROP TABLE outbox_messages CASCADE
-- next
DROP TABLE month_balances CASCADE
-- next
DROP TABLE match_customer_keys CASCADE
-- next
DROP TABLE ledger_layouts CASCADE
-- next
DROP TABLE invitations CASCADE
-- next
DROP TABLE import_batches CASCADE
-- next
DROP TABLE grants CASCADE
-- next
DROP TABLE deep_links CASCADE
-- next
DROP TABLE contacts CASCADE
-- next
DROP TABLE comparisons CASCADE
-- next
DROP TABLE bank_files CASCADE
-- next
DROP TABLE attachments CASCADE
-- next
DROP TABLE approvals CASCADE
-- next
DROP TABLE acts CASCADE
-- next
DROP TABLE account_mappings CASCADE
-- next
DROP TABLE totps CASCADE
-- next
DROP TABLE statement_runs CASCADE
-- next
DROP TABLE staff_role_requests CASCADE
-- next
DROP TABLE sso_links CASCADE
-- next
DROP TABLE sent_forms CASCADE
-- next
DROP TABLE security_events CASCADE
-- next
DROP TABLE samples CASCADE
-- next
DROP TABLE recovery_codes CASCADE
-- next
DROP TABLE policy_versions CASCADE
-- next
DROP TABLE policy_proposals CASCADE
-- next
DROP TABLE password_resets CASCADE
-- next
DROP TABLE passkeys CASCADE
-- next
DROP TABLE old_passwords CASCADE
-- next
DROP TABLE match_rule_sets CASCADE
-- next
DROP TABLE mail_changes CASCADE
-- next
DROP TABLE known_devices CASCADE
-- next
DROP TABLE jobs CASCADE
-- next
DROP TABLE import_profiles CASCADE
-- next
DROP TABLE import_feeds CASCADE
-- next
DROP TABLE customers CASCADE
-- next
DROP TABLE closed_periods CASCADE
-- next
DROP TABLE break_glasses CASCADE
-- next
DROP TABLE bank_layouts CASCADE
-- next
DROP TABLE bank_accounts CASCADE
-- next
DROP TABLE approved_sums CASCADE
-- next
DROP TABLE accounts CASCADE
-- next
DROP TABLE used_once CASCADE
-- next
DROP TABLE throttle_counts CASCADE
-- next
DROP TABLE purges CASCADE
-- next
DROP TABLE personal_values CASCADE
-- next
DROP TABLE people CASCADE
-- next
DROP TABLE number_series CASCADE
-- next
DROP TABLE match_marks CASCADE
-- next
DROP TABLE legal_entities CASCADE
-- next
DROP TABLE exchange_rates CASCADE
-- next
DROP TABLE audit_rows CASCADE
-- next
DROP TABLE audit_head CASCADE
-- next
DROP FUNCTION tg_number_series_1()
-- next
DROP FUNCTION tg_number_series_2()
-- next
DROP FUNCTION tg_grants_1()
-- next
DROP FUNCTION tg_grants_2()
-- next
DROP FUNCTION tg_grants_3()
-- next
DROP FUNCTION tg_grants_4()
-- next
DROP FUNCTION tg_grants_5()
-- next
DROP FUNCTION tg_grant_customers_1()
-- next
DROP FUNCTION tg_grant_customers_2()
-- next
DROP FUNCTION tg_grant_limits_1()
-- next
DROP FUNCTION tg_grant_limits_2()
-- next
DROP FUNCTION tg_security_events_1()
-- next
DROP FUNCTION tg_security_events_2()
-- next
DROP FUNCTION tg_audit_rows_1()
-- next
DROP FUNCTION tg_audit_rows_2()
-- next
DROP FUNCTION tg_personal_values_1()
-- next
DROP FUNCTION tg_audit_head_1()
-- next
DROP FUNCTION tg_audit_head_2()
-- next
DROP FUNCTION tg_approvals_1()
-- next
DROP FUNCTION tg_approvals_2()
-- next
DROP FUNCTION tg_approvals_3()
-- next
DROP FUNCTION tg_approvals_4()
-- next
DROP FUNCTION tg_entries_1()
-- next
DROP FUNCTION tg_entries_2()
-- next
DROP FUNCTION tg_entries_3()
-- next
DROP FUNCTION tg_entries_4()
-- next
DROP FUNCTION tg_entries_5()
-- next
DROP FUNCTION tg_entry_lines_1()
-- next
DROP FUNCTION tg_entry_lines_2()
-- next
DROP FUNCTION tg_entry_lines_3()
-- next
DROP FUNCTION tg_staff_role_requests_1()
-- next
DROP FUNCTION tg_staff_role_requests_2()
-- next
DROP FUNCTION tg_grant_reviews_1()
-- next
DROP FUNCTION tg_grant_reviews_2()
-- next
DROP FUNCTION tg_grant_reviews_3()
-- next
DROP FUNCTION tg_samples_1()
-- next
DROP FUNCTION tg_samples_2()
-- next
DROP FUNCTION tg_sample_items_1()
-- next
DROP FUNCTION tg_sample_items_2()
-- next
DROP FUNCTION tg_break_glasses_1()
-- next
DROP FUNCTION tg_break_glasses_2()
-- next
DROP FUNCTION tg_break_glasses_3()
-- next
DROP FUNCTION tg_policy_versions_1()
-- next
DROP FUNCTION tg_policy_versions_2()
-- next
DROP FUNCTION tg_policy_proposals_1()
-- next
DROP FUNCTION tg_policy_proposals_2()
-- next
DROP FUNCTION tg_customers_1()
-- next
DROP FUNCTION tg_customers_2()
-- next
DROP FUNCTION tg_master_changes_1()
-- next
DROP FUNCTION tg_master_changes_2()
-- next
DROP FUNCTION tg_customer_accounts_1()
-- next
DROP FUNCTION tg_customer_accounts_2()
-- next
DROP FUNCTION tg_customer_accounts_3()
-- next
DROP FUNCTION tg_documents_1()
-- next
DROP FUNCTION tg_documents_2()
-- next
DROP FUNCTION tg_document_lines_1()
-- next
DROP FUNCTION tg_document_lines_2()
-- next
DROP FUNCTION tg_allocations_1()
-- next
DROP FUNCTION tg_allocations_2()
-- next
DROP FUNCTION tg_open_items_1()
-- next
DROP FUNCTION tg_open_items_2()
-- next
DROP FUNCTION tg_allocations_3()
-- next
DROP FUNCTION tg_attachments_1()
-- next
DROP FUNCTION tg_attachments_2()
-- next
DROP FUNCTION tg_bank_lines_1()
-- next
DROP FUNCTION tg_bank_lines_2()
-- next
DROP FUNCTION tg_statements_1()
-- next
DROP FUNCTION tg_statements_2()
-- next
DROP FUNCTION tg_statement_lines_1()
-- next
DROP FUNCTION tg_statement_lines_2()
-- next
DROP FUNCTION tg_statement_lines_3()
-- next
DROP FUNCTION tg_line_answers_1()
-- next
DROP FUNCTION tg_line_answers_2()
-- next
DROP FUNCTION tg_acts_1()
-- next
DROP FUNCTION tg_acts_2()
-- next
DROP FUNCTION tg_dispute_parts_1()
-- next
DROP FUNCTION tg_dispute_parts_2()
-- next
DROP FUNCTION tg_dispute_events_1()
-- next
DROP FUNCTION tg_dispute_events_2()
-- next
DROP FUNCTION tg_import_profiles_1()
-- next
DROP FUNCTION tg_import_profiles_2()
-- next
DROP FUNCTION tg_import_quarantine_1()
-- next
DROP FUNCTION tg_import_quarantine_2()
-- next
DROP FUNCTION tg_einvoices_1()
-- next
DROP FUNCTION tg_einvoices_2()
-- next
DROP FUNCTION tg_confirmations_1()
-- next
DROP FUNCTION tg_confirmations_2()
-- next
DROP FUNCTION tg_terms_acceptances_1()
-- next
DROP FUNCTION tg_terms_acceptances_2()
-- next
DROP FUNCTION tg_paper_confirmations_1()
-- next
DROP FUNCTION tg_paper_confirmations_2()
-- next
DROP FUNCTION tg_payer_sightings_1()
-- next
DROP FUNCTION tg_payer_sightings_2()
-- next
DROP FUNCTION tg_remittance_lines_1()
-- next
DROP FUNCTION tg_remittance_lines_2()
-- next
DROP FUNCTION tg_matches_1()
-- next
DROP FUNCTION tg_matches_2()
-- next
DROP FUNCTION tg_match_rule_sets_1()
-- next
DROP FUNCTION tg_match_rule_sets_2()
-- next
DROP FUNCTION tg_unidentified_money_1()
-- next
DROP FUNCTION tg_unidentified_money_2()
-- next
DROP FUNCTION tg_remittance_advices_1()
-- next
DROP FUNCTION tg_remittance_advices_2()
-- next
DROP FUNCTION tg_allocation_wishes_1()
-- next
DROP FUNCTION tg_allocation_wishes_2()
-- next
DROP FUNCTION tg_reminders_1()
-- next
DROP FUNCTION tg_reminders_2()
-- next
DROP FUNCTION tg_purges_1()
-- next
DROP FUNCTION tg_purges_2()
