"""Where the car is and how far it has gone, from what the receiver says."""
