"""The processes: what reads the clock, owns the storage and runs the loop."""
