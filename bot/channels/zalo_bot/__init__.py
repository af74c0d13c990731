"""The Zalo Bot Platform, over plain HTTP. Not to be mixed up with a Zalo Official Account: nothing is shared."""
