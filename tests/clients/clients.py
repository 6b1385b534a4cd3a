"""Runs real clients without anything of this machine's own configuration."""
import os
import pathlib
import subprocess
import tempfile

PYTHON = "/usr/bin/python3"


def environment(home, **more):
    keep = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    path = ":".join(p for p in keep.get("PATH", "").split(":") if "pyenv" not in p)
    return {**keep, "PATH": path or "/usr/bin:/bin", "HOME": str(home), "LC_ALL": "C.UTF-8",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONDONTWRITEBYTECODE": "1", **more}


class Client:
    """A home directory of its own, and the commands people type in it."""

    def __init__(self, folder=None):
        self.home = pathlib.Path(folder or tempfile.mkdtemp(prefix="larder-home-"))
        self.home.mkdir(parents=True, exist_ok=True)

    def run(self, *command, cwd=None, **more):
        return subprocess.run([str(word) for word in command], cwd=cwd or self.home,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=600,
                              env=environment(self.home, **more))

    def venv(self):
        """The python of a fresh virtual environment."""
        folder = self.home / "venv"
        if not folder.exists():
            done = self.run(PYTHON, "-m", "venv", folder)
            assert done.returncode == 0, done.stdout
        return folder / "bin/python"

    def pip(self, *arguments, python=None, **more):
        return self.run(python or self.venv(), "-m", "pip", *arguments, **more)

    def twine_upload(self, url, user, password, *files, extra=()):
        return self.run("/usr/bin/twine", "upload", "--non-interactive", "--disable-progress-bar",
                        "--repository-url", url, "-u", user, "-p", password, *extra, *files)

    def curl(self, *arguments):
        return self.run("curl", "-sS", *arguments)
