"""Training of the shipped networks. The only package that imports torch; the application never imports it."""
