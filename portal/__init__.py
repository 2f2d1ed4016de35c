"""The product: books, rules, verbs, and the customer's pages."""
