"""What a new user does first: upload, list, install, delete."""
import pathlib
import shutil
import tempfile
import unittest

import corpus
from clients import Client
from larder_server import Larder


class FirstSteps(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="larder-steps-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.larder = Larder(self.folder / "larder").start()
        self.addCleanup(self.larder.stop)
        self.client = Client(self.folder / "home")
        self.wheel = pathlib.Path(corpus.build_wheel(self.folder, "flywheel", "0.1.0").path)
        self.sdist = pathlib.Path(corpus.build_sdist(self.folder, "flywheel", "0.1.0").path)

    def twine(self, *files, url="/simple/", user="admin", password="admin-pw"):
        return self.client.twine_upload(self.larder.url + url, user, password, *files)

    def test_upload_list_install_delete(self):
        done = self.twine(self.wheel, self.sdist)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("flywheel", self.larder.get("/simple/").text)
        page = self.larder.get("/simple/flywheel/").text
        self.assertIn(self.wheel.name, page)
        self.assertIn(self.sdist.name, page)

        done = self.client.pip("install", "--no-cache-dir", "--index-url",
                               self.larder.url + "/simple/", "flywheel==0.1.0")
        self.assertEqual(done.returncode, 0, done.stdout)
        done = self.client.run(self.client.venv(), "-c", "import flywheel")
        self.assertEqual(done.returncode, 0, done.stdout)

        for file in (self.wheel, self.sdist):
            answer = self.larder.delete(f"/api/package/flywheel/{file.name}")
            self.assertEqual(answer.status, 200, answer)
        self.assertEqual(self.larder.get("/simple/flywheel/").status, 404)
        self.assertNotIn("flywheel", self.larder.get("/simple/").text)

    def test_wrong_password_says_so_and_stores_nothing(self):
        done = self.twine(self.wheel, password="wrong")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("401", done.stdout)
        self.assertEqual(self.larder.get("/simple/flywheel/").status, 404)


if __name__ == "__main__":
    unittest.main()
