"""Finance: costs, subsidies, sharing keys (clés de répartition), allocations (quotes-parts)."""
