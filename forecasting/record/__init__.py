"""The record: facts of arrangements, each with the day on which it became known."""
