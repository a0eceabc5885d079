"""Style-based generators (Karras et al. 2019 and 2020, arXiv 1812.04948 and 1912.04958), grown on two cores."""
