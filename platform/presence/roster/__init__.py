"""Roster (effectif): agents and their cards, teams, shifts, swaps, calendars."""
