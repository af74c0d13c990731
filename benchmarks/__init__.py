"""What the program can do, in figures. ``make bench`` and ``make bench-national`` print tables; parts run alone."""
