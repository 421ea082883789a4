"""The demonstration scheme, generated from the published facts: fictional rows, true totals."""
