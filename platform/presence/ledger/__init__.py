"""Frequency ledger (registre des fréquences): due, planned, done, missed; what will be short."""
