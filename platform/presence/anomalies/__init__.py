"""Technical anomalies (anomalies techniques): seen by agents, fixed by the bailleur, verified."""
