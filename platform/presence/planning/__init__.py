"""Planning: how often each residence is to be visited, and what is due on an evening."""
