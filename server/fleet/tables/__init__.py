"""People, cars and badges as tables: CSV and XLSX in and out, pure. Never here: storing them."""
