"""What a person may do about what is known of them: be informed, see it, have it corrected."""
