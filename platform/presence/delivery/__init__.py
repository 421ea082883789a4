"""Delivery (transmission): each person's e-mails about the evenings, once, and what became of them."""
