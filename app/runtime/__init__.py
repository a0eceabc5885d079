"""Runs exported networks: manifests, catalog, verification, devices, sessions, sampling, recipes. No Qt, no torch."""
