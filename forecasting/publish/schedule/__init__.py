"""Scheduled reports: what is due is rendered once and recorded in a manifest."""
