"""Errors, package data, atomic file writes, the file lock, and the bounded reader of foreign files."""
