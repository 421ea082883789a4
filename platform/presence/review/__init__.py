"""Review (visa): a bailleur accepts a report or disputes a line; what is then owed."""
