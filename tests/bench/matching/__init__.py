"""`make bench-matching`: the matching engine beside its peers, on the same people, in one go.

Every run is a process of its own (worker.py) in one of three virtual environments, because two peers install a module
of the same name. The parent (run.py) imports nothing heavy, so that no run inherits its memory. Peers are handed the
scores in the form they like best, outside their clock; ours starts from people and ends with a proof that was checked.
docs/how-to/measure-matching.md says how to run it and how to read what it prints.
"""
