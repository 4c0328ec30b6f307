"""What happened, and what people own: ports, and the backends that satisfy them."""
