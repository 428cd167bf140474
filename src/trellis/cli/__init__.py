"""The command line, `trellis`: parse, call one action or query, print. Errors on stderr, with a cure."""
