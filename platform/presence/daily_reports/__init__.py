"""Daily report (rapport journalier): one evening, one bailleur; closed by the prestataire."""
