"""Notifications: tell a person that something happened. Knows nobody above it."""
