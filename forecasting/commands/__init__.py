"""What each command does. Libraries are imported where they are needed, so that `--help` answers at once."""
