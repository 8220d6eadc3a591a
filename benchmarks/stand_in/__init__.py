"""A Bot API on loopback with people who press, as a process of its own: raw, so that the bots are measured and not it."""
