"""Charts (graphiques): a table becomes a picture, the same on the page and in print. Pure."""
