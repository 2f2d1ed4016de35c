"""Privacy: what we hold of one person, erasing it, and how long things are kept."""
