"""A private larder for one test: its own folder, a free port on loopback, stopped at the end."""
import base64
import crypt
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LARDER = pathlib.Path(os.environ.get("LARDER", ROOT / "build/release/bin/larder"))

# Cheap on purpose: these tests are not about how long guessing a password takes.
PASSWORDS = {"admin": "admin-pw", "alice": "alice-pw", "bob": "bob-pw"}


def hashed(password):
    return crypt.crypt(password, crypt.mksalt(crypt.METHOD_SHA256, rounds=1000))


CONFIGURATION = """
server:
  listen: ["127.0.0.1:0"]
  spool: {folder}/spool
  access_log: {{ path: "{folder}/access.log" }}
{server}
storage:
  main: {{ plugin: filesystem, path: "{storage}"{storage_more} }}
cache:
  main: {{ plugin: sqlite, path: "{cache}" }}
access:
  main:
    plugin: config
    users:
      admin: {{ password: "{admin}", admin: true }}
      alice: {{ password: "{alice}" }}
      bob: {{ password: "{bob}" }}
    groups:
      staff: [alice]
    grants:
{grants}
repositories:
  pypi:
    format: pypi
    storage: main
    cache: main
    access: main
{repository}
"""

SECRET_GRANTS = [
    "{ repository: pypi, project: secretpkg, user: alice, verbs: [read, write] }",
]


class Answer:
    def __init__(self, status, reason, headers, body):
        self.status, self.reason, self.headers, self.body = status, reason, headers, body

    @property
    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.reason} {self.body[:300]!r}>"


def basic(user):
    """The Authorization header of a known user, or of "name:password"."""
    name, _, password = user.partition(":")
    text = f"{name}:{password or PASSWORDS[name]}"
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def multipart(fields, files):
    """A form as browsers send it: (body, content type). files: [(field, filename, bytes)]."""
    boundary = "larder-" + os.urandom(12).hex()
    parts = []
    for name, value in fields:
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
                     .encode() + value.encode() + b"\r\n")
    for name, filename, content in files:
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; '
                     f'filename="{filename}"\r\nContent-Type: application/octet-stream\r\n\r\n'
                     .encode() + content + b"\r\n")
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


class Larder:
    """with Larder() as larder: larder.get("/simple/")"""

    def __init__(self, folder=None, server="", repository="", grants=None, configuration=None,
                 storage=None, storage_more="", cache=None):
        self._own = folder is None
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="larder-test-"))
        self.folder.mkdir(parents=True, exist_ok=True)
        self.configuration = self.folder / "larder.yaml"
        self.storage = pathlib.Path(storage or self.folder / "storage")
        self.cache = pathlib.Path(cache or self.folder / "cache.db")
        grants = SECRET_GRANTS if grants is None else grants
        text = configuration or CONFIGURATION.format(
            folder=self.folder, storage=self.storage, cache=self.cache,
            storage_more=", " + storage_more if storage_more else "", server=_indent(server, 2), repository=_indent(repository, 4),
            grants="\n".join("      - " + grant for grant in grants) or "      []",
            **{name: hashed(password) for name, password in PASSWORDS.items()})
        self.configuration.write_text(text)
        self.process = None
        self.log = []

    # -- the process
    def start(self, *arguments, cwd=None):
        self.process = subprocess.Popen(
            [str(LARDER), "serve", "-c", str(self.configuration), *arguments], cwd=cwd,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        started = threading.Event()

        def read(pipe):
            for line in pipe:
                text = line.decode(errors="replace")
                self.log.append(text)
                found = re.search(r"event=server\.started.* addresses=\"?([0-9.]+):(\d+)", text)
                if found:
                    self.host, self.port = found[1], int(found[2])
                    started.set()
            started.set()

        self._reader = threading.Thread(target=read, args=(self.process.stdout,), daemon=True)
        self._reader.start()
        if not started.wait(60) or not hasattr(self, "port"):
            self.kill()
            raise RuntimeError("larder did not start:\n" + "".join(self.log))
        return self

    def stop(self):
        """SIGTERM; answers the exit status."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._reader.join(10)
        self.process = None
        return status

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def restart(self):
        self.stop()
        return self.start()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            if self._own:
                shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *arguments, **kwargs):
        """Another command of the program on the same configuration."""
        return subprocess.run([str(LARDER), *arguments, "-c", str(self.configuration)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **kwargs)

    @staticmethod
    def run_plain(*arguments):
        return subprocess.run([str(LARDER), *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)

    def wait_for_log(self, text, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if any(text in line for line in self.log):
                return True
            time.sleep(0.02)
        return False

    # -- requests
    @property
    def url(self):
        return f"http://{self.host}:{self.port}"

    def url_as(self, user):
        name, _, password = user.partition(":")
        return f"http://{name}:{password or PASSWORDS[name]}@{self.host}:{self.port}"

    def request(self, method, path, user=None, headers=None, body=None, connection=None):
        headers = dict(headers or {})
        if user:
            headers.update(basic(user))
        own = connection is None
        connection = connection or http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.reason, answer.headers, answer.read())
        finally:
            if own:
                connection.close()

    def get(self, path, user=None, **headers):
        return self.request("GET", path, user,
                            {name.replace("_", "-"): value for name, value in headers.items()})

    def delete(self, path, user="admin"):
        return self.request("DELETE", path, user)

    def post_form(self, path, fields, files=(), user="admin", method="POST", headers=None):
        if files:
            body, kind = multipart(list(fields.items()), list(files))
        else:
            body, kind = (urllib.parse.urlencode(fields).encode(),
                          "application/x-www-form-urlencoded")
        return self.request(method, path, user, {"Content-Type": kind, **(headers or {})}, body)

    def upload(self, filename, content, user="admin", path="/simple/", **fields):
        return self.post_form(path, {":action": "file_upload", **fields},
                              [("content", filename, content)], user)


def _indent(text, by):
    return "\n".join(" " * by + line for line in text.splitlines())
