"""The brush engine: strokes to pixels, without Qt, so that the window and the command line make the same bytes."""
