"""Ateliê: an offline studio in which generative networks write, compose, picture and paint with a person."""

__version__ = "0.1.0"
