"""Operation: health, metrics, version, access log, and a backend that fails and heals."""
import json
import re
import signal
import time
import unittest

from case import JSON, ServerCase
from larder_server import ROOT

SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?[0-9.eE+-]+|[+-]Inf|NaN)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')


def exposition(text):
    """{(name, labels): value} of Prometheus' text format; ValueError where it is wrong."""
    if not text.endswith("\n"):
        raise ValueError("no newline at the end")
    samples, types, helped, finished = {}, {}, set(), set()
    family = None
    for line in text.splitlines():
        if line.startswith("# "):
            _, word, name, rest = (line + " ").split(" ", 3)
            known = types if word == "TYPE" else helped
            if name in known or name in finished:
                raise ValueError("twice: " + line)
            if word == "TYPE":
                types[name] = rest.strip()
            else:
                helped.add(name)
            if family not in (None, name):
                finished.add(family)
            family = name
            continue
        found = SAMPLE.fullmatch(line)
        if not found:
            raise ValueError("not a sample: " + line)
        name, labels = found[1], found[2] or ""
        base = re.sub(r"_(bucket|sum|count)$", "", name) if types.get(family) == "histogram" \
            else name
        if base != family or base not in helped:
            raise ValueError(f"{line} in the family {family}")
        if LABEL.sub("", labels):
            raise ValueError("labels: " + line)
        key = (name, tuple(sorted(LABEL.findall(labels))))
        if key in samples:
            raise ValueError("twice: " + line)
        samples[key] = float(found[3])
        if types[family] == "counter" and samples[key] < 0:
            raise ValueError("negative: " + line)
    for (name, labels), value in samples.items():
        if name.endswith("_bucket") and ("le", "+Inf") in labels:
            rest = tuple(label for label in labels if label[0] != "le")
            if samples[name[:-7] + "_count", rest] != value:
                raise ValueError(f"{name}: the count is not that of +Inf")
    return samples


class Operation(ServerCase):
    def test_health(self):
        for path in ("/health", "/health/", "/api/healthy", "/api/ready"):
            answer = self.larder.get(path)
            self.assertEqual(answer.status, 200)
            report = answer.json()
            self.assertEqual(report["status"], "ok")
            kinds = {component["kind"] for component in report["components"]}
            self.assertLessEqual({"storage", "cache", "access", "format"}, kinds)
            self.assertEqual([report[kind] for kind in ("access", "cache", "storage")], [""] * 3)
        self.assertEqual(self.larder.request("HEAD", "/health").status, 200)

    def test_version(self):
        version = self.larder.get("/api/version").json()["Version"]
        self.assertIn(version, self.larder.run_plain("--version").stdout)

    def test_metrics(self):
        package = self.publish(self.wheel("measured", "1.0"))
        for _ in range(3):
            self.larder.get(self.url_of(package))
        self.larder.get("/simple/", "alice:wrong")
        first = self.larder.get("/metrics")
        self.assertEqual(first.headers["Content-Type"],
                         "text/plain; version=0.0.4; charset=utf-8")
        samples = exposition(first.text)
        names = {name for name, _ in samples}
        for wanted in ("larder_requests_total", "larder_request_seconds_bucket",
                       "larder_auth_logins_total", "larder_plugin_call_seconds_count",
                       "larder_pypi_uploads_total", "process_resident_memory_bytes"):
            self.assertIn(wanted, names)
        ok = ("larder_requests_total", (("repository", "pypi"), ("status", "2xx")))
        self.assertGreaterEqual(samples[ok], 4)
        self.larder.get("/simple/measured/")
        second = exposition(self.larder.get("/api/metrics").text)
        self.assertEqual(second[ok], samples[ok] + 1)
        for key, value in samples.items():
            if key[0].endswith("_total"):
                self.assertGreaterEqual(second[key], value, key)

    def logins(self):
        samples = exposition(self.larder.get("/metrics").text)
        return {labels[0][1]: value for (name, labels), value in samples.items()
                if name == "larder_auth_logins_total"}

    def test_passwords_are_verified_once_and_then_remembered(self):
        self.publish(*(self.wheel(f"listed-{n}", "1.0") for n in range(20)))
        self.larder.get("/simple/", "bob")
        before = self.logins()
        for _ in range(10):
            self.larder.get("/simple/", "bob")
            self.larder.get("/api/package/?verbose=true", "bob")
        after = self.logins()
        self.assertEqual(after["verified"], before["verified"])
        self.assertEqual(after["remembered"], before.get("remembered", 0) + 20)

    def test_every_event_and_metric_is_documented(self):
        package = self.publish(self.wheel("told", "1.0"))
        self.larder.get("/simple/", "alice:wrong")
        self.larder.post_form("/api/package/told/1.0/yank", {}, method="PUT")
        self.larder.delete("/api/package/told/1.0/yank")
        self.larder.post_form("/api/package/told/status", {"status": "archived"}, method="PUT")
        self.larder.delete(f"/api/package/told/{package.filename}")
        self.larder.get("/admin/rebuild", "admin")
        self.larder.process.send_signal(signal.SIGHUP)
        self.assertTrue(self.larder.wait_for_log("event=reload.done"))
        events = {found[1] for line in self.larder.log
                  if (found := re.search(r" event=(\S+)", line))}
        self.assertIn("pypi.version.yanked", events)
        documented = (ROOT / "docs/reference/log-events.md").read_text()
        self.assertEqual({event for event in events if f"`{event}`" not in documented}, set())
        documented = (ROOT / "docs/reference/metrics.md").read_text()
        names = {line.split()[2] for line in self.larder.get("/metrics").text.splitlines()
                 if line.startswith("# TYPE")}
        self.assertEqual({name for name in names if f"`{name}`" not in documented}, set())

    def test_access_log(self):
        self.larder.get("/simple/?verbose=%22x%22", "alice", User_Agent='pip/23 "quoted" \\ x')
        found = self.wait_for_access(lambda line: "verbose=" in line)
        self.assertRegex(found[0], r'^127\.0\.0\.1 - alice '
                         r'\[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\] '
                         r'"GET /simple/\?verbose=%22x%22 HTTP/1\.1" 200 \d+ "-" ".*pip/23.*" '
                         r'\d+\.\d{6} \S+ pypi$')
        answer = self.larder.get("/simple/?wanted=id")
        found = self.wait_for_access(lambda line: "wanted=id" in line)
        self.assertIn(answer.headers["X-Request-Id"], found[0])

    def test_methods_and_unknown_addresses(self):
        for method, path, status in [("GET", "/nothing/here", 404), ("PUT", "/simple/", 405),
                                     ("DELETE", "/simple/x/", 405), ("PATCH", "/health", 405),
                                     ("POST", "/api/package/", 405), ("GET", "/%zz", 400),
                                     ("GET", "/simple/%ff/", 400), ("GET", "/simple//", 404)]:
            answer = self.larder.request(method, path)
            self.assertEqual(answer.status, status, (method, path, answer))
            if status == 405:
                self.assertTrue(answer.headers["Allow"])
        answer = self.larder.request("OPTIONS", "/simple/")
        self.assertEqual(answer.status, 204)
        self.assertIn("GET", answer.headers["Allow"])


