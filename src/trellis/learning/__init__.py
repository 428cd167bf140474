"""Training modules and who has finished them."""
