"""Run one peer by the shared driver, in the environment of the peers: `driver.py FOLDER SYSTEM small|events`.

Started as a script by their interpreter, so it imports nothing of ours.  FAUST names the interpreter
and the script of the one system that the shared driver does not have.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys

folder, system, stream = sys.argv[1:]
sys.path.insert(0, folder)
run = importlib.import_module("run")

if faust := os.environ.get("FAUST"):
    told = "memory + changelog topics, a table write per event, commit 2.8 s (defaults)"
    run.S["faust"] = ("faust-streaming", None, faust.split(":"), {}, told, 2)
# On a busy machine a system may need longer than a quiet one would let it.
run.launch.__defaults__ = (None, 400)
vars(run)["a"] = argparse.Namespace(limit2=100)
if stream == "events":
    run.load("j1-raw", f"{run.BENCH}/events.jsonl")
run.load("j1-raw-small", f"{run.BENCH}/small.jsonl")
if system != "load":
    build = run.S[system][1]
    if build:
        subprocess.run(build, shell=True, check=True)  # noqa: S602 - the shared driver's own line
    print(json.dumps(run.one(system, stream == "small", None)))
