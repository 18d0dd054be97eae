"""How good an index is: measures of it on a shop's own pictures, and of two the difference."""
