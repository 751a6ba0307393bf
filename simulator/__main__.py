"""`python -m simulator` is `voiturier-sim`. Decides nothing itself."""

from simulator.commands.cli import main

if __name__ == "__main__":
    main()
