"""Read-only links (partages) to one published bilan: recipient, expiry, revocation, log."""
