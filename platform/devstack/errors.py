"""What can stop the embedded runtime, said in one French sentence."""


class StackError(Exception):
    """The runtime cannot go on; the message says what happened and what to do, in French."""
