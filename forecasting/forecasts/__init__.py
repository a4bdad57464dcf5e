"""Training set, uncertain facts, applicability, fit and forecast."""
