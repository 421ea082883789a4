"""Follow-up (suites): what the bailleur does afterwards. Closed to the prestataire."""
