"""Onboarding of a bailleur (mise en route): eight tasks, done in any order, then activation."""
