"""The states of the server, and the table of what changes them."""

import enum


class State(enum.Enum):
    """Where a server stands, and what each event makes of it (`-`: nothing).

    |             | start, restart | save      | a cell begins       | url          | another notebook |
    | ----------- | -------------- | --------- | ------------------- | ------------ | ---------------- |
    | OFF         | SERVING        | SERVING   | -                   | an error     | -                |
    | STOPPED     | SERVING        | -         | -                   | an error     | -                |
    | SERVING     | SERVING        | SERVING   | SERVING, if changed | as a cell    | AWAY             |
    | DEAD        | SERVING        | SERVING   | SERVING             | as a cell    | AWAY             |
    | AWAY        | SERVING        | SERVING   | -                   | SERVING      | -                |
    | INTERRUPTED | SERVING        | SERVING   | -                   | SERVING      | -                |

    stop() makes STOPPED of every state but OFF. A start that fails ends in OFF, one that Ctrl+C ends in INTERRUPTED.
    """

    OFF = "never started, or the last start failed"
    STOPPED = "stopped by the learner: a save does not start it"
    SERVING = "a worker serves, the project or the reason why it cannot"
    DEAD = "the worker has ended by itself"
    AWAY = "another notebook has it"
    INTERRUPTED = "the learner stopped a start"
