"""The score as notation: MusicXML in and out, and engraving."""
