"""The pure half: events in, judged findings out, no clock and no I/O."""
