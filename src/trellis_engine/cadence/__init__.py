"""When people meet: wall-clock times in time zones, and which slots suit everybody. No clock, no files of ours."""