class Failing(ServerCase):
    def soon(self, condition, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def test_cache_that_fails_and_heals(self):
        package = self.publish(self.wheel("hardy", "1.0"))
        before = self.larder.get("/simple/hardy/", Accept=JSON).body
        for path in self.larder.folder.glob("cache.db*"):
            path.rename(path.with_name("kept-" + path.name))
        self.larder.cache.mkdir()
        self.soon(lambda: self.larder.get("/health").status == 503)
        health = self.larder.get("/health").json()
        self.assertTrue(health["cache"])
        self.assertEqual(health["storage"], "")
        self.assertNotIn(str(self.larder.folder), json.dumps(health))
        answer = self.larder.get("/api/package/hardy/")
        self.assertEqual(answer.status, 503, answer)
        self.assertTrue(int(answer.headers["Retry-After"]) > 0)
        self.assertTrue(answer.text)
        self.assertNotIn(str(self.larder.folder), answer.text)
        refused = self.wheel("hardy", "2.0")
        answer = self.larder.upload(refused.filename, refused.bytes())
        self.assertEqual(answer.status, 503, answer)
        self.assertTrue(self.larder.wait_for_log("event=health.failing"))

        self.larder.cache.rmdir()
        self.soon(lambda: self.larder.get("/health").status == 200)
        self.soon(lambda: self.larder.get("/simple/hardy/").status == 200)
        self.assertTrue(self.larder.wait_for_log("event=health.recovered"))
        self.assertEqual(self.larder.get("/simple/hardy/", Accept=JSON).body, before)
        self.publish(refused)
        self.assertEqual(self.larder.get(self.url_of(package)).body, package.bytes())

    def test_storage_that_is_gone_and_comes_back(self):
        package = self.publish(self.wheel("rooted", "1.0"))
        away = self.larder.storage.with_name("elsewhere")
        self.larder.storage.rename(away)
        try:
            self.soon(lambda: self.larder.get("/health").status == 503)
            self.assertTrue(self.larder.get("/health").json()["storage"])
        finally:
            away.rename(self.larder.storage)
        self.soon(lambda: self.larder.get("/health").status == 200)
        self.assertEqual(self.larder.get(self.url_of(package)).body, package.bytes())

    def test_blob_that_is_missing_is_an_error_not_a_lie(self):
        package = self.publish(self.wheel("holed", "1.0"))
        url = self.url_of(package)
        digest = url.split("/")[3]
        blob, = [path for path in self.larder.storage.rglob(digest + "*") if path.is_file()]
        data = blob.read_bytes()
        blob.unlink()
        answer = self.larder.get(url)
        self.assertIn(answer.status, (404, 500, 503), answer)
        blob.write_bytes(data)
        self.assertEqual(self.larder.get(url).body, package.bytes())


if __name__ == "__main__":
    unittest.main()
