"""Flask plumbing for both fronts: one request, one session, one transaction; access, errors, headers, lists, mail."""
