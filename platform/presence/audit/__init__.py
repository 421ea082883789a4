"""Audit trail (journal d'audit): append-only record of who did what for whom."""
