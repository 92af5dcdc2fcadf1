"""The configuration: reading it, judging it, and turning it into a plan and a directory.

`load` reads a folder and refuses with every problem at once; `compile_settings` turns what it
returned into plain data for the engine and the desk.  Nothing else of the service knows YAML.
"""

from service.settings.compiling import Compiled, compile_settings
from service.settings.loading import load
from service.settings.process import ProcessSettings
from service.settings.registry import read_registry
from service.settings.secret import Secrets
from service.settings.settings import Settings
from service.settings.transport import read_transport

__all__ = [
    "Compiled",
    "ProcessSettings",
    "Secrets",
    "Settings",
    "compile_settings",
    "load",
    "read_registry",
    "read_transport",
]
