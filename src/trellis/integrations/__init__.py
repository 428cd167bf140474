"""One folder per outside system; each turns its files or calls into actions of the floors below."""
