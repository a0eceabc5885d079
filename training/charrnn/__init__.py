"""Character networks (Karpathy, "The Unreasonable Effectiveness of Recurrent Neural Networks", 2015)."""
