"""A Bot API on loopback with people who press, as a process of its own: raw, so that it is not what is measured."""
