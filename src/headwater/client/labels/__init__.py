"""Label campaigns: what wants labels, sheets out of what labelling tools write, sending, buying and joining."""
