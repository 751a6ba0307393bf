"""What the box owes the server, and how it reaches it: journal, order, keys, modem states."""
