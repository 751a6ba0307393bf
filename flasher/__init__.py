"""Makes what a box's flash holds, on the host. The simulator boots the very same image."""
