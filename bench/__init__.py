"""Measurements, not tests: `make bench` prints medians of several runs. Nothing here asserts a time."""
