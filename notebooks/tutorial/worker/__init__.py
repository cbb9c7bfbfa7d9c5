"""The process that serves. Nothing here runs in the kernel."""
