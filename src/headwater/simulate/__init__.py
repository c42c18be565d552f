"""The mechanism under attack: worlds and people are drawn here, every rule is the network's own.

``setup`` and ``scenarios`` say what is assumed, ``play`` plays a campaign through ``review`` and ``market``,
``figures`` says what came of it; ``content``, ``lies`` and ``bribes`` attack one thing each.
"""
