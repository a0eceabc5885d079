"""Compose: a piano roll in which a network answers in four voices."""
