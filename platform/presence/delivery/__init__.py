"""Delivery (transmission): who is told of the evenings by e-mail, once, and what became of it."""
