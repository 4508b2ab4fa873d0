"""New items: how well they fit, who would want them and why, what exposure they have had. Pure functions, no I/O."""
