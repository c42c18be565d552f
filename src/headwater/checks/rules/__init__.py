"""One file a check; ``registry.all_rules`` imports them all."""
