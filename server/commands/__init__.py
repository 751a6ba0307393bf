"""Commands of `voiturier`, one file a noun, each with `add_to(commands, data)`."""
