"""Per-bailleur isolation: who owns a row, who is acting, what they may see."""
