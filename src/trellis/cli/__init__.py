"""The command line, `trellis`: parse, call one action or query, print. Errors on stderr, with a cure.

Each module has `register(subparsers)`, adds its own command there and names its function with
`set_defaults(run=...)`; the function takes the parsed arguments and returns an exit code of `output`.
"""
