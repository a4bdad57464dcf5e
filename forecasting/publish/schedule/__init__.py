"""Reports at set times: what is due, made once, noted in a manifest."""
