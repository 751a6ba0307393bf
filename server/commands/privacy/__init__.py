"""Commands about what is known of people."""
