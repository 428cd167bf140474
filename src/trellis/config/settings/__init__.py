"""One settings module, driven by the environment; `demo` and `test` build on it."""
