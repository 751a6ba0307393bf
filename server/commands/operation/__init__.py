"""What keeps a server alive: copies, time, and later checks."""
