"""The organisation's directory, for its admins: the list of people, one person, and importing a file."""
