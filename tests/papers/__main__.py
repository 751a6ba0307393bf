"""`python -m tests.papers` writes the tables of the French documents anew."""

import argparse

from tests.papers.tables import PAPERS, made_anew

argparse.ArgumentParser(description=__doc__).parse_args()
for path in PAPERS:
    path.write_text(made_anew(path), "utf-8")
