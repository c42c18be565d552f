"""The main job in front of the user's eyes. Personas are scripted here; the network is the real one."""

from headwater.demo.journey import run_demo
from headwater.demo.result import DemoResult

__all__ = ["DemoResult", "run_demo"]
