"""Why: precedents, reference classes, stated terms, and what is contested."""
