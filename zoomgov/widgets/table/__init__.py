"""The virtual table: it reads and draws only the rows on screen."""
