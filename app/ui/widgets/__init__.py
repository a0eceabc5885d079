"""Widgets that two or more studios share."""
