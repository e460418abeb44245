"""``python -m hokusai_model_events.registry``: the program, where its script is not on the PATH."""

from .command import main

main()
