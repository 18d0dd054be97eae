"""`make torture`: everything that may happen to the program, at random, for ten minutes at most.

Each torment does one thing over and over until its time is up, and tells what came of it. The
seed is printed; the same one draws the same kills and the same bytes again.
"""
