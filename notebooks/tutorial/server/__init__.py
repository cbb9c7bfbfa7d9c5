"""The server as the notebook sees it. Runs in the kernel."""
