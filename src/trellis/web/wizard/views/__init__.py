"""Function views of the wizard area, one file per noun: find, check, parse, call one action or query, answer."""
