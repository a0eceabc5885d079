"""Work in the background and what must not be lost: worker threads, undo, history, autosave, the state of a studio."""
