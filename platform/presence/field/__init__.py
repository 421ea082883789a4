"""Field (terrain): what agents see and do: visits and interventions."""
