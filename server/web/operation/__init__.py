"""What machines ask of the server: whether it runs, whether it is ready, how it does."""
