"""Technical anomalies (anomalies techniques): seen by the agents, fixed by the bailleur, verified."""
