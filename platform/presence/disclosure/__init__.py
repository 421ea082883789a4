"""Statistical disclosure control (secret statistique): what may be published. Pure, no database."""
