"""A test case with a server of its own class, and the questions that many tests ask it."""
import hashlib
import html.parser
import pathlib
import shutil
import tempfile
import time
import unittest
import urllib.parse

import corpus
from clients import Client
from larder_server import Larder, basic

JSON = "application/vnd.pypi.simple.v1+json"
HTML_V1 = "application/vnd.pypi.simple.v1+html"
WHEELS = sorted(corpus.BUNDLED.glob("*.whl")) if corpus.BUNDLED.is_dir() else []


basic_header = basic


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Anchors(html.parser.HTMLParser):
    """The links of an index page: [(text, attributes)], and its meta elements."""

    def __init__(self, text):
        super().__init__()
        self.links, self.meta, self._open = [], {}, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self._open = ("", dict(attrs))
        if tag == "meta" and "name" in dict(attrs):
            self.meta[dict(attrs)["name"]] = dict(attrs)["content"]

    def handle_data(self, data):
        if self._open is not None:
            self._open = (self._open[0] + data, self._open[1])

    def handle_endtag(self, tag):
        if tag == "a":
            self.links.append(self._open)
            self._open = None


class ServerCase(unittest.TestCase):
    """`options` are those of Larder. Tests keep apart by using projects of their own."""

    options = {}
    maxDiff = 4000

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="larder-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.larder = Larder(cls.folder / "larder", **cls.options).start()
        cls.addClassCleanup(cls.larder.stop)
        cls.client = Client(cls.folder / "home")

    # -- packages
    def fresh(self):
        return pathlib.Path(tempfile.mkdtemp(prefix="dist-", dir=self.folder))

    def wheel(self, name, version="1.0", **more):
        return corpus.build_wheel(self.fresh(), name, version, **more)

    def sdist(self, name, version="1.0", **more):
        return corpus.build_sdist(self.fresh(), name, version, **more)

    def publish(self, *packages, user="admin"):
        for package in packages:
            answer = self.larder.upload(package.filename, package.bytes(), user)
            self.assertEqual(answer.status, 200, answer)
        return packages[-1]

    # -- what the index says
    def page(self, project, user=None, accept=JSON):
        return self.larder.get(f"/simple/{project}/", user, Accept=accept)

    def files(self, project, user=None):
        """{file name: its entry in the JSON page}."""
        answer = self.page(project, user)
        self.assertEqual(answer.status, 200, answer)
        return {file["filename"]: file for file in answer.json()["files"]}

    def anchors(self, project, user=None):
        answer = self.page(project, user, "text/html")
        self.assertEqual(answer.status, 200, answer)
        return {text: attributes for text, attributes in Anchors(answer.text).links}

    def url_of(self, package, user=None):
        return self.files(package.project, user)[package.filename]["url"]

    # -- assertions
    def assertStatus(self, answer, status, *texts):
        self.assertEqual(answer.status, status, answer)
        for text in texts:
            self.assertIn(text, answer.text)
        return answer

    def assertDone(self, done):
        self.assertEqual(done.returncode, 0, done.stdout)
        return done

    def assertRefused(self, done, *texts):
        self.assertNotEqual(done.returncode, 0, done.stdout)
        for text in texts:
            self.assertIn(text, done.stdout)

    # -- files the server writes
    def access_lines(self, larder=None):
        path = (larder or self.larder).folder / "access.log"
        return path.read_text().splitlines() if path.exists() else []

    def wait_for_access(self, wanted, seconds=10):
        """The access log's lines for which wanted(line); they are written a little later."""
        end = time.monotonic() + seconds
        while True:
            found = [line for line in self.access_lines() if wanted(line)]
            if found or time.monotonic() > end:
                return found
            time.sleep(0.05)


def quoted(text):
    return urllib.parse.quote(text, safe="")
