"""From a plan to a dated campaign, and from one year to the next."""
