"""Imports: a bailleur's file of places, read, compared with what is held, applied (import)."""
