"""Staff pages and operator commands; no domain code."""
