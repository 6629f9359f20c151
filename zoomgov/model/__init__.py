"""The nouns: no SQL, no HTTP, no Textual."""
