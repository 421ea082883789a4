"""Hand-over (carnet de liaison): notes to the next team and notes of the prestataire alone."""
