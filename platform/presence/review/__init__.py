"""Review (visa): the bailleur accepts a report or disputes a line; what is then owed (service fait)."""
