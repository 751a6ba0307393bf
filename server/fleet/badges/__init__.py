"""Rules of badges: how their numbers are read, and how one is learned at a car."""
