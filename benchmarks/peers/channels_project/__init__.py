"""The course's project as Django Channels would have it; daphne and uvicorn both serve it."""
