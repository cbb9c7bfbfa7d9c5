"""What is written and read: the project, its history, the course's own state."""
