"""One folder a studio, none of which knows another; `cards` lists them."""
