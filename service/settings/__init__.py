"""The configuration: reading it, judging it, and turning it into a plan and a directory.

`load` reads a folder and refuses with every problem at once; `compile_settings` turns what it
returned into plain data for the engine and the desk.  Nothing else of the service knows YAML.

What is named here is imported when it is first asked for: an intake needs its own settings and the
way to the brokers, and should not load YAML, calendars and holidays to be back after a kill.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
_HOMES = {
    "Compiled": "compiling",
    "ProcessSettings": "process",
    "Secrets": "secret",
    "Settings": "settings",
    "compile_settings": "compiling",
    "load": "loading",
    "read_registry": "registry",
    "read_transport": "transport",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
