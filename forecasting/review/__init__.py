"""Sign-off of pages and cards."""
