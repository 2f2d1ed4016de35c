"""The bank's word: accounts, files taken in, statements and their lines, each kept once."""
