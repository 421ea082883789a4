"""On-call (astreinte): the number that residents (locataires) ring."""
