"""How a card becomes somebody's badge: typed, read at a desk, or learned at a car."""
