"""What passes between the server and the application: recorded, explained, drawn."""
