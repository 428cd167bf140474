"""Messages between the parties of a mentorship. Nobody else can read them."""
