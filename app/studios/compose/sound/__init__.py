"""The score as sound. Nothing here knows Qt or a sound device."""
