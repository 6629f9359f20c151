"""What depends on the terminal: keys, colours, clipboard."""
