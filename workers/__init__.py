"""Background work. Imports the product; the product never imports it."""
