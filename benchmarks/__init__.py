"""Each figure the project claims about speed, as a command: ``python -m benchmarks [NAME…]``."""
