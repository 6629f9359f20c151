"""What depends on the terminal: type-ahead, clipboard, browser, 256 colours."""
