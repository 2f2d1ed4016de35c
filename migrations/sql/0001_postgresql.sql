CREATE TABLE number_series (
	name VARCHAR(40) NOT NULL,
	last INTEGER NOT NULL,
	CONSTRAINT pk_number_series PRIMARY KEY (name)
)
-- next
CREATE TABLE people (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	email VARCHAR(254) NOT NULL,
	name VARCHAR(120) NOT NULL,
	job_title VARCHAR(120) NOT NULL,
	phone VARCHAR(60) NOT NULL,
	language VARCHAR(2) NOT NULL,
	theme VARCHAR(5) NOT NULL,
	has_single_keys BOOLEAN NOT NULL,
	password_hash VARCHAR(255),
	password_set_at TIMESTAMP WITH TIME ZONE,
	is_active BOOLEAN NOT NULL,
	is_sealed BOOLEAN NOT NULL,
	erased_at TIMESTAMP WITH TIME ZONE,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_people PRIMARY KEY (id),
	CONSTRAINT ck_people_language_known CHECK (language IN ('zh', 'en')),
	CONSTRAINT ck_people_theme_known CHECK (theme IN ('auto', 'light', 'dark')),
	CONSTRAINT uq_people_public_id UNIQUE (public_id),
	CONSTRAINT uq_people_email UNIQUE (email)
)
-- next
CREATE TABLE throttle_counts (
	key VARCHAR(160) NOT NULL,
	window_at TIMESTAMP WITH TIME ZONE NOT NULL,
	tries INTEGER NOT NULL,
	CONSTRAINT pk_throttle_counts PRIMARY KEY (key, window_at)
)
-- next
CREATE TABLE used_once (
	key VARCHAR(64) NOT NULL,
	used_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_used_once PRIMARY KEY (key)
)
-- next
CREATE TABLE audit_rows (
	number BIGINT NOT NULL,
	version INTEGER NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	event VARCHAR(60) NOT NULL,
	actor_id BIGINT,
	actor_name VARCHAR(120) NOT NULL,
	subject_kind VARCHAR(30) NOT NULL,
	subject_id VARCHAR(22) NOT NULL,
	customer_id BIGINT,
	body TEXT NOT NULL,
	previous_hash VARCHAR(64) NOT NULL,
	hash VARCHAR(64) NOT NULL,
	CONSTRAINT pk_audit_rows PRIMARY KEY (number)
)
-- next
CREATE INDEX ix_audit_rows_subject ON audit_rows (subject_kind, subject_id)
-- next
CREATE INDEX ix_audit_rows_at ON audit_rows (at)
-- next
CREATE TABLE audit_head (
	id INTEGER NOT NULL,
	number BIGINT NOT NULL,
	hash VARCHAR(64) NOT NULL,
	CONSTRAINT pk_audit_head PRIMARY KEY (id),
	CONSTRAINT ck_audit_head_single_row CHECK (id = 1)
)
-- next
CREATE TABLE personal_values (
	token VARCHAR(22) NOT NULL,
	subject_kind VARCHAR(30) NOT NULL,
	subject_id VARCHAR(22) NOT NULL,
	salt VARCHAR(22) NOT NULL,
	value TEXT NOT NULL,
	CONSTRAINT pk_personal_values PRIMARY KEY (token)
)
-- next
CREATE INDEX ix_personal_values_subject ON personal_values (subject_kind, subject_id)
-- next
CREATE TABLE legal_entities (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	code VARCHAR(20) NOT NULL,
	name VARCHAR(200) NOT NULL,
	name_en VARCHAR(200) NOT NULL,
	short_name VARCHAR(60) NOT NULL,
	short_name_en VARCHAR(60) NOT NULL,
	tax_no VARCHAR(40) NOT NULL,
	street_address VARCHAR(300) NOT NULL,
	bank_details VARCHAR(500) NOT NULL,
	phone VARCHAR(60) NOT NULL,
	email VARCHAR(254) NOT NULL,
	time_zone VARCHAR(40) NOT NULL,
	book_currency VARCHAR(3),
	CONSTRAINT pk_legal_entities PRIMARY KEY (id),
	CONSTRAINT uq_legal_entities_public_id UNIQUE (public_id),
	CONSTRAINT uq_legal_entities_code UNIQUE (code)
)
-- next
CREATE TABLE exchange_rates (
	id BIGSERIAL NOT NULL,
	currency VARCHAR(3) NOT NULL,
	book_currency VARCHAR(3) NOT NULL,
	rate_on DATE NOT NULL,
	rate VARCHAR(30) NOT NULL,
	source VARCHAR(60) NOT NULL,
	CONSTRAINT pk_exchange_rates PRIMARY KEY (id),
	CONSTRAINT uq_exchange_rates_currency_book_currency_rate_on UNIQUE (currency, book_currency, rate_on)
)
-- next
CREATE TABLE match_marks (
	name VARCHAR(40) NOT NULL,
	value BIGINT NOT NULL,
	CONSTRAINT pk_match_marks PRIMARY KEY (name)
)
-- next
CREATE TABLE purges (
	id BIGSERIAL NOT NULL,
	kind VARCHAR(20) NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	kept_days INTEGER NOT NULL,
	before_at TIMESTAMP WITH TIME ZONE NOT NULL,
	found INTEGER NOT NULL,
	CONSTRAINT pk_purges PRIMARY KEY (id),
	CONSTRAINT ck_purges_kind_known CHECK (kind IN ('security-log', 'sign-ins', 'links', 'mail', 'codes')),
	CONSTRAINT ck_purges_kept_long_enough CHECK (kind <> 'security-log' OR kept_days >= 183)
)
-- next
CREATE TABLE sent_forms (
	number VARCHAR(43) NOT NULL,
	person_id BIGINT NOT NULL,
	content_hash VARCHAR(64) NOT NULL,
	location VARCHAR(500) NOT NULL,
	sent_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_sent_forms PRIMARY KEY (number),
	CONSTRAINT fk_sent_forms_person_id FOREIGN KEY(person_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_sent_forms_person ON sent_forms (person_id, sent_at)
-- next
CREATE TABLE security_events (
	id BIGSERIAL NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	event VARCHAR(60) NOT NULL,
	person_id BIGINT,
	address VARCHAR(64) NOT NULL,
	request_id VARCHAR(32) NOT NULL,
	details TEXT NOT NULL,
	CONSTRAINT pk_security_events PRIMARY KEY (id),
	CONSTRAINT fk_security_events_person_id FOREIGN KEY(person_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_security_events_at ON security_events (at)
-- next
CREATE TABLE old_passwords (
	id BIGSERIAL NOT NULL,
	person_id BIGINT NOT NULL,
	password_hash VARCHAR(255) NOT NULL,
	ended_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_old_passwords PRIMARY KEY (id),
	CONSTRAINT fk_old_passwords_person_id FOREIGN KEY(person_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_old_passwords_person ON old_passwords (person_id)
-- next
CREATE TABLE totps (
	person_id BIGINT NOT NULL,
	sealed_seed VARCHAR(255),
	sealed_next VARCHAR(255),
	confirmed_at TIMESTAMP WITH TIME ZONE,
	last_step BIGINT NOT NULL,
	CONSTRAINT pk_totps PRIMARY KEY (person_id),
	CONSTRAINT fk_totps_person_id FOREIGN KEY(person_id) REFERENCES people (id)
)
-- next
CREATE TABLE recovery_codes (
	id BIGSERIAL NOT NULL,
	person_id BIGINT NOT NULL,
	code_hash VARCHAR(64) NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	used_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_recovery_codes PRIMARY KEY (id),
	CONSTRAINT fk_recovery_codes_person_id FOREIGN KEY(person_id) REFERENCES people (id),
	CONSTRAINT uq_recovery_codes_code_hash UNIQUE (code_hash)
)
-- next
CREATE INDEX ix_recovery_codes_person ON recovery_codes (person_id)
-- next
CREATE TABLE passkeys (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	person_id BIGINT NOT NULL,
	credential_id VARCHAR(1400) NOT NULL,
	public_key TEXT NOT NULL,
	sign_count BIGINT NOT NULL,
	name VARCHAR(60) NOT NULL,
	is_synced BOOLEAN NOT NULL,
	added_at TIMESTAMP WITH TIME ZONE NOT NULL,
	last_used_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_passkeys PRIMARY KEY (id),
	CONSTRAINT uq_passkeys_public_id UNIQUE (public_id),
	CONSTRAINT fk_passkeys_person_id FOREIGN KEY(person_id) REFERENCES people (id),
	CONSTRAINT uq_passkeys_credential_id UNIQUE (credential_id)
)
-- next
CREATE INDEX ix_passkeys_person ON passkeys (person_id)
-- next
CREATE TABLE sso_links (
	id BIGSERIAL NOT NULL,
	issuer VARCHAR(255) NOT NULL,
	subject VARCHAR(255) NOT NULL,
	person_id BIGINT NOT NULL,
	linked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_sso_links PRIMARY KEY (id),
	CONSTRAINT uq_sso_links_issuer_subject UNIQUE (issuer, subject),
	CONSTRAINT uq_sso_links_issuer_person_id UNIQUE (issuer, person_id),
	CONSTRAINT fk_sso_links_person_id FOREIGN KEY(person_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_sso_links_person ON sso_links (person_id)
-- next
CREATE TABLE known_devices (
	id BIGSERIAL NOT NULL,
	person_id BIGINT NOT NULL,
	token_hash VARCHAR(64) NOT NULL,
	device VARCHAR(255) NOT NULL,
	first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
	last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_known_devices PRIMARY KEY (id),
	CONSTRAINT fk_known_devices_person_id FOREIGN KEY(person_id) REFERENCES people (id)
)
-- next
CREATE UNIQUE INDEX ix_known_devices_token ON known_devices (token_hash, person_id)
-- next
CREATE TABLE password_resets (
	id BIGSERIAL NOT NULL,
	token_hash VARCHAR(64) NOT NULL,
	person_id BIGINT NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ended_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_password_resets PRIMARY KEY (id),
	CONSTRAINT uq_password_resets_token_hash UNIQUE (token_hash),
	CONSTRAINT fk_password_resets_person_id FOREIGN KEY(person_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_password_resets_person ON password_resets (person_id)
-- next
CREATE TABLE mail_changes (
	id BIGSERIAL NOT NULL,
	token_hash VARCHAR(64) NOT NULL,
	person_id BIGINT NOT NULL,
	email VARCHAR(254) NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ended_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_mail_changes PRIMARY KEY (id),
	CONSTRAINT uq_mail_changes_token_hash UNIQUE (token_hash),
	CONSTRAINT fk_mail_changes_person_id FOREIGN KEY(person_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_mail_changes_person ON mail_changes (person_id)
-- next
CREATE TABLE jobs (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	name VARCHAR(60) NOT NULL,
	key VARCHAR(200) NOT NULL,
	payload TEXT NOT NULL,
	state VARCHAR(10) NOT NULL,
	attempts INTEGER NOT NULL,
	done_count INTEGER NOT NULL,
	total_count INTEGER NOT NULL,
	result TEXT,
	error TEXT NOT NULL,
	requested_by_id BIGINT,
	due_at TIMESTAMP WITH TIME ZONE NOT NULL,
	lease_until TIMESTAMP WITH TIME ZONE,
	lease_owner VARCHAR(80) NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	started_at TIMESTAMP WITH TIME ZONE,
	finished_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_jobs PRIMARY KEY (id),
	CONSTRAINT ck_jobs_state_known CHECK (state IN ('queued', 'running', 'done', 'failed')),
	CONSTRAINT uq_jobs_public_id UNIQUE (public_id),
	CONSTRAINT uq_jobs_key UNIQUE (key),
	CONSTRAINT fk_jobs_requested_by_id FOREIGN KEY(requested_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_jobs_due ON jobs (state, due_at)
-- next
CREATE TABLE approved_sums (
	key VARCHAR(60) NOT NULL,
	person_id BIGINT NOT NULL,
	day_on DATE NOT NULL,
	currency VARCHAR(3) NOT NULL,
	used_minor BIGINT NOT NULL,
	CONSTRAINT pk_approved_sums PRIMARY KEY (key),
	CONSTRAINT fk_approved_sums_person_id FOREIGN KEY(person_id) REFERENCES people (id)
)
-- next
CREATE TABLE accounts (
	id BIGSERIAL NOT NULL,
	entity_id BIGINT NOT NULL,
	code VARCHAR(20) NOT NULL,
	name VARCHAR(100) NOT NULL,
	name_en VARCHAR(100) NOT NULL,
	CONSTRAINT pk_accounts PRIMARY KEY (id),
	CONSTRAINT uq_accounts_entity_id_code UNIQUE (entity_id, code),
	CONSTRAINT fk_accounts_entity_id FOREIGN KEY(entity_id) REFERENCES legal_entities (id)
)
-- next
CREATE TABLE closed_periods (
	id BIGSERIAL NOT NULL,
	entity_id BIGINT NOT NULL,
	starts_on DATE NOT NULL,
	until_on DATE NOT NULL,
	closed_by_id BIGINT,
	closed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	reopened_by_id BIGINT,
	reopened_at TIMESTAMP WITH TIME ZONE,
	reopen_reason VARCHAR(500) NOT NULL,
	CONSTRAINT pk_closed_periods PRIMARY KEY (id),
	CONSTRAINT fk_closed_periods_entity_id FOREIGN KEY(entity_id) REFERENCES legal_entities (id),
	CONSTRAINT fk_closed_periods_closed_by_id FOREIGN KEY(closed_by_id) REFERENCES people (id),
	CONSTRAINT fk_closed_periods_reopened_by_id FOREIGN KEY(reopened_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_closed_periods_month ON closed_periods (entity_id, starts_on)
-- next
CREATE TABLE staff_role_requests (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	person_id BIGINT NOT NULL,
	act VARCHAR(6) NOT NULL,
	role VARCHAR(20) NOT NULL,
	terms TEXT NOT NULL,
	reason VARCHAR(500) NOT NULL,
	asked_by_id BIGINT NOT NULL,
	asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	state VARCHAR(8) NOT NULL,
	CONSTRAINT pk_staff_role_requests PRIMARY KEY (id),
	CONSTRAINT ck_staff_role_requests_act_known CHECK (act IN ('give', 'change', 'take')),
	CONSTRAINT ck_staff_role_requests_role_known CHECK (role IN ('clerk', 'approver', 'department', 'auditor', 'security-admin', 'system-admin')),
	CONSTRAINT ck_staff_role_requests_state_known CHECK (state IN ('pending', 'done', 'rejected', 'voided')),
	CONSTRAINT ck_staff_role_requests_not_for_oneself CHECK (asked_by_id <> person_id),
	CONSTRAINT uq_staff_role_requests_public_id UNIQUE (public_id),
	CONSTRAINT fk_staff_role_requests_person_id FOREIGN KEY(person_id) REFERENCES people (id),
	CONSTRAINT fk_staff_role_requests_asked_by_id FOREIGN KEY(asked_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_staff_role_requests_person ON staff_role_requests (person_id)
-- next
CREATE TABLE samples (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	name VARCHAR(120) NOT NULL,
	population VARCHAR(20) NOT NULL,
	definition TEXT NOT NULL,
	size INTEGER NOT NULL,
	seed VARCHAR(60) NOT NULL,
	method VARCHAR(20) NOT NULL,
	population_size INTEGER NOT NULL,
	population_hash VARCHAR(64) NOT NULL,
	drawn_by_id BIGINT,
	drawn_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_samples PRIMARY KEY (id),
	CONSTRAINT ck_samples_population_known CHECK (population IN ('customers', 'documents', 'confirmations')),
	CONSTRAINT ck_samples_sizes CHECK (size > 0 AND population_size >= 0),
	CONSTRAINT uq_samples_public_id UNIQUE (public_id),
	CONSTRAINT fk_samples_drawn_by_id FOREIGN KEY(drawn_by_id) REFERENCES people (id)
)
-- next
CREATE TABLE break_glasses (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	person_id BIGINT NOT NULL,
	secret_hash VARCHAR(255) NOT NULL,
	sealed_by_id BIGINT,
	sealed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	voided_at TIMESTAMP WITH TIME ZONE,
	opened_by VARCHAR(120) NOT NULL,
	reason TEXT NOT NULL,
	address VARCHAR(64) NOT NULL,
	device VARCHAR(255) NOT NULL,
	opened_at TIMESTAMP WITH TIME ZONE,
	ends_at TIMESTAMP WITH TIME ZONE,
	reviewed_by_id BIGINT,
	reviewed_at TIMESTAMP WITH TIME ZONE,
	review_note TEXT NOT NULL,
	CONSTRAINT pk_break_glasses PRIMARY KEY (id),
	CONSTRAINT ck_break_glasses_opened_for_a_time CHECK ((opened_at IS NULL) = (ends_at IS NULL)),
	CONSTRAINT ck_break_glasses_opened_for_a_reason CHECK (opened_at IS NULL OR reason <> ''),
	CONSTRAINT ck_break_glasses_reviewed_by_another CHECK (reviewed_by_id IS NULL OR reviewed_by_id <> person_id),
	CONSTRAINT uq_break_glasses_public_id UNIQUE (public_id),
	CONSTRAINT fk_break_glasses_person_id FOREIGN KEY(person_id) REFERENCES people (id),
	CONSTRAINT fk_break_glasses_sealed_by_id FOREIGN KEY(sealed_by_id) REFERENCES people (id),
	CONSTRAINT fk_break_glasses_reviewed_by_id FOREIGN KEY(reviewed_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_break_glasses_person ON break_glasses (person_id)
-- next
CREATE TABLE policy_versions (
	version INTEGER NOT NULL,
	valid_from_on DATE NOT NULL,
	body TEXT NOT NULL,
	reason VARCHAR(500) NOT NULL,
	made_by_id BIGINT,
	approved_by_id BIGINT,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_policy_versions PRIMARY KEY (version),
	CONSTRAINT ck_policy_versions_two_people CHECK (made_by_id IS NULL OR (approved_by_id IS NOT NULL AND approved_by_id <> made_by_id)),
	CONSTRAINT fk_policy_versions_made_by_id FOREIGN KEY(made_by_id) REFERENCES people (id),
	CONSTRAINT fk_policy_versions_approved_by_id FOREIGN KEY(approved_by_id) REFERENCES people (id)
)
-- next
CREATE TABLE policy_proposals (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	base_version INTEGER NOT NULL,
	valid_from_on DATE NOT NULL,
	body TEXT NOT NULL,
	reason VARCHAR(500) NOT NULL,
	asked_by_id BIGINT NOT NULL,
	asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	state VARCHAR(8) NOT NULL,
	CONSTRAINT pk_policy_proposals PRIMARY KEY (id),
	CONSTRAINT ck_policy_proposals_state_known CHECK (state IN ('pending', 'done', 'rejected', 'voided')),
	CONSTRAINT uq_policy_proposals_public_id UNIQUE (public_id),
	CONSTRAINT fk_policy_proposals_asked_by_id FOREIGN KEY(asked_by_id) REFERENCES people (id)
)
-- next
CREATE TABLE customers (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	number VARCHAR(60) COLLATE "C" NOT NULL,
	name VARCHAR(200) NOT NULL,
	name_en VARCHAR(200) NOT NULL,
	name_key VARCHAR(500) COLLATE "C" NOT NULL,
	currency VARCHAR(3) NOT NULL,
	language VARCHAR(2) NOT NULL,
	country VARCHAR(20) NOT NULL,
	tax_no VARCHAR(40) NOT NULL,
	street_address VARCHAR(300) NOT NULL,
	terms_days INTEGER NOT NULL,
	credit_limit_minor BIGINT,
	department VARCHAR(60) NOT NULL,
	owner_id BIGINT,
	owner_named_at TIMESTAMP WITH TIME ZONE,
	parent_id BIGINT,
	mail_domains VARCHAR(500) NOT NULL,
	is_paused BOOLEAN NOT NULL,
	paused_at TIMESTAMP WITH TIME ZONE,
	pause_reason VARCHAR(500) NOT NULL,
	first_on DATE NOT NULL,
	archived_at TIMESTAMP WITH TIME ZONE,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	row_version INTEGER NOT NULL,
	CONSTRAINT pk_customers PRIMARY KEY (id),
	CONSTRAINT ck_customers_language_known CHECK (language IN ('zh', 'en')),
	CONSTRAINT ck_customers_not_its_own_parent CHECK (parent_id IS NULL OR parent_id <> id),
	CONSTRAINT ck_customers_pause_is_dated CHECK ((paused_at IS NOT NULL) = is_paused),
	CONSTRAINT uq_customers_public_id UNIQUE (public_id),
	CONSTRAINT uq_customers_number UNIQUE (number),
	CONSTRAINT fk_customers_owner_id FOREIGN KEY(owner_id) REFERENCES people (id),
	CONSTRAINT fk_customers_parent_id FOREIGN KEY(parent_id) REFERENCES customers (id)
)
-- next
CREATE INDEX ix_customers_name_key ON customers (name_key)
-- next
CREATE INDEX ix_customers_owner ON customers (owner_id)
-- next
CREATE INDEX ix_customers_parent ON customers (parent_id)
-- next
CREATE TABLE bank_accounts (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	entity_id BIGINT NOT NULL,
	identifier VARCHAR(64) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	name VARCHAR(120) NOT NULL,
	bank_name VARCHAR(120) NOT NULL,
	is_active BOOLEAN NOT NULL,
	feed_days INTEGER NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_bank_accounts PRIMARY KEY (id),
	CONSTRAINT uq_bank_accounts_entity_id_identifier_currency UNIQUE (entity_id, identifier, currency),
	CONSTRAINT uq_bank_accounts_public_id UNIQUE (public_id),
	CONSTRAINT fk_bank_accounts_entity_id FOREIGN KEY(entity_id) REFERENCES legal_entities (id)
)
-- next
CREATE TABLE bank_layouts (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	name VARCHAR(80) NOT NULL,
	signature VARCHAR(64) NOT NULL,
	body TEXT NOT NULL,
	state VARCHAR(10) NOT NULL,
	made_by_id BIGINT,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_bank_layouts PRIMARY KEY (id),
	CONSTRAINT ck_bank_layouts_state_known CHECK (state IN ('tried', 'pending', 'active', 'retired')),
	CONSTRAINT ck_bank_layouts_signature_is_hash CHECK (length(signature) = 64),
	CONSTRAINT uq_bank_layouts_public_id UNIQUE (public_id),
	CONSTRAINT fk_bank_layouts_made_by_id FOREIGN KEY(made_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_bank_layouts_signature ON bank_layouts (signature, state)
-- next
CREATE TABLE statement_runs (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	entity_id BIGINT NOT NULL,
	period_from DATE NOT NULL,
	period_until DATE NOT NULL,
	state VARCHAR(12) NOT NULL,
	result TEXT,
	policy_version INTEGER,
	released_by VARCHAR(120) NOT NULL,
	started_by_id BIGINT,
	started_at TIMESTAMP WITH TIME ZONE NOT NULL,
	finished_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_statement_runs PRIMARY KEY (id),
	CONSTRAINT ck_statement_runs_state_known CHECK (state IN ('preparing', 'prepared', 'issuing', 'issued', 'failed')),
	CONSTRAINT uq_statement_runs_public_id UNIQUE (public_id),
	CONSTRAINT fk_statement_runs_entity_id FOREIGN KEY(entity_id) REFERENCES legal_entities (id),
	CONSTRAINT fk_statement_runs_started_by_id FOREIGN KEY(started_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_statement_runs_period ON statement_runs (entity_id, period_from)
-- next
CREATE TABLE import_feeds (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	name VARCHAR(60) NOT NULL,
	profile VARCHAR(60) NOT NULL,
	rhythm VARCHAR(10) NOT NULL,
	grace_days INTEGER NOT NULL,
	is_active BOOLEAN NOT NULL,
	began_on DATE NOT NULL,
	last_arrived_at TIMESTAMP WITH TIME ZONE,
	made_by_id BIGINT,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_import_feeds PRIMARY KEY (id),
	CONSTRAINT ck_import_feeds_rhythm_known CHECK (rhythm IN ('workday', 'daily', 'weekly', 'monthly')),
	CONSTRAINT ck_import_feeds_grace_days_sane CHECK (grace_days BETWEEN 0 AND 31),
	CONSTRAINT uq_import_feeds_public_id UNIQUE (public_id),
	CONSTRAINT uq_import_feeds_name UNIQUE (name),
	CONSTRAINT fk_import_feeds_made_by_id FOREIGN KEY(made_by_id) REFERENCES people (id)
)
-- next
CREATE TABLE import_profiles (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	name VARCHAR(60) NOT NULL,
	version INTEGER NOT NULL,
	body TEXT NOT NULL,
	state VARCHAR(10) NOT NULL,
	made_by_id BIGINT,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	decided_by_id BIGINT,
	decided_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_import_profiles PRIMARY KEY (id),
	CONSTRAINT uq_import_profiles_name_version UNIQUE (name, version),
	CONSTRAINT ck_import_profiles_state_known CHECK (state IN ('draft', 'pending', 'approved', 'rejected')),
	CONSTRAINT uq_import_profiles_public_id UNIQUE (public_id),
	CONSTRAINT fk_import_profiles_made_by_id FOREIGN KEY(made_by_id) REFERENCES people (id),
	CONSTRAINT fk_import_profiles_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES people (id)
)
-- next
CREATE TABLE match_rule_sets (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	version INTEGER NOT NULL,
	state VARCHAR(10) NOT NULL,
	body TEXT NOT NULL,
	reason VARCHAR(500) NOT NULL,
	made_by_id BIGINT,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	active_from_at TIMESTAMP WITH TIME ZONE,
	row_version INTEGER NOT NULL,
	CONSTRAINT pk_match_rule_sets PRIMARY KEY (id),
	CONSTRAINT ck_match_rule_sets_state_known CHECK (state IN ('draft', 'pending', 'active', 'retired')),
	CONSTRAINT uq_match_rule_sets_public_id UNIQUE (public_id),
	CONSTRAINT uq_match_rule_sets_version UNIQUE (version),
	CONSTRAINT fk_match_rule_sets_made_by_id FOREIGN KEY(made_by_id) REFERENCES people (id)
)
-- next
CREATE UNIQUE INDEX uq_match_rule_sets_active ON match_rule_sets (state) WHERE state = 'active'
-- next
CREATE TABLE grants (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	person_id BIGINT NOT NULL,
	role VARCHAR(20) NOT NULL,
	customer_id BIGINT,
	is_for_group BOOLEAN NOT NULL,
	entity_id BIGINT,
	portfolio VARCHAR(4) NOT NULL,
	departments TEXT NOT NULL,
	sample_id BIGINT,
	reason VARCHAR(500) NOT NULL,
	granted_at TIMESTAMP WITH TIME ZONE NOT NULL,
	granted_by_id BIGINT,
	approved_by_id BIGINT,
	ends_at TIMESTAMP WITH TIME ZONE,
	ended_at TIMESTAMP WITH TIME ZONE,
	ended_by_id BIGINT,
	CONSTRAINT pk_grants PRIMARY KEY (id),
	CONSTRAINT ck_grants_role_known CHECK (role IN ('viewer', 'confirmer', 'customer-admin', 'clerk', 'approver', 'department', 'auditor', 'security-admin', 'system-admin')),
	CONSTRAINT ck_grants_portfolio_known CHECK (portfolio IN ('all', 'own', 'list')),
	CONSTRAINT ck_grants_customer_where_needed CHECK ((customer_id IS NOT NULL) = (role IN ('viewer', 'confirmer', 'customer-admin'))),
	CONSTRAINT ck_grants_not_to_oneself CHECK ((granted_by_id IS NULL OR granted_by_id <> person_id) AND (approved_by_id IS NULL OR approved_by_id <> person_id)),
	CONSTRAINT ck_grants_not_from_oneself CHECK (role IN ('viewer', 'confirmer', 'customer-admin') OR ended_by_id IS NULL OR ended_by_id <> person_id),
	CONSTRAINT ck_grants_two_people CHECK (role IN ('viewer', 'confirmer', 'customer-admin') OR granted_by_id IS NULL OR (approved_by_id IS NOT NULL AND approved_by_id <> granted_by_id)),
	CONSTRAINT uq_grants_public_id UNIQUE (public_id),
	CONSTRAINT fk_grants_person_id FOREIGN KEY(person_id) REFERENCES people (id),
	CONSTRAINT fk_grants_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_grants_entity_id FOREIGN KEY(entity_id) REFERENCES legal_entities (id),
	CONSTRAINT fk_grants_sample_id FOREIGN KEY(sample_id) REFERENCES samples (id),
	CONSTRAINT fk_grants_granted_by_id FOREIGN KEY(granted_by_id) REFERENCES people (id),
	CONSTRAINT fk_grants_approved_by_id FOREIGN KEY(approved_by_id) REFERENCES people (id),
	CONSTRAINT fk_grants_ended_by_id FOREIGN KEY(ended_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_grants_person ON grants (person_id)
-- next
CREATE INDEX ix_grants_customer ON grants (customer_id)
-- next
CREATE UNIQUE INDEX uq_grants_staff ON grants (person_id, role) WHERE ended_at IS NULL AND customer_id IS NULL
-- next
CREATE TABLE sign_ins (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	token_hash VARCHAR(64) NOT NULL,
	person_id BIGINT NOT NULL,
	customer_id BIGINT,
	method VARCHAR(20) NOT NULL,
	address VARCHAR(64) NOT NULL,
	device VARCHAR(255) NOT NULL,
	started_at TIMESTAMP WITH TIME ZONE NOT NULL,
	stage VARCHAR(8) NOT NULL,
	proved_at TIMESTAMP WITH TIME ZONE NOT NULL,
	last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ended_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_sign_ins PRIMARY KEY (id),
	CONSTRAINT ck_sign_ins_stage_known CHECK (stage IN ('full', 'code', 'enrol', 'password')),
	CONSTRAINT uq_sign_ins_public_id UNIQUE (public_id),
	CONSTRAINT uq_sign_ins_token_hash UNIQUE (token_hash),
	CONSTRAINT fk_sign_ins_person_id FOREIGN KEY(person_id) REFERENCES people (id),
	CONSTRAINT fk_sign_ins_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id)
)
-- next
CREATE INDEX ix_sign_ins_person ON sign_ins (person_id)
-- next
CREATE TABLE deep_links (
	id BIGSERIAL NOT NULL,
	token_hash VARCHAR(64) NOT NULL,
	path VARCHAR(200) NOT NULL,
	label TEXT NOT NULL,
	customer_id BIGINT,
	recipient VARCHAR(254) NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_deep_links PRIMARY KEY (id),
	CONSTRAINT uq_deep_links_token_hash UNIQUE (token_hash),
	CONSTRAINT fk_deep_links_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id)
)
-- next
CREATE TABLE invitations (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	token_hash VARCHAR(64) NOT NULL,
	email VARCHAR(254) NOT NULL,
	name VARCHAR(120) NOT NULL,
	language VARCHAR(2) NOT NULL,
	role VARCHAR(20) NOT NULL,
	customer_id BIGINT,
	invited_by_id BIGINT,
	sent INTEGER NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
	accepted_at TIMESTAMP WITH TIME ZONE,
	revoked_at TIMESTAMP WITH TIME ZONE,
	person_id BIGINT,
	CONSTRAINT pk_invitations PRIMARY KEY (id),
	CONSTRAINT ck_invitations_role_known CHECK (role IN ('', 'viewer', 'confirmer', 'customer-admin', 'clerk', 'approver', 'department', 'auditor', 'security-admin', 'system-admin')),
	CONSTRAINT uq_invitations_public_id UNIQUE (public_id),
	CONSTRAINT uq_invitations_token_hash UNIQUE (token_hash),
	CONSTRAINT fk_invitations_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_invitations_invited_by_id FOREIGN KEY(invited_by_id) REFERENCES people (id),
	CONSTRAINT fk_invitations_person_id FOREIGN KEY(person_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_invitations_email ON invitations (email)
-- next
CREATE INDEX ix_invitations_customer ON invitations (customer_id)
-- next
CREATE TABLE outbox_messages (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	key VARCHAR(200) NOT NULL,
	channel VARCHAR(20) NOT NULL,
	event VARCHAR(60) NOT NULL,
	recipient VARCHAR(254) NOT NULL,
	recipient_name VARCHAR(120) NOT NULL,
	language VARCHAR(2) NOT NULL,
	customer_id BIGINT,
	payload TEXT NOT NULL,
	message_id VARCHAR(120) NOT NULL,
	state VARCHAR(10) NOT NULL,
	attempts INTEGER NOT NULL,
	due_at TIMESTAMP WITH TIME ZONE NOT NULL,
	lease_until TIMESTAMP WITH TIME ZONE,
	sent_at TIMESTAMP WITH TIME ZONE,
	last_error TEXT NOT NULL,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_outbox_messages PRIMARY KEY (id),
	CONSTRAINT ck_outbox_messages_state_known CHECK (state IN ('queued', 'sending', 'sent', 'failed')),
	CONSTRAINT uq_outbox_messages_public_id UNIQUE (public_id),
	CONSTRAINT uq_outbox_messages_key UNIQUE (key),
	CONSTRAINT fk_outbox_messages_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT uq_outbox_messages_message_id UNIQUE (message_id)
)
-- next
CREATE INDEX ix_outbox_messages_due ON outbox_messages (state, due_at)
-- next
CREATE TABLE approvals (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	kind VARCHAR(40) NOT NULL,
	subject_kind VARCHAR(30) NOT NULL,
	subject_id VARCHAR(22) NOT NULL,
	customer_id BIGINT,
	title VARCHAR(200) NOT NULL,
	currency VARCHAR(3),
	amount_minor BIGINT,
	content TEXT NOT NULL,
	content_hash VARCHAR(64) NOT NULL,
	effect TEXT NOT NULL,
	state VARCHAR(10) NOT NULL,
	policy_version INTEGER NOT NULL,
	requested_by_id BIGINT NOT NULL,
	requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
	request_note TEXT NOT NULL,
	needs_approvals INTEGER NOT NULL,
	first_by_id BIGINT,
	first_at TIMESTAMP WITH TIME ZONE,
	first_note TEXT NOT NULL,
	decided_by_id BIGINT,
	decided_at TIMESTAMP WITH TIME ZONE,
	decision_note TEXT NOT NULL,
	CONSTRAINT pk_approvals PRIMARY KEY (id),
	CONSTRAINT ck_approvals_state_known CHECK (state IN ('pending', 'approved', 'rejected', 'voided')),
	CONSTRAINT ck_approvals_two_people CHECK (decided_by_id IS NULL OR decided_by_id <> requested_by_id),
	CONSTRAINT ck_approvals_decided_by_someone CHECK ((state IN ('approved', 'rejected')) = (decided_by_id IS NOT NULL)),
	CONSTRAINT ck_approvals_one_or_two CHECK (needs_approvals IN (1, 2)),
	CONSTRAINT ck_approvals_three_people CHECK (first_by_id IS NULL OR (first_by_id <> requested_by_id AND (decided_by_id IS NULL OR decided_by_id <> first_by_id))),
	CONSTRAINT ck_approvals_both_said_yes CHECK (state <> 'approved' OR needs_approvals = 1 OR first_by_id IS NOT NULL),
	CONSTRAINT uq_approvals_public_id UNIQUE (public_id),
	CONSTRAINT fk_approvals_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_approvals_requested_by_id FOREIGN KEY(requested_by_id) REFERENCES people (id),
	CONSTRAINT fk_approvals_first_by_id FOREIGN KEY(first_by_id) REFERENCES people (id),
	CONSTRAINT fk_approvals_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_approvals_state ON approvals (state, kind)
-- next
CREATE INDEX ix_approvals_subject ON approvals (subject_kind, subject_id)
-- next
CREATE TABLE account_mappings (
	entity_id BIGINT NOT NULL,
	role VARCHAR(30) NOT NULL,
	account_id BIGINT NOT NULL,
	CONSTRAINT pk_account_mappings PRIMARY KEY (entity_id, role),
	CONSTRAINT ck_account_mappings_role_known CHECK (role IN ('bank', 'notes_receivable', 'receivable', 'allowance', 'advance', 'output_vat', 'unidentified', 'exchange_clearing', 'opening', 'income', 'non_operating_income', 'financial_expense', 'exchange_difference', 'credit_loss', 'non_operating_expense', 'prior_year')),
	CONSTRAINT fk_account_mappings_entity_id FOREIGN KEY(entity_id) REFERENCES legal_entities (id),
	CONSTRAINT fk_account_mappings_account_id FOREIGN KEY(account_id) REFERENCES accounts (id)
)
-- next
CREATE TABLE sample_items (
	id BIGSERIAL NOT NULL,
	sample_id BIGINT NOT NULL,
	no INTEGER NOT NULL,
	key VARCHAR(22) NOT NULL,
	label VARCHAR(200) NOT NULL,
	customer_id BIGINT NOT NULL,
	CONSTRAINT pk_sample_items PRIMARY KEY (id),
	CONSTRAINT uq_sample_items_sample_id_no UNIQUE (sample_id, no),
	CONSTRAINT fk_sample_items_sample_id FOREIGN KEY(sample_id) REFERENCES samples (id),
	CONSTRAINT fk_sample_items_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id)
)
-- next
CREATE INDEX ix_sample_items_customer ON sample_items (customer_id)
-- next
CREATE TABLE contacts (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	customer_id BIGINT NOT NULL,
	name VARCHAR(120) NOT NULL,
	email VARCHAR(254) NOT NULL,
	previous_email VARCHAR(254) NOT NULL,
	email_from_at TIMESTAMP WITH TIME ZONE,
	phone VARCHAR(60) NOT NULL,
	job_title VARCHAR(120) NOT NULL,
	language VARCHAR(2) NOT NULL,
	wants_statements BOOLEAN NOT NULL,
	wants_reminders BOOLEAN NOT NULL,
	is_active BOOLEAN NOT NULL,
	CONSTRAINT pk_contacts PRIMARY KEY (id),
	CONSTRAINT ck_contacts_language_known CHECK (language IN ('zh', 'en')),
	CONSTRAINT uq_contacts_public_id UNIQUE (public_id),
	CONSTRAINT fk_contacts_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id)
)
-- next
CREATE INDEX ix_contacts_customer ON contacts (customer_id)
-- next
CREATE TABLE role_requests (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	customer_id BIGINT NOT NULL,
	kind VARCHAR(10) NOT NULL,
	person_public_id VARCHAR(22) NOT NULL,
	email VARCHAR(254) NOT NULL,
	name VARCHAR(120) NOT NULL,
	role VARCHAR(40) NOT NULL,
	is_for_group BOOLEAN NOT NULL,
	state VARCHAR(10) NOT NULL,
	requested_by_id BIGINT NOT NULL,
	requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_role_requests PRIMARY KEY (id),
	CONSTRAINT ck_role_requests_kind_known CHECK (kind IN ('invite', 'change')),
	CONSTRAINT ck_role_requests_state_known CHECK (state IN ('pending', 'approved', 'rejected', 'voided')),
	CONSTRAINT uq_role_requests_public_id UNIQUE (public_id),
	CONSTRAINT fk_role_requests_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_role_requests_requested_by_id FOREIGN KEY(requested_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_role_requests_customer ON role_requests (customer_id, state)
-- next
CREATE TABLE month_balances (
	entity_id BIGINT NOT NULL,
	customer_id BIGINT NOT NULL,
	currency VARCHAR(3) NOT NULL,
	month_on DATE NOT NULL,
	invoiced_minor BIGINT NOT NULL,
	received_minor BIGINT NOT NULL,
	credited_minor BIGINT NOT NULL,
	movement_minor BIGINT NOT NULL,
	CONSTRAINT pk_month_balances PRIMARY KEY (entity_id, customer_id, currency, month_on),
	CONSTRAINT fk_month_balances_entity_id FOREIGN KEY(entity_id) REFERENCES legal_entities (id),
	CONSTRAINT fk_month_balances_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id)
)
-- next
CREATE TABLE attachments (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	subject_kind VARCHAR(30) NOT NULL,
	subject_id VARCHAR(22) NOT NULL,
	customer_id BIGINT,
	is_internal BOOLEAN NOT NULL,
	file_name VARCHAR(200) NOT NULL,
	media_type VARCHAR(100) NOT NULL,
	size_bytes INTEGER NOT NULL,
	sha256 VARCHAR(64) NOT NULL,
	stored_as VARCHAR(64) NOT NULL,
	added_by_id BIGINT,
	added_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_attachments PRIMARY KEY (id),
	CONSTRAINT uq_attachments_public_id UNIQUE (public_id),
	CONSTRAINT fk_attachments_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT uq_attachments_stored_as UNIQUE (stored_as),
	CONSTRAINT fk_attachments_added_by_id FOREIGN KEY(added_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_attachments_subject ON attachments (subject_kind, subject_id)
-- next
CREATE TABLE bank_files (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	file_name VARCHAR(200) NOT NULL,
	file_sha256 VARCHAR(64) NOT NULL,
	size_bytes INTEGER NOT NULL,
	format VARCHAR(40) NOT NULL,
	state VARCHAR(10) NOT NULL,
	account_id BIGINT,
	layout_id BIGINT,
	line_count INTEGER NOT NULL,
	imported_count INTEGER NOT NULL,
	duplicate_count INTEGER NOT NULL,
	rejected_count INTEGER NOT NULL,
	skipped_count INTEGER NOT NULL,
	preview TEXT,
	stored_as VARCHAR(64) NOT NULL,
	job_id VARCHAR(22) NOT NULL,
	started_by_id BIGINT,
	started_at TIMESTAMP WITH TIME ZONE NOT NULL,
	finished_at TIMESTAMP WITH TIME ZONE,
	undone_at TIMESTAMP WITH TIME ZONE,
	undo_reason VARCHAR(300) NOT NULL,
	CONSTRAINT pk_bank_files PRIMARY KEY (id),
	CONSTRAINT ck_bank_files_state_known CHECK (state IN ('uploaded', 'checked', 'loading', 'loaded', 'failed', 'undone')),
	CONSTRAINT uq_bank_files_public_id UNIQUE (public_id),
	CONSTRAINT fk_bank_files_account_id FOREIGN KEY(account_id) REFERENCES bank_accounts (id),
	CONSTRAINT fk_bank_files_layout_id FOREIGN KEY(layout_id) REFERENCES bank_layouts (id),
	CONSTRAINT fk_bank_files_started_by_id FOREIGN KEY(started_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_bank_files_at ON bank_files (started_at)
-- next
CREATE TABLE comparisons (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	customer_id BIGINT NOT NULL,
	file_name VARCHAR(200) NOT NULL,
	stored_as VARCHAR(64) NOT NULL,
	file_sha256 VARCHAR(64) NOT NULL,
	size_bytes INTEGER NOT NULL,
	state VARCHAR(20) NOT NULL,
	basis VARCHAR(20) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	as_of_on DATE NOT NULL,
	begin_on DATE,
	layout TEXT NOT NULL,
	guess TEXT NOT NULL,
	given_opening_minor BIGINT,
	ours_minor BIGINT NOT NULL,
	theirs_minor BIGINT NOT NULL,
	debit_minor BIGINT NOT NULL,
	credit_minor BIGINT NOT NULL,
	stated_minor BIGINT,
	row_count INTEGER NOT NULL,
	left_out TEXT NOT NULL,
	is_mirrored BOOLEAN NOT NULL,
	error TEXT NOT NULL,
	error_params TEXT NOT NULL,
	job_id VARCHAR(22),
	started_by_id BIGINT,
	started_at TIMESTAMP WITH TIME ZONE NOT NULL,
	finished_at TIMESTAMP WITH TIME ZONE,
	row_version INTEGER NOT NULL,
	CONSTRAINT pk_comparisons PRIMARY KEY (id),
	CONSTRAINT ck_comparisons_state_known CHECK (state IN ('reading', 'comparing', 'done', 'failed', 'discarded')),
	CONSTRAINT ck_comparisons_basis_known CHECK (basis IN ('movements', 'open-items')),
	CONSTRAINT uq_comparisons_public_id UNIQUE (public_id),
	CONSTRAINT fk_comparisons_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_comparisons_started_by_id FOREIGN KEY(started_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_comparisons_state ON comparisons (state, id)
-- next
CREATE INDEX ix_comparisons_customer ON comparisons (customer_id, id)
-- next
CREATE TABLE ledger_layouts (
	customer_id BIGINT NOT NULL,
	names_key VARCHAR(64) NOT NULL,
	layout TEXT NOT NULL,
	used_by_id BIGINT,
	used_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_ledger_layouts PRIMARY KEY (customer_id, names_key),
	CONSTRAINT fk_ledger_layouts_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_ledger_layouts_used_by_id FOREIGN KEY(used_by_id) REFERENCES people (id)
)
-- next
CREATE TABLE statements (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	run_id BIGINT NOT NULL,
	entity_id BIGINT NOT NULL,
	customer_id BIGINT NOT NULL,
	currency VARCHAR(3) NOT NULL,
	kind VARCHAR(12) NOT NULL,
	period_from DATE NOT NULL,
	period_until DATE NOT NULL,
	version INTEGER NOT NULL,
	supersedes_id BIGINT,
	state VARCHAR(30) NOT NULL,
	opening_minor BIGINT NOT NULL,
	invoiced_minor BIGINT NOT NULL,
	received_minor BIGINT NOT NULL,
	credited_minor BIGINT NOT NULL,
	closing_minor BIGINT NOT NULL,
	due_now_minor BIGINT NOT NULL,
	overdue_minor BIGINT NOT NULL,
	not_due_minor BIGINT NOT NULL,
	d1_30_minor BIGINT NOT NULL,
	d31_60_minor BIGINT NOT NULL,
	d61_90_minor BIGINT NOT NULL,
	d91_120_minor BIGINT NOT NULL,
	d120_plus_minor BIGINT NOT NULL,
	unapplied_minor BIGINT NOT NULL,
	line_count INTEGER NOT NULL,
	content_hash VARCHAR(64) NOT NULL,
	answer_by_on DATE,
	prepared_at TIMESTAMP WITH TIME ZONE NOT NULL,
	issued_at TIMESTAMP WITH TIME ZONE,
	first_viewed_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_statements PRIMARY KEY (id),
	CONSTRAINT uq_statements_entity_id_customer_id_currency_kind_perio_2dcf UNIQUE (entity_id, customer_id, currency, kind, period_from, version),
	CONSTRAINT ck_statements_state_known CHECK (state IN ('draft', 'approved', 'issued', 'delivered', 'viewed', 'part-answered', 'confirmed', 'confirmed-with-exceptions', 'disagreed', 'recorded', 'no-response', 'superseded')),
	CONSTRAINT ck_statements_kind_known CHECK (kind IN ('activity', 'open-item', 'transaction')),
	CONSTRAINT ck_statements_figures_add_up CHECK (opening_minor + invoiced_minor - received_minor - credited_minor = closing_minor),
	CONSTRAINT ck_statements_ageing_adds_up CHECK (not_due_minor + d1_30_minor + d31_60_minor + d61_90_minor + d91_120_minor + d120_plus_minor + unapplied_minor = closing_minor),
	CONSTRAINT uq_statements_public_id UNIQUE (public_id),
	CONSTRAINT fk_statements_run_id FOREIGN KEY(run_id) REFERENCES statement_runs (id),
	CONSTRAINT fk_statements_entity_id FOREIGN KEY(entity_id) REFERENCES legal_entities (id),
	CONSTRAINT fk_statements_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT uq_statements_supersedes_id UNIQUE (supersedes_id),
	CONSTRAINT fk_statements_supersedes_id FOREIGN KEY(supersedes_id) REFERENCES statements (id)
)
-- next
CREATE INDEX ix_statements_customer ON statements (customer_id, period_from)
-- next
CREATE INDEX ix_statements_run ON statements (run_id)
-- next
CREATE INDEX ix_statements_state ON statements (state, period_from)
-- next
CREATE TABLE acts (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	event VARCHAR(60) NOT NULL,
	subject_kind VARCHAR(30) NOT NULL,
	subject_id VARCHAR(22) NOT NULL,
	customer_id BIGINT NOT NULL,
	statement_hash VARCHAR(64) NOT NULL,
	person_id BIGINT,
	side VARCHAR(10) NOT NULL,
	role VARCHAR(40) NOT NULL,
	authority VARCHAR(160) NOT NULL,
	method VARCHAR(20) NOT NULL,
	address VARCHAR(64) NOT NULL,
	device VARCHAR(255) NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	local_time VARCHAR(40) NOT NULL,
	language VARCHAR(2) NOT NULL,
	text TEXT NOT NULL,
	CONSTRAINT pk_acts PRIMARY KEY (id),
	CONSTRAINT uq_acts_public_id UNIQUE (public_id),
	CONSTRAINT fk_acts_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_acts_person_id FOREIGN KEY(person_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_acts_subject ON acts (subject_kind, subject_id)
-- next
CREATE INDEX ix_acts_person ON acts (person_id)
-- next
CREATE TABLE import_batches (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	source VARCHAR(10) NOT NULL,
	feed_id BIGINT,
	file_name VARCHAR(200) NOT NULL,
	file_sha256 VARCHAR(64) NOT NULL,
	profile VARCHAR(60) NOT NULL,
	profile_version INTEGER NOT NULL,
	state VARCHAR(10) NOT NULL,
	is_dry_run BOOLEAN NOT NULL,
	row_count INTEGER NOT NULL,
	imported_count INTEGER NOT NULL,
	updated_count INTEGER NOT NULL,
	duplicate_count INTEGER NOT NULL,
	conflict_count INTEGER NOT NULL,
	rejected_count INTEGER NOT NULL,
	totals TEXT,
	control TEXT,
	header TEXT,
	stored_as VARCHAR(64) NOT NULL,
	job_id VARCHAR(22) NOT NULL,
	started_by_id BIGINT,
	started_at TIMESTAMP WITH TIME ZONE NOT NULL,
	finished_at TIMESTAMP WITH TIME ZONE,
	undo_reason VARCHAR(500) NOT NULL,
	undone_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_import_batches PRIMARY KEY (id),
	CONSTRAINT ck_import_batches_state_known CHECK (state IN ('uploaded', 'unmapped', 'checked', 'loading', 'loaded', 'failed', 'undoing', 'undone')),
	CONSTRAINT ck_import_batches_kind_known CHECK (kind IN ('documents', 'customers', 'rates', 'einvoices')),
	CONSTRAINT ck_import_batches_source_known CHECK (source IN ('page', 'console', 'folder')),
	CONSTRAINT uq_import_batches_public_id UNIQUE (public_id),
	CONSTRAINT fk_import_batches_feed_id FOREIGN KEY(feed_id) REFERENCES import_feeds (id),
	CONSTRAINT fk_import_batches_started_by_id FOREIGN KEY(started_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_import_batches_file ON import_batches (file_sha256)
-- next
CREATE INDEX ix_import_batches_at ON import_batches (started_at)
-- next
CREATE TABLE tasks (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	key VARCHAR(200) NOT NULL,
	kind VARCHAR(30) NOT NULL,
	subject_kind VARCHAR(30) NOT NULL,
	subject_id VARCHAR(22) NOT NULL,
	customer_id BIGINT,
	owner_id BIGINT,
	facts TEXT NOT NULL,
	due_on DATE NOT NULL,
	state VARCHAR(5) NOT NULL,
	opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
	closed_at TIMESTAMP WITH TIME ZONE,
	closed_by_id BIGINT,
	CONSTRAINT pk_tasks PRIMARY KEY (id),
	CONSTRAINT ck_tasks_state_known CHECK (state IN ('open', 'done')),
	CONSTRAINT uq_tasks_public_id UNIQUE (public_id),
	CONSTRAINT uq_tasks_key UNIQUE (key),
	CONSTRAINT fk_tasks_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_tasks_owner_id FOREIGN KEY(owner_id) REFERENCES people (id),
	CONSTRAINT fk_tasks_closed_by_id FOREIGN KEY(closed_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_tasks_state ON tasks (state, due_on)
-- next
CREATE TABLE terms_acceptances (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	person_id BIGINT NOT NULL,
	customer_id BIGINT NOT NULL,
	version VARCHAR(20) NOT NULL,
	language VARCHAR(2) NOT NULL,
	text TEXT NOT NULL,
	text_hash VARCHAR(64) NOT NULL,
	method VARCHAR(20) NOT NULL,
	address VARCHAR(64) NOT NULL,
	device VARCHAR(255) NOT NULL,
	accepted_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_terms_acceptances PRIMARY KEY (id),
	CONSTRAINT uq_terms_acceptances_person_id_customer_id_version UNIQUE (person_id, customer_id, version),
	CONSTRAINT uq_terms_acceptances_public_id UNIQUE (public_id),
	CONSTRAINT fk_terms_acceptances_person_id FOREIGN KEY(person_id) REFERENCES people (id),
	CONSTRAINT fk_terms_acceptances_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id)
)
-- next
CREATE TABLE sign_codes (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	person_id BIGINT NOT NULL,
	customer_id BIGINT NOT NULL,
	code_hash VARCHAR(64) NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
	tries INTEGER NOT NULL,
	used_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_sign_codes PRIMARY KEY (id),
	CONSTRAINT uq_sign_codes_public_id UNIQUE (public_id),
	CONSTRAINT fk_sign_codes_person_id FOREIGN KEY(person_id) REFERENCES people (id),
	CONSTRAINT fk_sign_codes_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id)
)
-- next
CREATE INDEX ix_sign_codes_person ON sign_codes (person_id, customer_id)
-- next
CREATE TABLE match_customer_keys (
	key VARCHAR(80) NOT NULL,
	customer_id BIGINT NOT NULL,
	CONSTRAINT pk_match_customer_keys PRIMARY KEY (key, customer_id),
	CONSTRAINT fk_match_customer_keys_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id)
)
-- next
CREATE INDEX ix_match_customer_keys_customer ON match_customer_keys (customer_id)
-- next
CREATE TABLE grant_customers (
	grant_id BIGINT NOT NULL,
	customer_id BIGINT NOT NULL,
	CONSTRAINT pk_grant_customers PRIMARY KEY (grant_id, customer_id),
	CONSTRAINT fk_grant_customers_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
	CONSTRAINT fk_grant_customers_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id)
)
-- next
CREATE INDEX ix_grant_customers_customer ON grant_customers (customer_id)
-- next
CREATE TABLE grant_limits (
	grant_id BIGINT NOT NULL,
	currency VARCHAR(3) NOT NULL,
	act_minor BIGINT,
	day_minor BIGINT,
	CONSTRAINT pk_grant_limits PRIMARY KEY (grant_id, currency),
	CONSTRAINT ck_grant_limits_not_negative CHECK ((act_minor IS NULL OR act_minor >= 0) AND (day_minor IS NULL OR day_minor >= 0)),
	CONSTRAINT fk_grant_limits_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id)
)
-- next
CREATE TABLE mail_codes (
	id BIGSERIAL NOT NULL,
	link_id BIGINT NOT NULL,
	person_id BIGINT NOT NULL,
	sealed_code VARCHAR(255) NOT NULL,
	tries INTEGER NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ended_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_mail_codes PRIMARY KEY (id),
	CONSTRAINT fk_mail_codes_link_id FOREIGN KEY(link_id) REFERENCES deep_links (id),
	CONSTRAINT fk_mail_codes_person_id FOREIGN KEY(person_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_mail_codes_link ON mail_codes (link_id)
-- next
CREATE TABLE grant_reviews (
	id BIGSERIAL NOT NULL,
	grant_id BIGINT NOT NULL,
	decision VARCHAR(6) NOT NULL,
	note VARCHAR(500) NOT NULL,
	reviewer_id BIGINT NOT NULL,
	reviewed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	policy_version INTEGER NOT NULL,
	CONSTRAINT pk_grant_reviews PRIMARY KEY (id),
	CONSTRAINT ck_grant_reviews_decision_known CHECK (decision IN ('keep', 'remove')),
	CONSTRAINT fk_grant_reviews_grant_id FOREIGN KEY(grant_id) REFERENCES grants (id),
	CONSTRAINT fk_grant_reviews_reviewer_id FOREIGN KEY(reviewer_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_grant_reviews_grant ON grant_reviews (grant_id)
-- next
CREATE TABLE master_changes (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	customer_id BIGINT NOT NULL,
	kind VARCHAR(20) NOT NULL,
	contact_id BIGINT,
	before TEXT NOT NULL,
	after TEXT NOT NULL,
	reason VARCHAR(500) NOT NULL,
	state VARCHAR(10) NOT NULL,
	proposed_by_id BIGINT NOT NULL,
	proposed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	decided_by_id BIGINT,
	decided_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_master_changes PRIMARY KEY (id),
	CONSTRAINT ck_master_changes_kind_known CHECK (kind IN ('contact-email', 'bank-add', 'bank-end')),
	CONSTRAINT ck_master_changes_state_known CHECK (state IN ('pending', 'approved', 'rejected', 'voided')),
	CONSTRAINT ck_master_changes_two_people CHECK (decided_by_id IS NULL OR decided_by_id <> proposed_by_id),
	CONSTRAINT ck_master_changes_approved_by_someone CHECK (state <> 'approved' OR decided_by_id IS NOT NULL),
	CONSTRAINT uq_master_changes_public_id UNIQUE (public_id),
	CONSTRAINT fk_master_changes_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_master_changes_contact_id FOREIGN KEY(contact_id) REFERENCES contacts (id),
	CONSTRAINT fk_master_changes_proposed_by_id FOREIGN KEY(proposed_by_id) REFERENCES people (id),
	CONSTRAINT fk_master_changes_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_master_changes_customer ON master_changes (customer_id, state)
-- next
CREATE TABLE documents (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	entity_id BIGINT NOT NULL,
	customer_id BIGINT NOT NULL,
	kind VARCHAR(20) NOT NULL,
	document_no VARCHAR(80) COLLATE "C" NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	balance_minor BIGINT NOT NULL,
	tax_minor BIGINT,
	document_on DATE NOT NULL,
	due_on DATE,
	posting_on DATE NOT NULL,
	tax_invoice_no VARCHAR(40) NOT NULL,
	order_no VARCHAR(80) NOT NULL,
	reference VARCHAR(200) NOT NULL,
	description TEXT NOT NULL,
	method VARCHAR(40) NOT NULL,
	exchange_rate VARCHAR(30),
	department VARCHAR(60) NOT NULL,
	project VARCHAR(60) NOT NULL,
	was_disputed BOOLEAN NOT NULL,
	reverses_id BIGINT,
	batch_id BIGINT,
	created_by_id BIGINT,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_documents PRIMARY KEY (id),
	CONSTRAINT uq_documents_entity_id_kind_document_no UNIQUE (entity_id, kind, document_no),
	CONSTRAINT ck_documents_kind_known CHECK (kind IN ('invoice', 'debit_note', 'credit_note', 'receipt', 'refund', 'adjustment', 'write_off', 'opening_balance')),
	CONSTRAINT ck_documents_amount_positive CHECK (amount_minor > 0 OR kind IN ('adjustment', 'opening_balance')),
	CONSTRAINT ck_documents_amount_not_zero CHECK (amount_minor <> 0),
	CONSTRAINT ck_documents_balance_is_signed_amount CHECK (abs(balance_minor) = abs(amount_minor)),
	CONSTRAINT uq_documents_public_id UNIQUE (public_id),
	CONSTRAINT fk_documents_entity_id FOREIGN KEY(entity_id) REFERENCES legal_entities (id),
	CONSTRAINT fk_documents_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT uq_documents_reverses_id UNIQUE (reverses_id),
	CONSTRAINT fk_documents_reverses_id FOREIGN KEY(reverses_id) REFERENCES documents (id),
	CONSTRAINT fk_documents_batch_id FOREIGN KEY(batch_id) REFERENCES import_batches (id),
	CONSTRAINT fk_documents_created_by_id FOREIGN KEY(created_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_documents_tax_invoice ON documents (tax_invoice_no)
-- next
CREATE INDEX ix_documents_customer ON documents (customer_id, currency, posting_on, id)
-- next
CREATE INDEX ix_documents_day ON documents (document_on)
-- next
CREATE INDEX ix_documents_amount ON documents (amount_minor)
-- next
CREATE INDEX ix_documents_number ON documents (document_no)
-- next
CREATE TABLE bank_statements (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	account_id BIGINT NOT NULL,
	file_id BIGINT NOT NULL,
	number VARCHAR(60) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	opening_minor BIGINT,
	closing_minor BIGINT,
	from_on DATE,
	until_on DATE,
	line_count INTEGER NOT NULL,
	sum_minor BIGINT NOT NULL,
	is_balanced BOOLEAN,
	statement_key VARCHAR(64) NOT NULL,
	CONSTRAINT pk_bank_statements PRIMARY KEY (id),
	CONSTRAINT uq_bank_statements_public_id UNIQUE (public_id),
	CONSTRAINT fk_bank_statements_account_id FOREIGN KEY(account_id) REFERENCES bank_accounts (id),
	CONSTRAINT fk_bank_statements_file_id FOREIGN KEY(file_id) REFERENCES bank_files (id),
	CONSTRAINT uq_bank_statements_statement_key UNIQUE (statement_key)
)
-- next
CREATE INDEX ix_bank_statements_file_id ON bank_statements (file_id)
-- next
CREATE INDEX ix_bank_statements_account ON bank_statements (account_id, from_on, until_on)
-- next
CREATE TABLE bank_problems (
	id BIGSERIAL NOT NULL,
	file_id BIGINT NOT NULL,
	row_no INTEGER,
	"column" VARCHAR(60) NOT NULL,
	code VARCHAR(30) NOT NULL,
	message TEXT NOT NULL,
	params TEXT NOT NULL,
	text TEXT NOT NULL,
	is_refused BOOLEAN NOT NULL,
	CONSTRAINT pk_bank_problems PRIMARY KEY (id),
	CONSTRAINT fk_bank_problems_file_id FOREIGN KEY(file_id) REFERENCES bank_files (id)
)
-- next
CREATE INDEX ix_bank_problems_file ON bank_problems (file_id, row_no)
-- next
CREATE TABLE import_problems (
	id BIGSERIAL NOT NULL,
	batch_id BIGINT NOT NULL,
	row_no INTEGER,
	"column" VARCHAR(60) NOT NULL,
	code VARCHAR(30) NOT NULL,
	message TEXT NOT NULL,
	params TEXT NOT NULL,
	CONSTRAINT pk_import_problems PRIMARY KEY (id),
	CONSTRAINT fk_import_problems_batch_id FOREIGN KEY(batch_id) REFERENCES import_batches (id)
)
-- next
CREATE INDEX ix_import_problems_batch ON import_problems (batch_id, row_no)
-- next
CREATE TABLE import_quarantine (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	batch_id BIGINT NOT NULL,
	row_no INTEGER NOT NULL,
	raw TEXT NOT NULL,
	cells TEXT NOT NULL,
	state VARCHAR(10) NOT NULL,
	reason VARCHAR(500) NOT NULL,
	changed_by_id BIGINT,
	changed_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_import_quarantine PRIMARY KEY (id),
	CONSTRAINT uq_import_quarantine_batch_id_row_no UNIQUE (batch_id, row_no),
	CONSTRAINT ck_import_quarantine_state_known CHECK (state IN ('open', 'retrying', 'taken', 'discarded')),
	CONSTRAINT ck_import_quarantine_discarded_with_reason CHECK (state <> 'discarded' OR reason <> ''),
	CONSTRAINT uq_import_quarantine_public_id UNIQUE (public_id),
	CONSTRAINT fk_import_quarantine_batch_id FOREIGN KEY(batch_id) REFERENCES import_batches (id),
	CONSTRAINT fk_import_quarantine_changed_by_id FOREIGN KEY(changed_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_import_quarantine_state ON import_quarantine (state, batch_id)
-- next
CREATE TABLE confirmations (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	statement_id BIGINT NOT NULL,
	customer_id BIGINT NOT NULL,
	statement_hash VARCHAR(64) NOT NULL,
	outcome VARCHAR(20) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	closing_minor BIGINT NOT NULL,
	agreed_minor BIGINT NOT NULL,
	disputed_minor BIGINT NOT NULL,
	stated_minor BIGINT,
	reason TEXT NOT NULL,
	answers TEXT NOT NULL,
	signed_text TEXT NOT NULL,
	language VARCHAR(2) NOT NULL,
	channel VARCHAR(10) NOT NULL,
	person_id BIGINT,
	person_name VARCHAR(120) NOT NULL,
	person_email VARCHAR(254) NOT NULL,
	job_title VARCHAR(120) NOT NULL,
	role VARCHAR(40) NOT NULL,
	authority VARCHAR(160) NOT NULL,
	method VARCHAR(20) NOT NULL,
	address VARCHAR(64) NOT NULL,
	device VARCHAR(255) NOT NULL,
	signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	local_time VARCHAR(40) NOT NULL,
	evidence TEXT NOT NULL,
	given_on DATE,
	recorded_by_id BIGINT,
	approved_by_id BIGINT,
	content_hash VARCHAR(64) NOT NULL,
	CONSTRAINT pk_confirmations PRIMARY KEY (id),
	CONSTRAINT ck_confirmations_outcome_known CHECK (outcome IN ('agreed', 'agreed-except', 'disagreed')),
	CONSTRAINT ck_confirmations_channel_known CHECK (channel IN ('portal', 'paper', 'telephone', 'e-mail')),
	CONSTRAINT ck_confirmations_portal_has_a_person CHECK ((channel = 'portal') = (person_id IS NOT NULL)),
	CONSTRAINT ck_confirmations_others_are_recorded CHECK ((channel = 'portal') = (recorded_by_id IS NULL)),
	CONSTRAINT ck_confirmations_two_people CHECK (recorded_by_id IS NULL OR recorded_by_id <> approved_by_id),
	CONSTRAINT uq_confirmations_public_id UNIQUE (public_id),
	CONSTRAINT uq_confirmations_statement_id UNIQUE (statement_id),
	CONSTRAINT fk_confirmations_statement_id FOREIGN KEY(statement_id) REFERENCES statements (id),
	CONSTRAINT fk_confirmations_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_confirmations_person_id FOREIGN KEY(person_id) REFERENCES people (id),
	CONSTRAINT fk_confirmations_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES people (id),
	CONSTRAINT fk_confirmations_approved_by_id FOREIGN KEY(approved_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_confirmations_customer ON confirmations (customer_id)
-- next
CREATE TABLE paper_confirmations (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	statement_id BIGINT NOT NULL,
	customer_id BIGINT NOT NULL,
	statement_hash VARCHAR(64) NOT NULL,
	outcome VARCHAR(20) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	stated_minor BIGINT,
	reason TEXT NOT NULL,
	channel VARCHAR(10) NOT NULL,
	given_on DATE NOT NULL,
	given_by VARCHAR(120) NOT NULL,
	given_title VARCHAR(120) NOT NULL,
	note TEXT NOT NULL,
	state VARCHAR(10) NOT NULL,
	recorded_by_id BIGINT NOT NULL,
	recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_paper_confirmations PRIMARY KEY (id),
	CONSTRAINT ck_paper_confirmations_outcome_known CHECK (outcome IN ('agreed', 'agreed-except', 'disagreed')),
	CONSTRAINT ck_paper_confirmations_channel_known CHECK (channel IN ('portal', 'paper', 'telephone', 'e-mail')),
	CONSTRAINT ck_paper_confirmations_state_known CHECK (state IN ('pending', 'recorded', 'rejected', 'voided')),
	CONSTRAINT uq_paper_confirmations_public_id UNIQUE (public_id),
	CONSTRAINT fk_paper_confirmations_statement_id FOREIGN KEY(statement_id) REFERENCES statements (id),
	CONSTRAINT fk_paper_confirmations_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_paper_confirmations_recorded_by_id FOREIGN KEY(recorded_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_paper_confirmations_statement ON paper_confirmations (statement_id)
-- next
CREATE TABLE reminders (
	id BIGSERIAL NOT NULL,
	customer_id BIGINT NOT NULL,
	statement_id BIGINT NOT NULL,
	stage INTEGER NOT NULL,
	recipient VARCHAR(254) NOT NULL,
	reason VARCHAR(200) NOT NULL,
	outbox_key VARCHAR(200) NOT NULL,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_reminders PRIMARY KEY (id),
	CONSTRAINT uq_reminders_statement_id_stage_recipient UNIQUE (statement_id, stage, recipient),
	CONSTRAINT fk_reminders_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_reminders_statement_id FOREIGN KEY(statement_id) REFERENCES statements (id),
	CONSTRAINT uq_reminders_outbox_key UNIQUE (outbox_key)
)
-- next
CREATE TABLE customer_accounts (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	customer_id BIGINT NOT NULL,
	change_id BIGINT NOT NULL,
	account VARCHAR(40) NOT NULL,
	bank_name VARCHAR(120) NOT NULL,
	bic VARCHAR(11) NOT NULL,
	holder VARCHAR(200) NOT NULL,
	added_at TIMESTAMP WITH TIME ZONE NOT NULL,
	ended_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_customer_accounts PRIMARY KEY (id),
	CONSTRAINT uq_customer_accounts_public_id UNIQUE (public_id),
	CONSTRAINT fk_customer_accounts_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT uq_customer_accounts_change_id UNIQUE (change_id),
	CONSTRAINT fk_customer_accounts_change_id FOREIGN KEY(change_id) REFERENCES master_changes (id)
)
-- next
CREATE INDEX ix_customer_accounts_account ON customer_accounts (account)
-- next
CREATE UNIQUE INDEX uq_customer_accounts_in_use ON customer_accounts (customer_id, account) WHERE ended_at IS NULL
-- next
CREATE TABLE document_lines (
	document_id BIGINT NOT NULL,
	no INTEGER NOT NULL,
	item VARCHAR(200) NOT NULL,
	quantity VARCHAR(30) NOT NULL,
	unit VARCHAR(20) NOT NULL,
	unit_price VARCHAR(30) NOT NULL,
	tax_rate VARCHAR(20) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	CONSTRAINT pk_document_lines PRIMARY KEY (document_id, no),
	CONSTRAINT fk_document_lines_document_id FOREIGN KEY(document_id) REFERENCES documents (id)
)
-- next
CREATE TABLE open_items (
	document_id BIGINT NOT NULL,
	entity_id BIGINT NOT NULL,
	customer_id BIGINT NOT NULL,
	currency VARCHAR(3) NOT NULL,
	side INTEGER NOT NULL,
	amount_minor BIGINT NOT NULL,
	open_minor BIGINT NOT NULL,
	settled_on DATE,
	CONSTRAINT pk_open_items PRIMARY KEY (document_id),
	CONSTRAINT ck_open_items_never_over_allocated CHECK (open_minor >= 0 AND open_minor <= amount_minor),
	CONSTRAINT ck_open_items_side_known CHECK (side IN (1, -1)),
	CONSTRAINT fk_open_items_document_id FOREIGN KEY(document_id) REFERENCES documents (id),
	CONSTRAINT fk_open_items_entity_id FOREIGN KEY(entity_id) REFERENCES legal_entities (id),
	CONSTRAINT fk_open_items_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id)
)
-- next
CREATE INDEX ix_open_items_open ON open_items (customer_id, currency, document_id) WHERE open_minor > 0
-- next
CREATE INDEX ix_open_items_amount ON open_items (open_minor, currency) WHERE open_minor > 0
-- next
CREATE TABLE allocations (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	entity_id BIGINT NOT NULL,
	customer_id BIGINT NOT NULL,
	currency VARCHAR(3) NOT NULL,
	credit_id BIGINT NOT NULL,
	debit_id BIGINT NOT NULL,
	amount_minor BIGINT NOT NULL,
	allocated_on DATE NOT NULL,
	reverses_id BIGINT,
	created_by_id BIGINT,
	created_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_allocations PRIMARY KEY (id),
	CONSTRAINT ck_allocations_negative_only_when_reversing CHECK ((reverses_id IS NULL) = (amount_minor > 0)),
	CONSTRAINT ck_allocations_amount_not_zero CHECK (amount_minor <> 0),
	CONSTRAINT ck_allocations_two_documents CHECK (credit_id <> debit_id),
	CONSTRAINT uq_allocations_public_id UNIQUE (public_id),
	CONSTRAINT fk_allocations_entity_id FOREIGN KEY(entity_id) REFERENCES legal_entities (id),
	CONSTRAINT fk_allocations_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_allocations_credit_id FOREIGN KEY(credit_id) REFERENCES documents (id),
	CONSTRAINT fk_allocations_debit_id FOREIGN KEY(debit_id) REFERENCES documents (id),
	CONSTRAINT uq_allocations_reverses_id UNIQUE (reverses_id),
	CONSTRAINT fk_allocations_reverses_id FOREIGN KEY(reverses_id) REFERENCES allocations (id),
	CONSTRAINT fk_allocations_created_by_id FOREIGN KEY(created_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_allocations_customer ON allocations (customer_id, allocated_on)
-- next
CREATE INDEX ix_allocations_credit ON allocations (credit_id)
-- next
CREATE INDEX ix_allocations_debit ON allocations (debit_id)
-- next
CREATE TABLE bank_lines (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	account_id BIGINT NOT NULL,
	file_id BIGINT NOT NULL,
	statement_id BIGINT,
	line_no INTEGER NOT NULL,
	booked_on DATE NOT NULL,
	value_on DATE NOT NULL,
	amount_minor BIGINT NOT NULL,
	currency VARCHAR(3) NOT NULL,
	kind VARCHAR(12) NOT NULL,
	payer_name VARCHAR(200) NOT NULL,
	payer_account VARCHAR(64) NOT NULL,
	narrative TEXT NOT NULL,
	reference VARCHAR(140) NOT NULL,
	bank_ref VARCHAR(140) NOT NULL,
	is_reversal BOOLEAN NOT NULL,
	is_notice BOOLEAN NOT NULL,
	parts TEXT,
	line_key VARCHAR(64) NOT NULL,
	state VARCHAR(10) NOT NULL,
	state_note VARCHAR(300) NOT NULL,
	state_by_id BIGINT,
	state_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_bank_lines PRIMARY KEY (id),
	CONSTRAINT ck_bank_lines_kind_known CHECK (kind IN ('transfer', 'collective', 'card', 'cash', 'cheque', 'debit', 'fee', 'interest', 'return', 'internal', 'other')),
	CONSTRAINT ck_bank_lines_state_known CHECK (state IN ('new', 'matched', 'parked', 'ignored')),
	CONSTRAINT uq_bank_lines_public_id UNIQUE (public_id),
	CONSTRAINT fk_bank_lines_account_id FOREIGN KEY(account_id) REFERENCES bank_accounts (id),
	CONSTRAINT fk_bank_lines_file_id FOREIGN KEY(file_id) REFERENCES bank_files (id),
	CONSTRAINT fk_bank_lines_statement_id FOREIGN KEY(statement_id) REFERENCES bank_statements (id),
	CONSTRAINT uq_bank_lines_line_key UNIQUE (line_key),
	CONSTRAINT fk_bank_lines_state_by_id FOREIGN KEY(state_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_bank_lines_file ON bank_lines (file_id, line_no)
-- next
CREATE INDEX ix_bank_lines_day ON bank_lines (account_id, booked_on, amount_minor)
-- next
CREATE INDEX ix_bank_lines_state ON bank_lines (state, booked_on)
-- next
CREATE TABLE statement_lines (
	statement_id BIGINT NOT NULL,
	no INTEGER NOT NULL,
	document_id BIGINT,
	document_no VARCHAR(80) NOT NULL,
	kind VARCHAR(20) NOT NULL,
	document_on DATE,
	due_on DATE,
	text VARCHAR(300) NOT NULL,
	order_no VARCHAR(80) NOT NULL,
	amount_minor BIGINT NOT NULL,
	open_minor BIGINT NOT NULL,
	CONSTRAINT pk_statement_lines PRIMARY KEY (statement_id, no),
	CONSTRAINT fk_statement_lines_statement_id FOREIGN KEY(statement_id) REFERENCES statements (id),
	CONSTRAINT fk_statement_lines_document_id FOREIGN KEY(document_id) REFERENCES documents (id)
)
-- next
CREATE INDEX ix_statement_lines_document ON statement_lines (document_id)
-- next
CREATE TABLE disputes (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	number VARCHAR(20) NOT NULL,
	entity_id BIGINT NOT NULL,
	customer_id BIGINT NOT NULL,
	statement_id BIGINT,
	line_no INTEGER,
	document_id BIGINT,
	reason VARCHAR(3) NOT NULL,
	facts TEXT NOT NULL,
	currency VARCHAR(3) NOT NULL,
	disputed_minor BIGINT NOT NULL,
	approved_minor BIGINT,
	resolution VARCHAR(20) NOT NULL,
	root_cause VARCHAR(40) NOT NULL,
	department VARCHAR(30) NOT NULL,
	owner_id BIGINT,
	state VARCHAR(20) NOT NULL,
	turn VARCHAR(8) NOT NULL,
	due_on DATE NOT NULL,
	opened_by_id BIGINT,
	is_on_behalf BOOLEAN NOT NULL,
	opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
	resolved_at TIMESTAMP WITH TIME ZONE,
	row_version INTEGER NOT NULL,
	CONSTRAINT pk_disputes PRIMARY KEY (id),
	CONSTRAINT ck_disputes_state_known CHECK (state IN ('draft', 'submitted', 'acknowledged', 'investigating', 'waiting_customer', 'waiting_internal', 'proposed', 'accepted', 'countered', 'refused', 'escalated', 'pending_approval', 'posted', 'resolved', 'closed', 'withdrawn', 'reopened')),
	CONSTRAINT ck_disputes_turn_known CHECK (turn IN ('ours', 'theirs', 'nobody')),
	CONSTRAINT ck_disputes_disputed_positive CHECK (disputed_minor > 0),
	CONSTRAINT ck_disputes_approved_within_disputed CHECK (approved_minor IS NULL OR (approved_minor >= 0 AND approved_minor <= disputed_minor)),
	CONSTRAINT uq_disputes_public_id UNIQUE (public_id),
	CONSTRAINT uq_disputes_number UNIQUE (number),
	CONSTRAINT fk_disputes_entity_id FOREIGN KEY(entity_id) REFERENCES legal_entities (id),
	CONSTRAINT fk_disputes_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_disputes_statement_id FOREIGN KEY(statement_id) REFERENCES statements (id),
	CONSTRAINT fk_disputes_document_id FOREIGN KEY(document_id) REFERENCES documents (id),
	CONSTRAINT fk_disputes_owner_id FOREIGN KEY(owner_id) REFERENCES people (id),
	CONSTRAINT fk_disputes_opened_by_id FOREIGN KEY(opened_by_id) REFERENCES people (id)
)
-- next
CREATE UNIQUE INDEX uq_disputes_one_open_a_document ON disputes (document_id) WHERE state NOT IN ('draft', 'resolved', 'closed', 'withdrawn')
-- next
CREATE INDEX ix_disputes_customer ON disputes (customer_id, state)
-- next
CREATE UNIQUE INDEX uq_disputes_one_open_a_line ON disputes (statement_id, line_no) WHERE state NOT IN ('draft', 'resolved', 'closed', 'withdrawn')
-- next
CREATE INDEX ix_disputes_state ON disputes (state, due_on)
-- next
CREATE TABLE einvoices (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	entity_id BIGINT NOT NULL,
	document_id BIGINT NOT NULL,
	batch_id BIGINT,
	kind VARCHAR(20) NOT NULL,
	number VARCHAR(80) NOT NULL,
	code VARCHAR(40) NOT NULL,
	form VARCHAR(20) NOT NULL,
	seller_name VARCHAR(200) NOT NULL,
	seller_tax_no VARCHAR(40) NOT NULL,
	buyer_name VARCHAR(200) NOT NULL,
	buyer_tax_no VARCHAR(40) NOT NULL,
	issued_on DATE NOT NULL,
	due_on DATE,
	currency VARCHAR(3) NOT NULL,
	total_minor BIGINT NOT NULL,
	tax_minor BIGINT NOT NULL,
	payable_minor BIGINT NOT NULL,
	file_name VARCHAR(200) NOT NULL,
	file_sha256 VARCHAR(64) NOT NULL,
	is_void BOOLEAN NOT NULL,
	added_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_einvoices PRIMARY KEY (id),
	CONSTRAINT ck_einvoices_kind_known CHECK (kind IN ('invoice', 'credit_note')),
	CONSTRAINT uq_einvoices_public_id UNIQUE (public_id),
	CONSTRAINT fk_einvoices_entity_id FOREIGN KEY(entity_id) REFERENCES legal_entities (id),
	CONSTRAINT fk_einvoices_document_id FOREIGN KEY(document_id) REFERENCES documents (id),
	CONSTRAINT fk_einvoices_batch_id FOREIGN KEY(batch_id) REFERENCES import_batches (id)
)
-- next
CREATE INDEX ix_einvoices_document ON einvoices (document_id)
-- next
CREATE UNIQUE INDEX uq_einvoices_identity ON einvoices (entity_id, kind, code, number) WHERE NOT is_void
-- next
CREATE INDEX ix_einvoices_batch ON einvoices (batch_id)
-- next
CREATE TABLE match_item_keys (
	key VARCHAR(80) NOT NULL,
	document_id BIGINT NOT NULL,
	CONSTRAINT pk_match_item_keys PRIMARY KEY (key, document_id),
	CONSTRAINT fk_match_item_keys_document_id FOREIGN KEY(document_id) REFERENCES documents (id)
)
-- next
CREATE TABLE allocation_wishes (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	number VARCHAR(20) NOT NULL,
	customer_id BIGINT NOT NULL,
	document_id BIGINT NOT NULL,
	method VARCHAR(12) NOT NULL,
	parts TEXT NOT NULL,
	before TEXT NOT NULL,
	words TEXT NOT NULL,
	answer TEXT NOT NULL,
	state VARCHAR(10) NOT NULL,
	asked_by_id BIGINT,
	asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
	decided_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_allocation_wishes PRIMARY KEY (id),
	CONSTRAINT ck_allocation_wishes_state_known CHECK (state IN ('asked', 'pending', 'applied', 'refused', 'withdrawn')),
	CONSTRAINT uq_allocation_wishes_public_id UNIQUE (public_id),
	CONSTRAINT uq_allocation_wishes_number UNIQUE (number),
	CONSTRAINT fk_allocation_wishes_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_allocation_wishes_document_id FOREIGN KEY(document_id) REFERENCES documents (id),
	CONSTRAINT fk_allocation_wishes_asked_by_id FOREIGN KEY(asked_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_allocation_wishes_customer ON allocation_wishes (customer_id)
-- next
CREATE UNIQUE INDEX uq_allocation_wishes_open ON allocation_wishes (document_id) WHERE state IN ('asked', 'pending')
-- next
CREATE TABLE entries (
	id BIGSERIAL NOT NULL,
	entity_id BIGINT NOT NULL,
	kind VARCHAR(30) NOT NULL,
	posting_on DATE NOT NULL,
	document_id BIGINT,
	allocation_id BIGINT,
	reverses_id BIGINT,
	is_valued BOOLEAN NOT NULL,
	text VARCHAR(300) NOT NULL,
	posted_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_entries PRIMARY KEY (id),
	CONSTRAINT ck_entries_kind_known CHECK (kind IN ('invoice', 'debit_note', 'credit_note', 'receipt', 'refund', 'adjustment', 'write_off', 'opening_balance', 'application', 'reversal', 'unidentified', 'exchange')),
	CONSTRAINT fk_entries_entity_id FOREIGN KEY(entity_id) REFERENCES legal_entities (id),
	CONSTRAINT fk_entries_document_id FOREIGN KEY(document_id) REFERENCES documents (id),
	CONSTRAINT fk_entries_allocation_id FOREIGN KEY(allocation_id) REFERENCES allocations (id),
	CONSTRAINT uq_entries_reverses_id UNIQUE (reverses_id),
	CONSTRAINT fk_entries_reverses_id FOREIGN KEY(reverses_id) REFERENCES entries (id)
)
-- next
CREATE INDEX ix_entries_posting ON entries (entity_id, posting_on)
-- next
CREATE INDEX ix_entries_document ON entries (document_id)
-- next
CREATE TABLE adjustments (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	number VARCHAR(20) NOT NULL,
	entity_id BIGINT NOT NULL,
	customer_id BIGINT NOT NULL,
	kind VARCHAR(20) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	tax_minor BIGINT NOT NULL,
	posting_on DATE NOT NULL,
	document_id BIGINT,
	dispute_id BIGINT,
	reason TEXT NOT NULL,
	state VARCHAR(10) NOT NULL,
	posted_id BIGINT,
	made_by_id BIGINT NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	row_version INTEGER NOT NULL,
	CONSTRAINT pk_adjustments PRIMARY KEY (id),
	CONSTRAINT ck_adjustments_state_known CHECK (state IN ('draft', 'pending', 'posted', 'rejected', 'voided')),
	CONSTRAINT ck_adjustments_kind_known CHECK (kind IN ('credit_note', 'debit_note', 'refund', 'adjustment', 'write_off', 'opening_balance')),
	CONSTRAINT ck_adjustments_amount_not_zero CHECK (amount_minor <> 0),
	CONSTRAINT ck_adjustments_posted_has_document CHECK ((state = 'posted') = (posted_id IS NOT NULL)),
	CONSTRAINT uq_adjustments_public_id UNIQUE (public_id),
	CONSTRAINT uq_adjustments_number UNIQUE (number),
	CONSTRAINT fk_adjustments_entity_id FOREIGN KEY(entity_id) REFERENCES legal_entities (id),
	CONSTRAINT fk_adjustments_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_adjustments_document_id FOREIGN KEY(document_id) REFERENCES documents (id),
	CONSTRAINT fk_adjustments_dispute_id FOREIGN KEY(dispute_id) REFERENCES disputes (id),
	CONSTRAINT uq_adjustments_posted_id UNIQUE (posted_id),
	CONSTRAINT fk_adjustments_posted_id FOREIGN KEY(posted_id) REFERENCES documents (id),
	CONSTRAINT fk_adjustments_made_by_id FOREIGN KEY(made_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_adjustments_dispute ON adjustments (dispute_id)
-- next
CREATE INDEX ix_adjustments_state ON adjustments (state)
-- next
CREATE INDEX ix_adjustments_customer ON adjustments (customer_id)
-- next
CREATE TABLE bank_sightings (
	file_id BIGINT NOT NULL,
	line_id BIGINT NOT NULL,
	line_no INTEGER NOT NULL,
	CONSTRAINT pk_bank_sightings PRIMARY KEY (file_id, line_id),
	CONSTRAINT fk_bank_sightings_file_id FOREIGN KEY(file_id) REFERENCES bank_files (id),
	CONSTRAINT fk_bank_sightings_line_id FOREIGN KEY(line_id) REFERENCES bank_lines (id)
)
-- next
CREATE INDEX ix_bank_sightings_line ON bank_sightings (line_id)
-- next
CREATE TABLE comparison_rows (
	comparison_id BIGINT NOT NULL,
	no INTEGER NOT NULL,
	group_no INTEGER NOT NULL,
	status VARCHAR(20) NOT NULL,
	cause VARCHAR(30) NOT NULL,
	difference_minor BIGINT NOT NULL,
	reasons TEXT NOT NULL,
	confidence_permille INTEGER NOT NULL,
	document_id BIGINT,
	our_row BIGINT,
	our_on DATE,
	our_number VARCHAR(80) NOT NULL,
	our_text TEXT NOT NULL,
	our_kind VARCHAR(20) NOT NULL,
	our_minor BIGINT,
	their_row INTEGER,
	their_label VARCHAR(80) NOT NULL,
	their_on DATE,
	their_number VARCHAR(200) NOT NULL,
	their_text TEXT NOT NULL,
	their_minor BIGINT,
	dispute_id BIGINT,
	asked_at TIMESTAMP WITH TIME ZONE,
	CONSTRAINT pk_comparison_rows PRIMARY KEY (comparison_id, no),
	CONSTRAINT ck_comparison_rows_status_known CHECK (status IN ('agreed', 'amount_differs', 'date_differs', 'timing', 'only_ours', 'only_theirs', 'duplicate_ours', 'duplicate_theirs')),
	CONSTRAINT ck_comparison_rows_cause_known CHECK (cause IN ('', 'entry_error', 'duplicate', 'omitted_ours', 'omitted_theirs', 'bank_fee', 'discount', 'rounding', 'exchange', 'timing', 'part_payment', 'wrong_party_or_allocation', 'policy_or_tax')),
	CONSTRAINT fk_comparison_rows_comparison_id FOREIGN KEY(comparison_id) REFERENCES comparisons (id),
	CONSTRAINT fk_comparison_rows_document_id FOREIGN KEY(document_id) REFERENCES documents (id),
	CONSTRAINT fk_comparison_rows_dispute_id FOREIGN KEY(dispute_id) REFERENCES disputes (id)
)
-- next
CREATE INDEX ix_comparison_rows_document ON comparison_rows (document_id)
-- next
CREATE TABLE line_answers (
	id BIGSERIAL NOT NULL,
	statement_id BIGINT NOT NULL,
	line_no INTEGER NOT NULL,
	answer VARCHAR(10) NOT NULL,
	disputed_minor BIGINT NOT NULL,
	dispute_id BIGINT,
	content_hash VARCHAR(64) NOT NULL,
	act VARCHAR(22) NOT NULL,
	person_id BIGINT,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	note TEXT NOT NULL,
	CONSTRAINT pk_line_answers PRIMARY KEY (id),
	CONSTRAINT ck_line_answers_answer_known CHECK (answer IN ('confirmed', 'disputed', 'question', 'none')),
	CONSTRAINT fk_line_answers_statement_id FOREIGN KEY(statement_id) REFERENCES statements (id),
	CONSTRAINT fk_line_answers_dispute_id FOREIGN KEY(dispute_id) REFERENCES disputes (id),
	CONSTRAINT fk_line_answers_person_id FOREIGN KEY(person_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_line_answers_statement ON line_answers (statement_id, line_no, id)
-- next
CREATE TABLE dispute_parts (
	dispute_id BIGINT NOT NULL,
	no INTEGER NOT NULL,
	reason VARCHAR(3) NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	CONSTRAINT pk_dispute_parts PRIMARY KEY (dispute_id, no),
	CONSTRAINT fk_dispute_parts_dispute_id FOREIGN KEY(dispute_id) REFERENCES disputes (id)
)
-- next
CREATE TABLE dispute_events (
	id BIGSERIAL NOT NULL,
	dispute_id BIGINT NOT NULL,
	kind VARCHAR(10) NOT NULL,
	verb VARCHAR(12) NOT NULL,
	side VARCHAR(10) NOT NULL,
	is_internal BOOLEAN NOT NULL,
	person_id BIGINT,
	person_name VARCHAR(120) NOT NULL,
	text TEXT NOT NULL,
	from_state VARCHAR(20) NOT NULL,
	to_state VARCHAR(20) NOT NULL,
	currency VARCHAR(3),
	amount_minor BIGINT,
	attachment_id BIGINT,
	at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_dispute_events PRIMARY KEY (id),
	CONSTRAINT ck_dispute_events_kind_known CHECK (kind IN ('message', 'note', 'state', 'offer', 'posting', 'file')),
	CONSTRAINT ck_dispute_events_side_known CHECK (side IN ('customer', 'staff', 'system')),
	CONSTRAINT ck_dispute_events_notes_are_internal CHECK (kind <> 'note' OR is_internal),
	CONSTRAINT fk_dispute_events_dispute_id FOREIGN KEY(dispute_id) REFERENCES disputes (id),
	CONSTRAINT fk_dispute_events_person_id FOREIGN KEY(person_id) REFERENCES people (id),
	CONSTRAINT fk_dispute_events_attachment_id FOREIGN KEY(attachment_id) REFERENCES attachments (id)
)
-- next
CREATE INDEX ix_dispute_events_dispute ON dispute_events (dispute_id, id)
-- next
CREATE TABLE entry_lines (
	entry_id BIGINT NOT NULL,
	no INTEGER NOT NULL,
	account_id BIGINT NOT NULL,
	customer_id BIGINT,
	department VARCHAR(60),
	project VARCHAR(60),
	currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	book_currency VARCHAR(3),
	book_minor BIGINT,
	CONSTRAINT pk_entry_lines PRIMARY KEY (entry_id, no),
	CONSTRAINT ck_entry_lines_book_pair CHECK ((book_minor IS NULL) = (book_currency IS NULL)),
	CONSTRAINT fk_entry_lines_entry_id FOREIGN KEY(entry_id) REFERENCES entries (id),
	CONSTRAINT fk_entry_lines_account_id FOREIGN KEY(account_id) REFERENCES accounts (id),
	CONSTRAINT fk_entry_lines_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id)
)
-- next
CREATE INDEX ix_entry_lines_account ON entry_lines (account_id)
-- next
CREATE INDEX ix_entry_lines_customer ON entry_lines (customer_id, account_id)
-- next
CREATE TABLE matches (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	bank_line_id BIGINT NOT NULL,
	entity_id BIGINT NOT NULL,
	booked_on DATE NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	customer_id BIGINT,
	state VARCHAR(10) NOT NULL,
	outcome VARCHAR(12) NOT NULL,
	item_currency VARCHAR(3) NOT NULL,
	rest_kind VARCHAR(12) NOT NULL,
	rest_minor BIGINT NOT NULL,
	confidence_bp INTEGER NOT NULL,
	rule VARCHAR(40) NOT NULL,
	bucket VARCHAR(120) NOT NULL,
	reasons TEXT NOT NULL,
	alternatives TEXT NOT NULL,
	is_ambiguous BOOLEAN NOT NULL,
	may_post BOOLEAN NOT NULL,
	rule_set_version INTEGER NOT NULL,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	decided_by_id BIGINT,
	decided_at TIMESTAMP WITH TIME ZONE,
	decided_how VARCHAR(10) NOT NULL,
	was_changed BOOLEAN NOT NULL,
	note VARCHAR(500) NOT NULL,
	document_id BIGINT,
	entry_id BIGINT,
	exchange_id BIGINT,
	credit_allocations TEXT NOT NULL,
	row_version INTEGER NOT NULL,
	CONSTRAINT pk_matches PRIMARY KEY (id),
	CONSTRAINT ck_matches_state_known CHECK (state IN ('proposed', 'pending', 'posted', 'parked', 'refused', 'left', 'undone')),
	CONSTRAINT ck_matches_outcome_known CHECK (outcome IN ('allocate', 'advance', 'unidentified', 'refund', 'none')),
	CONSTRAINT ck_matches_confidence_known CHECK (confidence_bp BETWEEN 0 AND 10000),
	CONSTRAINT ck_matches_amount_not_zero CHECK (amount_minor <> 0),
	CONSTRAINT ck_matches_posted_has_posting CHECK (state <> 'posted' OR document_id IS NOT NULL OR entry_id IS NOT NULL),
	CONSTRAINT uq_matches_public_id UNIQUE (public_id),
	CONSTRAINT fk_matches_bank_line_id FOREIGN KEY(bank_line_id) REFERENCES bank_lines (id),
	CONSTRAINT fk_matches_entity_id FOREIGN KEY(entity_id) REFERENCES legal_entities (id),
	CONSTRAINT fk_matches_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_matches_decided_by_id FOREIGN KEY(decided_by_id) REFERENCES people (id),
	CONSTRAINT fk_matches_document_id FOREIGN KEY(document_id) REFERENCES documents (id),
	CONSTRAINT fk_matches_entry_id FOREIGN KEY(entry_id) REFERENCES entries (id),
	CONSTRAINT fk_matches_exchange_id FOREIGN KEY(exchange_id) REFERENCES entries (id)
)
-- next
CREATE INDEX ix_matches_customer ON matches (customer_id)
-- next
CREATE UNIQUE INDEX uq_matches_line ON matches (bank_line_id) WHERE state <> 'undone'
-- next
CREATE INDEX ix_matches_document ON matches (document_id)
-- next
CREATE INDEX ix_matches_state ON matches (state, booked_on)
-- next
CREATE INDEX ix_matches_decided ON matches (decided_at)
-- next
CREATE TABLE match_parts (
	match_id BIGINT NOT NULL,
	no INTEGER NOT NULL,
	document_id BIGINT NOT NULL,
	amount_minor BIGINT NOT NULL,
	CONSTRAINT pk_match_parts PRIMARY KEY (match_id, no),
	CONSTRAINT ck_match_parts_amount_not_zero CHECK (amount_minor <> 0),
	CONSTRAINT fk_match_parts_match_id FOREIGN KEY(match_id) REFERENCES matches (id),
	CONSTRAINT fk_match_parts_document_id FOREIGN KEY(document_id) REFERENCES documents (id)
)
-- next
CREATE INDEX ix_match_parts_document ON match_parts (document_id)
-- next
CREATE TABLE payer_sightings (
	id BIGSERIAL NOT NULL,
	key VARCHAR(200) NOT NULL,
	customer_id BIGINT NOT NULL,
	match_id BIGINT NOT NULL,
	times INTEGER NOT NULL,
	seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_payer_sightings PRIMARY KEY (id),
	CONSTRAINT ck_payer_sightings_times_known CHECK (times IN (1, -1)),
	CONSTRAINT fk_payer_sightings_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_payer_sightings_match_id FOREIGN KEY(match_id) REFERENCES matches (id)
)
-- next
CREATE INDEX ix_payer_sightings_match ON payer_sightings (match_id)
-- next
CREATE INDEX ix_payer_sightings_key ON payer_sightings (key, customer_id, times)
-- next
CREATE TABLE unidentified_money (
	match_id BIGINT NOT NULL,
	entry_id BIGINT NOT NULL,
	currency VARCHAR(3) NOT NULL,
	amount_minor BIGINT NOT NULL,
	booked_on DATE NOT NULL,
	state VARCHAR(12) NOT NULL,
	document_id BIGINT,
	CONSTRAINT pk_unidentified_money PRIMARY KEY (match_id),
	CONSTRAINT ck_unidentified_money_state_known CHECK (state IN ('open', 'identified', 'taken_back')),
	CONSTRAINT ck_unidentified_money_identified_has_receipt CHECK ((state = 'identified') = (document_id IS NOT NULL)),
	CONSTRAINT fk_unidentified_money_match_id FOREIGN KEY(match_id) REFERENCES matches (id),
	CONSTRAINT uq_unidentified_money_entry_id UNIQUE (entry_id),
	CONSTRAINT fk_unidentified_money_entry_id FOREIGN KEY(entry_id) REFERENCES entries (id),
	CONSTRAINT uq_unidentified_money_document_id UNIQUE (document_id),
	CONSTRAINT fk_unidentified_money_document_id FOREIGN KEY(document_id) REFERENCES documents (id)
)
-- next
CREATE INDEX ix_unidentified_money_state ON unidentified_money (state, booked_on)
-- next
CREATE TABLE remittance_advices (
	id BIGSERIAL NOT NULL,
	public_id VARCHAR(22) NOT NULL,
	number VARCHAR(20) NOT NULL,
	customer_id BIGINT NOT NULL,
	currency VARCHAR(3) NOT NULL,
	total_minor BIGINT NOT NULL,
	paid_on DATE NOT NULL,
	reference VARCHAR(100) NOT NULL,
	source VARCHAR(10) NOT NULL,
	state VARCHAR(10) NOT NULL,
	match_id BIGINT,
	made_by_id BIGINT,
	made_at TIMESTAMP WITH TIME ZONE NOT NULL,
	CONSTRAINT pk_remittance_advices PRIMARY KEY (id),
	CONSTRAINT ck_remittance_advices_state_known CHECK (state IN ('new', 'used', 'withdrawn')),
	CONSTRAINT ck_remittance_advices_source_known CHECK (source IN ('typed', 'pasted', 'file')),
	CONSTRAINT ck_remittance_advices_total_positive CHECK (total_minor > 0),
	CONSTRAINT uq_remittance_advices_public_id UNIQUE (public_id),
	CONSTRAINT uq_remittance_advices_number UNIQUE (number),
	CONSTRAINT fk_remittance_advices_customer_id FOREIGN KEY(customer_id) REFERENCES customers (id),
	CONSTRAINT fk_remittance_advices_match_id FOREIGN KEY(match_id) REFERENCES matches (id),
	CONSTRAINT fk_remittance_advices_made_by_id FOREIGN KEY(made_by_id) REFERENCES people (id)
)
-- next
CREATE INDEX ix_remittance_advices_total ON remittance_advices (currency, total_minor)
-- next
CREATE INDEX ix_remittance_advices_customer ON remittance_advices (customer_id)
-- next
CREATE TABLE remittance_lines (
	advice_id BIGINT NOT NULL,
	no INTEGER NOT NULL,
	named VARCHAR(80) NOT NULL,
	document_id BIGINT,
	amount_minor BIGINT NOT NULL,
	CONSTRAINT pk_remittance_lines PRIMARY KEY (advice_id, no),
	CONSTRAINT ck_remittance_lines_amount_not_zero CHECK (amount_minor <> 0),
	CONSTRAINT fk_remittance_lines_advice_id FOREIGN KEY(advice_id) REFERENCES remittance_advices (id),
	CONSTRAINT fk_remittance_lines_document_id FOREIGN KEY(document_id) REFERENCES documents (id)
)
-- next
CREATE FUNCTION tg_number_series_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.last <= OLD.last THEN RAISE EXCEPTION 'number_series: numbers only grow' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_number_series_1 BEFORE UPDATE ON number_series FOR EACH ROW EXECUTE FUNCTION tg_number_series_1()
-- next
CREATE FUNCTION tg_number_series_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'number_series: a series never vanishes' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_number_series_2 BEFORE DELETE ON number_series FOR EACH ROW EXECUTE FUNCTION tg_number_series_2()
-- next
CREATE FUNCTION tg_grants_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.person_id IS DISTINCT FROM OLD.person_id OR NEW.role IS DISTINCT FROM OLD.role OR NEW.customer_id IS DISTINCT FROM OLD.customer_id OR NEW.entity_id IS DISTINCT FROM OLD.entity_id OR NEW.portfolio IS DISTINCT FROM OLD.portfolio OR NEW.departments IS DISTINCT FROM OLD.departments OR NEW.sample_id IS DISTINCT FROM OLD.sample_id OR NEW.granted_at IS DISTINCT FROM OLD.granted_at OR NEW.granted_by_id IS DISTINCT FROM OLD.granted_by_id OR NEW.approved_by_id IS DISTINCT FROM OLD.approved_by_id OR NEW.ends_at IS DISTINCT FROM OLD.ends_at THEN RAISE EXCEPTION 'grants: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_grants_1 BEFORE UPDATE ON grants FOR EACH ROW EXECUTE FUNCTION tg_grants_1()
-- next
CREATE FUNCTION tg_grants_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'grants: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_grants_2 BEFORE DELETE ON grants FOR EACH ROW EXECUTE FUNCTION tg_grants_2()
-- next
CREATE FUNCTION tg_grants_3() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN RAISE EXCEPTION 'grants: a role that ended stays ended' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_grants_3 BEFORE UPDATE ON grants FOR EACH ROW EXECUTE FUNCTION tg_grants_3()
-- next
CREATE FUNCTION tg_grants_4() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.ended_at IS NULL AND ((NEW.role IN ('security-admin', 'system-admin', 'auditor') AND EXISTS (SELECT 1 FROM grants held WHERE held.person_id = NEW.person_id AND held.ended_at IS NULL AND held.role <> NEW.role AND held.role IN ('security-admin', 'system-admin', 'auditor', 'clerk', 'approver'))) OR (NEW.role IN ('clerk', 'approver') AND EXISTS (SELECT 1 FROM grants held WHERE held.person_id = NEW.person_id AND held.ended_at IS NULL AND held.role IN ('security-admin', 'system-admin', 'auditor')))) THEN RAISE EXCEPTION 'grants: these two roles exclude each other' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_grants_4 BEFORE INSERT ON grants FOR EACH ROW EXECUTE FUNCTION tg_grants_4()
-- next
CREATE FUNCTION tg_grants_5() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.ended_at IS NULL AND NEW.role IN ('clerk', 'approver') AND EXISTS (SELECT 1 FROM grants held WHERE held.person_id = NEW.person_id AND held.ended_at IS NULL AND held.role <> NEW.role AND held.role IN ('clerk', 'approver')) AND (SELECT count(DISTINCT team.person_id) FROM grants team JOIN people ON people.id = team.person_id WHERE team.ended_at IS NULL AND team.role IN ('clerk', 'approver') AND people.is_active) >= 3 THEN RAISE EXCEPTION 'grants: clerk and approver are two people in a team of this size' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_grants_5 BEFORE INSERT ON grants FOR EACH ROW EXECUTE FUNCTION tg_grants_5()
-- next
CREATE FUNCTION tg_grant_customers_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'grant_customers: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_grant_customers_1 BEFORE UPDATE ON grant_customers FOR EACH ROW EXECUTE FUNCTION tg_grant_customers_1()
-- next
CREATE FUNCTION tg_grant_customers_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'grant_customers: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_grant_customers_2 BEFORE DELETE ON grant_customers FOR EACH ROW EXECUTE FUNCTION tg_grant_customers_2()
-- next
CREATE FUNCTION tg_grant_limits_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'grant_limits: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_grant_limits_1 BEFORE UPDATE ON grant_limits FOR EACH ROW EXECUTE FUNCTION tg_grant_limits_1()
-- next
CREATE FUNCTION tg_grant_limits_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'grant_limits: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_grant_limits_2 BEFORE DELETE ON grant_limits FOR EACH ROW EXECUTE FUNCTION tg_grant_limits_2()
-- next
CREATE FUNCTION tg_security_events_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'security_events: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_security_events_1 BEFORE UPDATE ON security_events FOR EACH ROW EXECUTE FUNCTION tg_security_events_1()
-- next
CREATE FUNCTION tg_security_events_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT EXISTS (SELECT 1 FROM purges WHERE purges.kind = 'security-log' AND purges.before_at > OLD.at) THEN RAISE EXCEPTION 'security_events: kept for at least 183 days' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_security_events_2 BEFORE DELETE ON security_events FOR EACH ROW EXECUTE FUNCTION tg_security_events_2()
-- next
CREATE FUNCTION tg_audit_rows_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'audit_rows: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_audit_rows_1 BEFORE UPDATE ON audit_rows FOR EACH ROW EXECUTE FUNCTION tg_audit_rows_1()
-- next
CREATE FUNCTION tg_audit_rows_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'audit_rows: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_audit_rows_2 BEFORE DELETE ON audit_rows FOR EACH ROW EXECUTE FUNCTION tg_audit_rows_2()
-- next
CREATE FUNCTION tg_personal_values_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'personal_values: values never change, they only go' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_personal_values_1 BEFORE UPDATE ON personal_values FOR EACH ROW EXECUTE FUNCTION tg_personal_values_1()
-- next
CREATE FUNCTION tg_audit_head_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.number <= OLD.number THEN RAISE EXCEPTION 'audit_head: the chain only grows' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_audit_head_1 BEFORE UPDATE ON audit_head FOR EACH ROW EXECUTE FUNCTION tg_audit_head_1()
-- next
CREATE FUNCTION tg_audit_head_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'audit_head: the head never vanishes' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_audit_head_2 BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION tg_audit_head_2()
-- next
CREATE FUNCTION tg_approvals_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.kind IS DISTINCT FROM OLD.kind OR NEW.subject_kind IS DISTINCT FROM OLD.subject_kind OR NEW.subject_id IS DISTINCT FROM OLD.subject_id OR NEW.customer_id IS DISTINCT FROM OLD.customer_id OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.amount_minor IS DISTINCT FROM OLD.amount_minor OR NEW.content IS DISTINCT FROM OLD.content OR NEW.content_hash IS DISTINCT FROM OLD.content_hash OR NEW.effect IS DISTINCT FROM OLD.effect OR NEW.requested_by_id IS DISTINCT FROM OLD.requested_by_id OR NEW.requested_at IS DISTINCT FROM OLD.requested_at OR NEW.policy_version IS DISTINCT FROM OLD.policy_version THEN RAISE EXCEPTION 'approvals: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_approvals_1 BEFORE UPDATE ON approvals FOR EACH ROW EXECUTE FUNCTION tg_approvals_1()
-- next
CREATE FUNCTION tg_approvals_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'approvals: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_approvals_2 BEFORE DELETE ON approvals FOR EACH ROW EXECUTE FUNCTION tg_approvals_2()
-- next
CREATE FUNCTION tg_approvals_3() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.needs_approvals < OLD.needs_approvals THEN RAISE EXCEPTION 'approvals: a second approval that is needed stays needed' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_approvals_3 BEFORE UPDATE ON approvals FOR EACH ROW EXECUTE FUNCTION tg_approvals_3()
-- next
CREATE FUNCTION tg_approvals_4() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.state = 'approved' AND OLD.state <> 'approved' AND EXISTS (SELECT 1 FROM grants WHERE grants.person_id = OLD.requested_by_id AND grants.customer_id IS NULL AND (grants.granted_at > OLD.requested_at OR grants.ended_at > OLD.requested_at)) THEN RAISE EXCEPTION 'approvals: the roles of who asked have changed since' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_approvals_4 BEFORE UPDATE ON approvals FOR EACH ROW EXECUTE FUNCTION tg_approvals_4()
-- next
CREATE FUNCTION tg_entries_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.posted_at IS NOT NULL THEN RAISE EXCEPTION 'entries: an entry is sealed after its lines are written' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_entries_1 BEFORE INSERT ON entries FOR EACH ROW EXECUTE FUNCTION tg_entries_1()
-- next
CREATE FUNCTION tg_entries_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.posted_at IS NULL AND NEW.posted_at IS NOT NULL AND (NOT EXISTS (SELECT 1 FROM entry_lines WHERE entry_id = NEW.id) OR EXISTS (SELECT 1 FROM entry_lines WHERE entry_id = NEW.id GROUP BY currency HAVING sum(amount_minor) <> 0) OR EXISTS (SELECT 1 FROM entry_lines WHERE entry_id = NEW.id AND book_currency IS NOT NULL GROUP BY book_currency HAVING sum(book_minor) <> 0)) THEN RAISE EXCEPTION 'entries: debit and credit differ' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_entries_2 BEFORE UPDATE ON entries FOR EACH ROW EXECUTE FUNCTION tg_entries_2()
-- next
CREATE FUNCTION tg_entries_3() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.posted_at IS NULL AND NEW.posted_at IS NOT NULL AND EXISTS (SELECT 1 FROM closed_periods WHERE entity_id = NEW.entity_id AND reopened_at IS NULL AND starts_on <= NEW.posting_on AND NEW.posting_on < until_on) THEN RAISE EXCEPTION 'entries: the period is closed' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_entries_3 BEFORE UPDATE ON entries FOR EACH ROW EXECUTE FUNCTION tg_entries_3()
-- next
CREATE FUNCTION tg_entries_4() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (OLD.posted_at IS NOT NULL) AND (NEW.entity_id IS DISTINCT FROM OLD.entity_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.posting_on IS DISTINCT FROM OLD.posting_on OR NEW.document_id IS DISTINCT FROM OLD.document_id OR NEW.allocation_id IS DISTINCT FROM OLD.allocation_id OR NEW.reverses_id IS DISTINCT FROM OLD.reverses_id OR NEW.is_valued IS DISTINCT FROM OLD.is_valued OR NEW.text IS DISTINCT FROM OLD.text OR NEW.posted_at IS DISTINCT FROM OLD.posted_at) THEN RAISE EXCEPTION 'entries: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_entries_4 BEFORE UPDATE ON entries FOR EACH ROW EXECUTE FUNCTION tg_entries_4()
-- next
CREATE FUNCTION tg_entries_5() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.posted_at IS NOT NULL THEN RAISE EXCEPTION 'entries: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_entries_5 BEFORE DELETE ON entries FOR EACH ROW EXECUTE FUNCTION tg_entries_5()
-- next
CREATE FUNCTION tg_entry_lines_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT posted_at FROM entries WHERE id = NEW.entry_id) IS NOT NULL THEN RAISE EXCEPTION 'entry_lines: the entry is sealed' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_entry_lines_1 BEFORE INSERT ON entry_lines FOR EACH ROW EXECUTE FUNCTION tg_entry_lines_1()
-- next
CREATE FUNCTION tg_entry_lines_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'entry_lines: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_entry_lines_2 BEFORE UPDATE ON entry_lines FOR EACH ROW EXECUTE FUNCTION tg_entry_lines_2()
-- next
CREATE FUNCTION tg_entry_lines_3() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'entry_lines: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_entry_lines_3 BEFORE DELETE ON entry_lines FOR EACH ROW EXECUTE FUNCTION tg_entry_lines_3()
-- next
CREATE FUNCTION tg_staff_role_requests_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.person_id IS DISTINCT FROM OLD.person_id OR NEW.act IS DISTINCT FROM OLD.act OR NEW.role IS DISTINCT FROM OLD.role OR NEW.terms IS DISTINCT FROM OLD.terms OR NEW.reason IS DISTINCT FROM OLD.reason OR NEW.asked_by_id IS DISTINCT FROM OLD.asked_by_id OR NEW.asked_at IS DISTINCT FROM OLD.asked_at THEN RAISE EXCEPTION 'staff_role_requests: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_staff_role_requests_1 BEFORE UPDATE ON staff_role_requests FOR EACH ROW EXECUTE FUNCTION tg_staff_role_requests_1()
-- next
CREATE FUNCTION tg_staff_role_requests_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'staff_role_requests: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_staff_role_requests_2 BEFORE DELETE ON staff_role_requests FOR EACH ROW EXECUTE FUNCTION tg_staff_role_requests_2()
-- next
CREATE FUNCTION tg_grant_reviews_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'grant_reviews: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_grant_reviews_1 BEFORE UPDATE ON grant_reviews FOR EACH ROW EXECUTE FUNCTION tg_grant_reviews_1()
-- next
CREATE FUNCTION tg_grant_reviews_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'grant_reviews: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_grant_reviews_2 BEFORE DELETE ON grant_reviews FOR EACH ROW EXECUTE FUNCTION tg_grant_reviews_2()
-- next
CREATE FUNCTION tg_grant_reviews_3() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM grants WHERE grants.id = NEW.grant_id AND grants.person_id = NEW.reviewer_id) THEN RAISE EXCEPTION 'grant_reviews: nobody reviews their own roles' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_grant_reviews_3 BEFORE INSERT ON grant_reviews FOR EACH ROW EXECUTE FUNCTION tg_grant_reviews_3()
-- next
CREATE FUNCTION tg_samples_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'samples: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_samples_1 BEFORE UPDATE ON samples FOR EACH ROW EXECUTE FUNCTION tg_samples_1()
-- next
CREATE FUNCTION tg_samples_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'samples: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_samples_2 BEFORE DELETE ON samples FOR EACH ROW EXECUTE FUNCTION tg_samples_2()
-- next
CREATE FUNCTION tg_sample_items_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'sample_items: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_sample_items_1 BEFORE UPDATE ON sample_items FOR EACH ROW EXECUTE FUNCTION tg_sample_items_1()
-- next
CREATE FUNCTION tg_sample_items_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'sample_items: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_sample_items_2 BEFORE DELETE ON sample_items FOR EACH ROW EXECUTE FUNCTION tg_sample_items_2()
-- next
CREATE FUNCTION tg_break_glasses_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.person_id IS DISTINCT FROM OLD.person_id OR NEW.secret_hash IS DISTINCT FROM OLD.secret_hash OR NEW.sealed_by_id IS DISTINCT FROM OLD.sealed_by_id OR NEW.sealed_at IS DISTINCT FROM OLD.sealed_at THEN RAISE EXCEPTION 'break_glasses: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_break_glasses_1 BEFORE UPDATE ON break_glasses FOR EACH ROW EXECUTE FUNCTION tg_break_glasses_1()
-- next
CREATE FUNCTION tg_break_glasses_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'break_glasses: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_break_glasses_2 BEFORE DELETE ON break_glasses FOR EACH ROW EXECUTE FUNCTION tg_break_glasses_2()
-- next
CREATE FUNCTION tg_break_glasses_3() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.opened_at IS NOT NULL AND (NEW.opened_at IS DISTINCT FROM OLD.opened_at OR NEW.ends_at IS DISTINCT FROM OLD.ends_at OR NEW.reason IS DISTINCT FROM OLD.reason OR NEW.opened_by IS DISTINCT FROM OLD.opened_by) THEN RAISE EXCEPTION 'break_glasses: an opening is never rewritten' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_break_glasses_3 BEFORE UPDATE ON break_glasses FOR EACH ROW EXECUTE FUNCTION tg_break_glasses_3()
-- next
CREATE FUNCTION tg_policy_versions_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'policy_versions: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_policy_versions_1 BEFORE UPDATE ON policy_versions FOR EACH ROW EXECUTE FUNCTION tg_policy_versions_1()
-- next
CREATE FUNCTION tg_policy_versions_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'policy_versions: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_policy_versions_2 BEFORE DELETE ON policy_versions FOR EACH ROW EXECUTE FUNCTION tg_policy_versions_2()
-- next
CREATE FUNCTION tg_policy_proposals_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.base_version IS DISTINCT FROM OLD.base_version OR NEW.valid_from_on IS DISTINCT FROM OLD.valid_from_on OR NEW.body IS DISTINCT FROM OLD.body OR NEW.reason IS DISTINCT FROM OLD.reason OR NEW.asked_by_id IS DISTINCT FROM OLD.asked_by_id OR NEW.asked_at IS DISTINCT FROM OLD.asked_at THEN RAISE EXCEPTION 'policy_proposals: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_policy_proposals_1 BEFORE UPDATE ON policy_proposals FOR EACH ROW EXECUTE FUNCTION tg_policy_proposals_1()
-- next
CREATE FUNCTION tg_policy_proposals_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'policy_proposals: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_policy_proposals_2 BEFORE DELETE ON policy_proposals FOR EACH ROW EXECUTE FUNCTION tg_policy_proposals_2()
-- next
CREATE FUNCTION tg_customers_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.parent_id IS NOT NULL AND (SELECT parent_id FROM customers WHERE id = NEW.parent_id) IS NOT NULL THEN RAISE EXCEPTION 'customers: a member of a group has no members' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_customers_1 BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION tg_customers_1()
-- next
CREATE FUNCTION tg_customers_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.parent_id IS NOT NULL AND (SELECT parent_id FROM customers WHERE id = NEW.parent_id) IS NOT NULL THEN RAISE EXCEPTION 'customers: a member of a group has no members' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_customers_2 BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION tg_customers_2()
-- next
CREATE FUNCTION tg_master_changes_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.customer_id IS DISTINCT FROM OLD.customer_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.contact_id IS DISTINCT FROM OLD.contact_id OR NEW.before IS DISTINCT FROM OLD.before OR NEW.after IS DISTINCT FROM OLD.after OR NEW.proposed_by_id IS DISTINCT FROM OLD.proposed_by_id OR NEW.proposed_at IS DISTINCT FROM OLD.proposed_at THEN RAISE EXCEPTION 'master_changes: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_master_changes_1 BEFORE UPDATE ON master_changes FOR EACH ROW EXECUTE FUNCTION tg_master_changes_1()
-- next
CREATE FUNCTION tg_master_changes_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'master_changes: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_master_changes_2 BEFORE DELETE ON master_changes FOR EACH ROW EXECUTE FUNCTION tg_master_changes_2()
-- next
CREATE FUNCTION tg_customer_accounts_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT state FROM master_changes WHERE id = NEW.change_id) <> 'approved' THEN RAISE EXCEPTION 'customer_accounts: the change is not approved' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_customer_accounts_1 BEFORE INSERT ON customer_accounts FOR EACH ROW EXECUTE FUNCTION tg_customer_accounts_1()
-- next
CREATE FUNCTION tg_customer_accounts_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.customer_id IS DISTINCT FROM OLD.customer_id OR NEW.change_id IS DISTINCT FROM OLD.change_id OR NEW.account IS DISTINCT FROM OLD.account OR NEW.bank_name IS DISTINCT FROM OLD.bank_name OR NEW.bic IS DISTINCT FROM OLD.bic OR NEW.holder IS DISTINCT FROM OLD.holder OR NEW.added_at IS DISTINCT FROM OLD.added_at THEN RAISE EXCEPTION 'customer_accounts: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_customer_accounts_2 BEFORE UPDATE ON customer_accounts FOR EACH ROW EXECUTE FUNCTION tg_customer_accounts_2()
-- next
CREATE FUNCTION tg_customer_accounts_3() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'customer_accounts: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_customer_accounts_3 BEFORE DELETE ON customer_accounts FOR EACH ROW EXECUTE FUNCTION tg_customer_accounts_3()
-- next
CREATE FUNCTION tg_documents_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.public_id IS DISTINCT FROM OLD.public_id OR NEW.entity_id IS DISTINCT FROM OLD.entity_id OR NEW.customer_id IS DISTINCT FROM OLD.customer_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.document_no IS DISTINCT FROM OLD.document_no OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.amount_minor IS DISTINCT FROM OLD.amount_minor OR NEW.balance_minor IS DISTINCT FROM OLD.balance_minor OR NEW.tax_minor IS DISTINCT FROM OLD.tax_minor OR NEW.document_on IS DISTINCT FROM OLD.document_on OR NEW.due_on IS DISTINCT FROM OLD.due_on OR NEW.posting_on IS DISTINCT FROM OLD.posting_on OR NEW.reverses_id IS DISTINCT FROM OLD.reverses_id OR NEW.created_at IS DISTINCT FROM OLD.created_at THEN RAISE EXCEPTION 'documents: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_documents_1 BEFORE UPDATE ON documents FOR EACH ROW EXECUTE FUNCTION tg_documents_1()
-- next
CREATE FUNCTION tg_documents_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'documents: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_documents_2 BEFORE DELETE ON documents FOR EACH ROW EXECUTE FUNCTION tg_documents_2()
-- next
CREATE FUNCTION tg_document_lines_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'document_lines: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_document_lines_1 BEFORE UPDATE ON document_lines FOR EACH ROW EXECUTE FUNCTION tg_document_lines_1()
-- next
CREATE FUNCTION tg_document_lines_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'document_lines: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_document_lines_2 BEFORE DELETE ON document_lines FOR EACH ROW EXECUTE FUNCTION tg_document_lines_2()
-- next
CREATE FUNCTION tg_allocations_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'allocations: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_allocations_1 BEFORE UPDATE ON allocations FOR EACH ROW EXECUTE FUNCTION tg_allocations_1()
-- next
CREATE FUNCTION tg_allocations_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'allocations: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_allocations_2 BEFORE DELETE ON allocations FOR EACH ROW EXECUTE FUNCTION tg_allocations_2()
-- next
CREATE FUNCTION tg_open_items_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.entity_id IS DISTINCT FROM OLD.entity_id OR NEW.customer_id IS DISTINCT FROM OLD.customer_id OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.side IS DISTINCT FROM OLD.side OR NEW.amount_minor IS DISTINCT FROM OLD.amount_minor THEN RAISE EXCEPTION 'open_items: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_open_items_1 BEFORE UPDATE ON open_items FOR EACH ROW EXECUTE FUNCTION tg_open_items_1()
-- next
CREATE FUNCTION tg_open_items_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'open_items: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_open_items_2 BEFORE DELETE ON open_items FOR EACH ROW EXECUTE FUNCTION tg_open_items_2()
-- next
CREATE FUNCTION tg_allocations_3() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT count(*) FROM open_items WHERE document_id IN (NEW.credit_id, NEW.debit_id) AND customer_id = NEW.customer_id AND currency = NEW.currency AND entity_id = NEW.entity_id) <> 2 THEN RAISE EXCEPTION 'allocations: both documents belong to one customer, currency and entity' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_allocations_3 BEFORE INSERT ON allocations FOR EACH ROW EXECUTE FUNCTION tg_allocations_3()
-- next
CREATE FUNCTION tg_attachments_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'attachments: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_attachments_1 BEFORE UPDATE ON attachments FOR EACH ROW EXECUTE FUNCTION tg_attachments_1()
-- next
CREATE FUNCTION tg_attachments_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'attachments: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_attachments_2 BEFORE DELETE ON attachments FOR EACH ROW EXECUTE FUNCTION tg_attachments_2()
-- next
CREATE FUNCTION tg_bank_lines_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (OLD.state = 'matched') AND (NEW.account_id IS DISTINCT FROM OLD.account_id OR NEW.booked_on IS DISTINCT FROM OLD.booked_on OR NEW.value_on IS DISTINCT FROM OLD.value_on OR NEW.amount_minor IS DISTINCT FROM OLD.amount_minor OR NEW.currency IS DISTINCT FROM OLD.currency) THEN RAISE EXCEPTION 'bank_lines: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_bank_lines_1 BEFORE UPDATE ON bank_lines FOR EACH ROW EXECUTE FUNCTION tg_bank_lines_1()
-- next
CREATE FUNCTION tg_bank_lines_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.state = 'matched' THEN RAISE EXCEPTION 'bank_lines: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_bank_lines_2 BEFORE DELETE ON bank_lines FOR EACH ROW EXECUTE FUNCTION tg_bank_lines_2()
-- next
CREATE FUNCTION tg_statements_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (OLD.issued_at IS NOT NULL) AND (NEW.public_id IS DISTINCT FROM OLD.public_id OR NEW.run_id IS DISTINCT FROM OLD.run_id OR NEW.entity_id IS DISTINCT FROM OLD.entity_id OR NEW.customer_id IS DISTINCT FROM OLD.customer_id OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.period_from IS DISTINCT FROM OLD.period_from OR NEW.period_until IS DISTINCT FROM OLD.period_until OR NEW.version IS DISTINCT FROM OLD.version OR NEW.supersedes_id IS DISTINCT FROM OLD.supersedes_id OR NEW.opening_minor IS DISTINCT FROM OLD.opening_minor OR NEW.invoiced_minor IS DISTINCT FROM OLD.invoiced_minor OR NEW.received_minor IS DISTINCT FROM OLD.received_minor OR NEW.credited_minor IS DISTINCT FROM OLD.credited_minor OR NEW.closing_minor IS DISTINCT FROM OLD.closing_minor OR NEW.due_now_minor IS DISTINCT FROM OLD.due_now_minor OR NEW.overdue_minor IS DISTINCT FROM OLD.overdue_minor OR NEW.not_due_minor IS DISTINCT FROM OLD.not_due_minor OR NEW.d1_30_minor IS DISTINCT FROM OLD.d1_30_minor OR NEW.d31_60_minor IS DISTINCT FROM OLD.d31_60_minor OR NEW.d61_90_minor IS DISTINCT FROM OLD.d61_90_minor OR NEW.d91_120_minor IS DISTINCT FROM OLD.d91_120_minor OR NEW.d120_plus_minor IS DISTINCT FROM OLD.d120_plus_minor OR NEW.unapplied_minor IS DISTINCT FROM OLD.unapplied_minor OR NEW.line_count IS DISTINCT FROM OLD.line_count OR NEW.content_hash IS DISTINCT FROM OLD.content_hash OR NEW.answer_by_on IS DISTINCT FROM OLD.answer_by_on OR NEW.issued_at IS DISTINCT FROM OLD.issued_at) THEN RAISE EXCEPTION 'statements: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_statements_1 BEFORE UPDATE ON statements FOR EACH ROW EXECUTE FUNCTION tg_statements_1()
-- next
CREATE FUNCTION tg_statements_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.issued_at IS NOT NULL THEN RAISE EXCEPTION 'statements: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_statements_2 BEFORE DELETE ON statements FOR EACH ROW EXECUTE FUNCTION tg_statements_2()
-- next
CREATE FUNCTION tg_statement_lines_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT issued_at FROM statements WHERE id = NEW.statement_id) IS NOT NULL THEN RAISE EXCEPTION 'statement_lines: the statement is issued' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_statement_lines_1 BEFORE INSERT ON statement_lines FOR EACH ROW EXECUTE FUNCTION tg_statement_lines_1()
-- next
CREATE FUNCTION tg_statement_lines_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT issued_at FROM statements WHERE id = OLD.statement_id) IS NOT NULL THEN RAISE EXCEPTION 'statement_lines: the statement is issued' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_statement_lines_2 BEFORE UPDATE ON statement_lines FOR EACH ROW EXECUTE FUNCTION tg_statement_lines_2()
-- next
CREATE FUNCTION tg_statement_lines_3() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (SELECT issued_at FROM statements WHERE id = OLD.statement_id) IS NOT NULL THEN RAISE EXCEPTION 'statement_lines: the statement is issued' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_statement_lines_3 BEFORE DELETE ON statement_lines FOR EACH ROW EXECUTE FUNCTION tg_statement_lines_3()
-- next
CREATE FUNCTION tg_line_answers_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'line_answers: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_line_answers_1 BEFORE UPDATE ON line_answers FOR EACH ROW EXECUTE FUNCTION tg_line_answers_1()
-- next
CREATE FUNCTION tg_line_answers_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'line_answers: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_line_answers_2 BEFORE DELETE ON line_answers FOR EACH ROW EXECUTE FUNCTION tg_line_answers_2()
-- next
CREATE FUNCTION tg_acts_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'acts: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_acts_1 BEFORE UPDATE ON acts FOR EACH ROW EXECUTE FUNCTION tg_acts_1()
-- next
CREATE FUNCTION tg_acts_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'acts: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_acts_2 BEFORE DELETE ON acts FOR EACH ROW EXECUTE FUNCTION tg_acts_2()
-- next
CREATE FUNCTION tg_dispute_parts_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'dispute_parts: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_dispute_parts_1 BEFORE UPDATE ON dispute_parts FOR EACH ROW EXECUTE FUNCTION tg_dispute_parts_1()
-- next
CREATE FUNCTION tg_dispute_parts_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'dispute_parts: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_dispute_parts_2 BEFORE DELETE ON dispute_parts FOR EACH ROW EXECUTE FUNCTION tg_dispute_parts_2()
-- next
CREATE FUNCTION tg_dispute_events_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.dispute_id IS DISTINCT FROM OLD.dispute_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.verb IS DISTINCT FROM OLD.verb OR NEW.side IS DISTINCT FROM OLD.side OR NEW.is_internal IS DISTINCT FROM OLD.is_internal OR NEW.person_id IS DISTINCT FROM OLD.person_id OR NEW.text IS DISTINCT FROM OLD.text OR NEW.from_state IS DISTINCT FROM OLD.from_state OR NEW.to_state IS DISTINCT FROM OLD.to_state OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.amount_minor IS DISTINCT FROM OLD.amount_minor OR NEW.attachment_id IS DISTINCT FROM OLD.attachment_id OR NEW.at IS DISTINCT FROM OLD.at THEN RAISE EXCEPTION 'dispute_events: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_dispute_events_1 BEFORE UPDATE ON dispute_events FOR EACH ROW EXECUTE FUNCTION tg_dispute_events_1()
-- next
CREATE FUNCTION tg_dispute_events_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'dispute_events: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_dispute_events_2 BEFORE DELETE ON dispute_events FOR EACH ROW EXECUTE FUNCTION tg_dispute_events_2()
-- next
CREATE FUNCTION tg_import_profiles_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.name IS DISTINCT FROM OLD.name OR NEW.version IS DISTINCT FROM OLD.version OR NEW.body IS DISTINCT FROM OLD.body OR NEW.made_at IS DISTINCT FROM OLD.made_at THEN RAISE EXCEPTION 'import_profiles: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_import_profiles_1 BEFORE UPDATE ON import_profiles FOR EACH ROW EXECUTE FUNCTION tg_import_profiles_1()
-- next
CREATE FUNCTION tg_import_profiles_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'import_profiles: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_import_profiles_2 BEFORE DELETE ON import_profiles FOR EACH ROW EXECUTE FUNCTION tg_import_profiles_2()
-- next
CREATE FUNCTION tg_import_quarantine_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.batch_id IS DISTINCT FROM OLD.batch_id OR NEW.row_no IS DISTINCT FROM OLD.row_no OR NEW.raw IS DISTINCT FROM OLD.raw THEN RAISE EXCEPTION 'import_quarantine: a row stays as it came' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_import_quarantine_1 BEFORE UPDATE ON import_quarantine FOR EACH ROW EXECUTE FUNCTION tg_import_quarantine_1()
-- next
CREATE FUNCTION tg_import_quarantine_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.state IN ('taken', 'discarded') THEN RAISE EXCEPTION 'import_quarantine: settled rows stay' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_import_quarantine_2 BEFORE DELETE ON import_quarantine FOR EACH ROW EXECUTE FUNCTION tg_import_quarantine_2()
-- next
CREATE FUNCTION tg_einvoices_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.entity_id IS DISTINCT FROM OLD.entity_id OR NEW.document_id IS DISTINCT FROM OLD.document_id OR NEW.kind IS DISTINCT FROM OLD.kind OR NEW.number IS DISTINCT FROM OLD.number OR NEW.code IS DISTINCT FROM OLD.code OR NEW.total_minor IS DISTINCT FROM OLD.total_minor OR NEW.tax_minor IS DISTINCT FROM OLD.tax_minor OR NEW.currency IS DISTINCT FROM OLD.currency THEN RAISE EXCEPTION 'einvoices: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_einvoices_1 BEFORE UPDATE ON einvoices FOR EACH ROW EXECUTE FUNCTION tg_einvoices_1()
-- next
CREATE FUNCTION tg_einvoices_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'einvoices: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_einvoices_2 BEFORE DELETE ON einvoices FOR EACH ROW EXECUTE FUNCTION tg_einvoices_2()
-- next
CREATE FUNCTION tg_confirmations_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'confirmations: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_confirmations_1 BEFORE UPDATE ON confirmations FOR EACH ROW EXECUTE FUNCTION tg_confirmations_1()
-- next
CREATE FUNCTION tg_confirmations_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'confirmations: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_confirmations_2 BEFORE DELETE ON confirmations FOR EACH ROW EXECUTE FUNCTION tg_confirmations_2()
-- next
CREATE FUNCTION tg_terms_acceptances_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'terms_acceptances: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_terms_acceptances_1 BEFORE UPDATE ON terms_acceptances FOR EACH ROW EXECUTE FUNCTION tg_terms_acceptances_1()
-- next
CREATE FUNCTION tg_terms_acceptances_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'terms_acceptances: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_terms_acceptances_2 BEFORE DELETE ON terms_acceptances FOR EACH ROW EXECUTE FUNCTION tg_terms_acceptances_2()
-- next
CREATE FUNCTION tg_paper_confirmations_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.statement_id IS DISTINCT FROM OLD.statement_id OR NEW.customer_id IS DISTINCT FROM OLD.customer_id OR NEW.statement_hash IS DISTINCT FROM OLD.statement_hash OR NEW.outcome IS DISTINCT FROM OLD.outcome OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.stated_minor IS DISTINCT FROM OLD.stated_minor OR NEW.channel IS DISTINCT FROM OLD.channel OR NEW.given_on IS DISTINCT FROM OLD.given_on OR NEW.given_by IS DISTINCT FROM OLD.given_by OR NEW.given_title IS DISTINCT FROM OLD.given_title OR NEW.recorded_by_id IS DISTINCT FROM OLD.recorded_by_id OR NEW.recorded_at IS DISTINCT FROM OLD.recorded_at THEN RAISE EXCEPTION 'paper_confirmations: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_paper_confirmations_1 BEFORE UPDATE ON paper_confirmations FOR EACH ROW EXECUTE FUNCTION tg_paper_confirmations_1()
-- next
CREATE FUNCTION tg_paper_confirmations_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'paper_confirmations: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_paper_confirmations_2 BEFORE DELETE ON paper_confirmations FOR EACH ROW EXECUTE FUNCTION tg_paper_confirmations_2()
-- next
CREATE FUNCTION tg_payer_sightings_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'payer_sightings: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_payer_sightings_1 BEFORE UPDATE ON payer_sightings FOR EACH ROW EXECUTE FUNCTION tg_payer_sightings_1()
-- next
CREATE FUNCTION tg_payer_sightings_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'payer_sightings: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_payer_sightings_2 BEFORE DELETE ON payer_sightings FOR EACH ROW EXECUTE FUNCTION tg_payer_sightings_2()
-- next
CREATE FUNCTION tg_remittance_lines_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'remittance_lines: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_remittance_lines_1 BEFORE UPDATE ON remittance_lines FOR EACH ROW EXECUTE FUNCTION tg_remittance_lines_1()
-- next
CREATE FUNCTION tg_remittance_lines_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'remittance_lines: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_remittance_lines_2 BEFORE DELETE ON remittance_lines FOR EACH ROW EXECUTE FUNCTION tg_remittance_lines_2()
-- next
CREATE FUNCTION tg_matches_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.bank_line_id IS DISTINCT FROM OLD.bank_line_id OR NEW.entity_id IS DISTINCT FROM OLD.entity_id OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.amount_minor IS DISTINCT FROM OLD.amount_minor THEN RAISE EXCEPTION 'matches: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_matches_1 BEFORE UPDATE ON matches FOR EACH ROW EXECUTE FUNCTION tg_matches_1()
-- next
CREATE FUNCTION tg_matches_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'matches: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_matches_2 BEFORE DELETE ON matches FOR EACH ROW EXECUTE FUNCTION tg_matches_2()
-- next
CREATE FUNCTION tg_match_rule_sets_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF (OLD.state IN ('active', 'retired')) AND (NEW.version IS DISTINCT FROM OLD.version OR NEW.body IS DISTINCT FROM OLD.body OR NEW.made_at IS DISTINCT FROM OLD.made_at) THEN RAISE EXCEPTION 'match_rule_sets: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_match_rule_sets_1 BEFORE UPDATE ON match_rule_sets FOR EACH ROW EXECUTE FUNCTION tg_match_rule_sets_1()
-- next
CREATE FUNCTION tg_match_rule_sets_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.state IN ('active', 'retired') THEN RAISE EXCEPTION 'match_rule_sets: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_match_rule_sets_2 BEFORE DELETE ON match_rule_sets FOR EACH ROW EXECUTE FUNCTION tg_match_rule_sets_2()
-- next
CREATE FUNCTION tg_unidentified_money_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.match_id IS DISTINCT FROM OLD.match_id OR NEW.entry_id IS DISTINCT FROM OLD.entry_id OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.amount_minor IS DISTINCT FROM OLD.amount_minor OR NEW.booked_on IS DISTINCT FROM OLD.booked_on THEN RAISE EXCEPTION 'unidentified_money: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_unidentified_money_1 BEFORE UPDATE ON unidentified_money FOR EACH ROW EXECUTE FUNCTION tg_unidentified_money_1()
-- next
CREATE FUNCTION tg_unidentified_money_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'unidentified_money: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_unidentified_money_2 BEFORE DELETE ON unidentified_money FOR EACH ROW EXECUTE FUNCTION tg_unidentified_money_2()
-- next
CREATE FUNCTION tg_remittance_advices_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.customer_id IS DISTINCT FROM OLD.customer_id OR NEW.currency IS DISTINCT FROM OLD.currency OR NEW.total_minor IS DISTINCT FROM OLD.total_minor OR NEW.number IS DISTINCT FROM OLD.number OR NEW.made_at IS DISTINCT FROM OLD.made_at THEN RAISE EXCEPTION 'remittance_advices: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_remittance_advices_1 BEFORE UPDATE ON remittance_advices FOR EACH ROW EXECUTE FUNCTION tg_remittance_advices_1()
-- next
CREATE FUNCTION tg_remittance_advices_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'remittance_advices: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_remittance_advices_2 BEFORE DELETE ON remittance_advices FOR EACH ROW EXECUTE FUNCTION tg_remittance_advices_2()
-- next
CREATE FUNCTION tg_allocation_wishes_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.customer_id IS DISTINCT FROM OLD.customer_id OR NEW.document_id IS DISTINCT FROM OLD.document_id OR NEW.parts IS DISTINCT FROM OLD.parts OR NEW.before IS DISTINCT FROM OLD.before OR NEW.asked_at IS DISTINCT FROM OLD.asked_at THEN RAISE EXCEPTION 'allocation_wishes: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_allocation_wishes_1 BEFORE UPDATE ON allocation_wishes FOR EACH ROW EXECUTE FUNCTION tg_allocation_wishes_1()
-- next
CREATE FUNCTION tg_allocation_wishes_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'allocation_wishes: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_allocation_wishes_2 BEFORE DELETE ON allocation_wishes FOR EACH ROW EXECUTE FUNCTION tg_allocation_wishes_2()
-- next
CREATE FUNCTION tg_reminders_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.customer_id IS DISTINCT FROM OLD.customer_id OR NEW.statement_id IS DISTINCT FROM OLD.statement_id OR NEW.stage IS DISTINCT FROM OLD.stage OR NEW.reason IS DISTINCT FROM OLD.reason OR NEW.at IS DISTINCT FROM OLD.at THEN RAISE EXCEPTION 'reminders: posted rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_reminders_1 BEFORE UPDATE ON reminders FOR EACH ROW EXECUTE FUNCTION tg_reminders_1()
-- next
CREATE FUNCTION tg_reminders_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'reminders: posted rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_reminders_2 BEFORE DELETE ON reminders FOR EACH ROW EXECUTE FUNCTION tg_reminders_2()
-- next
CREATE FUNCTION tg_purges_1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'purges: rows never change' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$
-- next
CREATE TRIGGER tg_purges_1 BEFORE UPDATE ON purges FOR EACH ROW EXECUTE FUNCTION tg_purges_1()
-- next
CREATE FUNCTION tg_purges_2() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TRUE THEN RAISE EXCEPTION 'purges: rows never vanish' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$
-- next
CREATE TRIGGER tg_purges_2 BEFORE DELETE ON purges FOR EACH ROW EXECUTE FUNCTION tg_purges_2()
