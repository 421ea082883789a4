"""Releases (bilans publiés): agreements, safe cells, frozen content, what partners read."""
