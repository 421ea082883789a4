"""Verification of isolation (vérification d'isolation): the catalogue, then a live probe."""
