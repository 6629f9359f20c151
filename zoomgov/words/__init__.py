"""What things are called on screens, in commands and in exports."""
