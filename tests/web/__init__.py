"""Pages: every door for every account, forms, sign-in, a real browser."""
