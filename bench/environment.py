"""Environments of their own for the packages of others that a benchmark runs beside duet."""

import subprocess
import sys
import venv


def environment(folder, requirements):
    """The interpreter of the environment in a folder, made first where it is not ready: `requirements` lists all its packages.

    --no-deps: the list is whole, and may leave out what the benchmark never calls.
    """
    ready = folder / "ready"
    if not ready.exists():
        print(f"installing {requirements.stem} ...", file=sys.stderr, flush=True)
        venv.create(folder, with_pip=True, clear=True)
        done = subprocess.run([folder / "bin/pip", "install", "-q", "--no-deps", "-r", requirements], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"pip could not install {requirements}:\n{(done.stdout + done.stderr)[-2000:]}")
        ready.touch()
    return folder / "bin/python"
