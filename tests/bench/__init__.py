"""`make bench`: figures as ratios to a floor measured in the same run; absolute times say little about another machine.

Each bench_*.py has `measure()`, which yields lines. The database is a throw-away one; DATABASE_URL chooses which.
"""
