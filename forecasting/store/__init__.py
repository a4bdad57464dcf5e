"""The ground: errors, package data, files written whole, one lock."""
