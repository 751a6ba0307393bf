"""Coverage-guided fuzzing of everything that decodes what a stranger sends."""
