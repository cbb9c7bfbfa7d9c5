"""What one would use instead: small servers that all answer `pong!` to the text `ping`.

Each is set up as its own documentation recommends, with compression off wherever it can be on.
`benchmarks.servers` knows how they are started.
"""
