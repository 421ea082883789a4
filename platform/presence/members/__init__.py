"""Members (membres): who works for an organisation, with which roles, invited by whom."""
