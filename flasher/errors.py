"""What can go wrong while a box's flash is made. Holds no behaviour."""


class FlasherError(Exception):
    """Something the technician or developer can put right; the text says what."""
