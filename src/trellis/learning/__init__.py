"""Training modules, their self-check, and who has finished them.

The words are in content/training.yaml. Not for: which programme asks for which module (programmes).
"""
