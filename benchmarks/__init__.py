"""The course measured against what one would use instead: `python -m benchmarks`.

`edit` times a changed file until its first answer. `ping` and `idle` put load on a running server;
a further measurement under load is a further module with the same `measure`, named in `__main__`.
"""
