"""Goals and the steps towards them."""
