"""Server-rendered pages in French (Jinja and htmx), usable without JavaScript."""
