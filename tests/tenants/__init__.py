"""Isolation: every table and every role, from the live catalogue."""
