"""What `voiturier-sim` offers; simulates nothing itself."""
