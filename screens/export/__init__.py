"""The page that writes exports."""
