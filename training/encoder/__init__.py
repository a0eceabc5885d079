"""An encoder for a finished styled generator: from a picture to the styles it might have been made of."""
