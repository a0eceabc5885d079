"""The ground floor: errors, paths, settings, progress, commands, translation. Standard library, msgspec, platformdirs."""
