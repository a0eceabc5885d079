"""The ground floor: errors, paths, settings, progress, commands, translation; no more than msgspec and platformdirs."""
