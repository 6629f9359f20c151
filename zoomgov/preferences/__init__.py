"""What a person's own view keeps between two starts."""
