"""`python -m server` is `voiturier`."""

from server.cli import main

main()
