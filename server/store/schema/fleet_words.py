"""The migration that keeps what fleet files said; never edited, as no migration is."""

from sqlite_utils import Database


def add(db: Database) -> None:
    """Add the words of fleet files, and whose the badges are: until now files alone said that."""
    db.execute(
        "CREATE TABLE file_word ("
        " kind TEXT NOT NULL,"  # of entry: agent, vehicle ...
        " entry TEXT NOT NULL,"  # what names it among those of its kind
        " word TEXT NOT NULL,"
        " said TEXT NOT NULL,"  # JSON
        " PRIMARY KEY (kind, entry, word)) STRICT"
    )
    db.execute(
        "INSERT INTO file_word (kind, entry, word, said)"
        " SELECT 'badge', lower(hex(uid_index)), 'holder', json_quote(login)"
        " FROM badge JOIN agent USING (agent_id) LEFT JOIN revocation USING (revocation_id)"
        " WHERE coalesce(by_file, 0) = 0"
    )
