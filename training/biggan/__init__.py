"""Class-conditional generators with self-attention (Brock et al. 2019, arXiv 1809.11096), trained on two cores."""
