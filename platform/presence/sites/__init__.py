"""Site sheet (fiche de site): instructions, hazards, contacts, police access, access codes."""
