"""What is kept in SQL: the log, and everything that people look at."""
