"""Accounts (comptes): people who sign in and machines that hold a token."""
