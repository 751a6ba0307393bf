"""`python -m simulator` is `voiturier-sim`. Decides nothing itself."""

from simulator.cli import main

if __name__ == "__main__":
    main()
