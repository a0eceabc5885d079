"""The detector of pictures made by our generators (Imagine): a small network over what is finest in a picture."""
