"""Routing (calcul de tournées): stops and teams in, rounds out. Pure: no database, no clock."""
