"""Coconet: four-part chorales completed by convolution (Huang et al. 2017, arXiv:1903.07227)."""
