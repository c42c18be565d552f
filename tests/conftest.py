"""Of all tests: a property is never judged by the clock, for CI machines are shared."""

from hypothesis import settings

settings.register_profile("headwater", deadline=None)
settings.load_profile("headwater")
