"""SketchRNN (Ha & Eck 2017, "A Neural Representation of Sketch Drawings", arXiv 1704.03477), told the category."""
