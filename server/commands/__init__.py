"""The commands of `voiturier` by noun, each with its words. Never here: how the work is done."""
