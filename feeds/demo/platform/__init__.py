"""A stand-in for the provincial travel platform, with rules, secrets and a memory of its own, that can be told to misbehave.

It shares no rule with `citizen_app.exchange`: what it takes and refuses is written down here once more, so that a fault of ours shows.
"""
