"""The technician's side: what is asked and said while boxes are made, one board after the other."""
