"""poetry, flit and pdm, where Debian has them: publishing, and poetry's installing."""
import pathlib
import shutil
import unittest

from case import WHEELS, ServerCase

POETRY = """[tool.poetry]
name = "cogwheel"
version = "0.3.0"
description = "A wheel with teeth"
authors = ["Ada <ada@example.org>"]

[tool.poetry.dependencies]
python = "^3.6"

[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
"""

CONSUMER = """[tool.poetry]
name = "consumer"
version = "1.0"
description = ""
authors = []

[tool.poetry.dependencies]
python = "^3.9"
turbine = "^1.0"

[[tool.poetry.source]]
name = "larder"
url = "{url}/simple/"
default = true
"""

PYPROJECT = """[project]
name = "{name}"
version = "0.4"
description = "Another wheel"
authors = [{{ name = "Ada", email = "ada@example.org" }}]
requires-python = ">=3.6"

[build-system]
requires = ["{backend}"]
build-backend = "{backend}.{module}"
"""


class OtherClients(ServerCase):
    def need(self, program):
        if not pathlib.Path("/usr/bin", program).exists():
            self.skipTest(f"{program} is not installed")

    def project(self, name, text):
        folder = self.fresh()
        (folder / "pyproject.toml").write_text(text)
        (folder / f"{name}.py").write_text('"""Another wheel."""\n__version__ = "0.4"\n')
        return folder

    def poetry(self, folder, *arguments, **more):
        return self.client.run("/usr/bin/poetry", "--no-interaction", *arguments, cwd=folder,
                               POETRY_VIRTUALENVS_IN_PROJECT="true",
                               POETRY_REPOSITORIES_LARDER_URL=self.larder.url + "/legacy/", **more)

    def publish_by_poetry(self, folder, password, url="/legacy/"):
        return self.poetry(folder, "publish", "--repository", "larder", "--username", "alice",
                           "--password", password)

    def test_poetry_publish(self):
        self.need("poetry")
        folder = self.project("cogwheel", POETRY)
        shutil.copy(self.wheel("cogwheel", "0.3.0", requires_python=">=3.6,<4.0").path,
                    folder)  # not in dist: must not be published
        self.assertDone(self.poetry(folder, "build", POETRY_VIRTUALENVS_CREATE="false"))
        self.assertRefused(self.publish_by_poetry(folder, "wrong"), "401")
        self.assertDone(self.publish_by_poetry(folder, "alice-pw"))
        self.assertEqual(set(self.files("cogwheel")),
                         {path.name for path in (folder / "dist").iterdir()})
        self.assertDone(self.publish_by_poetry(folder, "alice-pw"))
        for path in (folder / "dist").glob("*.whl"):
            shutil.copy(self.wheel("cogwheel", "0.3.0", payload=5,
                                   requires_python=">=3.6,<4.0").path, path)
        self.assertRefused(self.publish_by_poetry(folder, "alice-pw"), "File already exists")

    def test_poetry_installs_from_larder(self):
        self.need("poetry")
        if not WHEELS:
            self.skipTest("Debian's python3-*-whl packages are not installed")
        self.publish(self.wheel("turbine", "1.2", fields=[("Requires-Dist", "blade>=2")]),
                     self.wheel("blade", "2.1"))
        folder = self.project("consumer", CONSUMER.format(url=self.larder.url))
        done = self.poetry(folder, "install", "--no-root")
        self.assertDone(done)
        self.assertDone(self.client.run(folder / ".venv/bin/python", "-c", "import turbine, blade"))
        self.assertIn("sha256:", (folder / "poetry.lock").read_text())

    def test_flit_publish(self):
        self.need("flit")
        folder = self.project("flywheel_flit", PYPROJECT.format(
            name="flywheel_flit", backend="flit_core", module="buildapi"))
        done = self.client.run("/usr/bin/flit", "publish", cwd=folder,
                               FLIT_INDEX_URL=self.larder.url + "/legacy/",
                               FLIT_USERNAME="alice", FLIT_PASSWORD="alice-pw")
        self.assertDone(done)
        self.assertEqual(len(self.files("flywheel-flit")), 2, done.stdout)

    def test_pdm_publish(self):
        self.need("pdm")
        folder = self.project("pdmwheel", PYPROJECT.format(
            name="pdmwheel", backend="pdm.pep517", module="api"))
        package = self.wheel("pdmwheel", "0.4")
        (folder / "dist").mkdir()
        shutil.copy(package.path, folder / "dist")
        done = self.client.run("/usr/bin/pdm", "publish", "--no-build", "--repository",
                               self.larder.url + "/legacy/", "--username", "alice", "--password",
                               "alice-pw", cwd=folder, PDM_CHECK_UPDATE="false")
        self.assertDone(done)
        self.assertEqual(list(self.files("pdmwheel")), [package.filename])


if __name__ == "__main__":
    unittest.main()
