"""``features-pictures``: the network whose features tell how near made pictures come to real ones."""
