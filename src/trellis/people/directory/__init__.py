"""What a directory file means: fields, values, rows, and the difference to the directory. Pure: no database, no clock.

Not for: reading files (integrations.tables) or writing people (people.actions.directory).
"""
