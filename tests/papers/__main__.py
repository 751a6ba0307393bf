"""`python -m tests.papers` writes the tables of the French documents anew."""

from tests.papers.tables import PAPERS, made_anew

for path in PAPERS:
    path.write_text(made_anew(path), "utf-8")
