#include <nlohmann/json.hpp>

#include "index_client.h"
#include "make_archives.h"
#include "tests/support/test.h"

namespace {

using larder::pypi::test::IndexClient;
using larder::pypi::test::makeSdist;
using larder::pypi::test::makeWheel;
using larder::pypi::test::metadataText;
using larder::pypi::test::Pairs;
using nlohmann::json;
namespace sdk = larder::sdk;
using larder::test::Op;

const Pairs kWantsJson{{"Accept", "application/vnd.pypi.simple.v1+json"}};

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what)) {
    text.replace(at, what.size(), by);
  }
  return text;
}

class PagesTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(PagesTest);
  CPPUNIT_TEST(htmlPageIsGolden);
  CPPUNIT_TEST(jsonPageIsGolden);
  CPPUNIT_TEST(rootIsGolden);
  CPPUNIT_TEST(headersLetClientsRevalidate);
  CPPUNIT_TEST(representationsHaveTagsOfTheirOwn);
  CPPUNIT_TEST(anUnknownProjectIsNotFound);
  CPPUNIT_TEST(unnormalisedNamesAnswerDirectly);
  CPPUNIT_TEST(pypiIsAnAlias);
  CPPUNIT_TEST(hostileTextStaysText);
  CPPUNIT_TEST(filesAreInVersionOrder);
  CPPUNIT_TEST(linksHangOnTheMount);
  CPPUNIT_TEST(unacceptableFormsAre406);
  CPPUNIT_TEST(aPreparedPageIsAnsweredFast);
  CPPUNIT_TEST(anotherProjectsChangeCostsOneGet);
  CPPUNIT_TEST(everyChangeShowsAtOnce);
  CPPUNIT_TEST(withoutJournalVersionNothingIsFast);
  CPPUNIT_TEST(aRestartGivesTheSamePages);
  CPPUNIT_TEST(quarantineEmptiesThePage);
  CPPUNIT_TEST(rootShowsOnlyWhatMayBeRead);
  CPPUNIT_TEST(rootOfOneCallerIsNotShownToAnother);
  CPPUNIT_TEST_SUITE_END();

  static void fill(IndexClient& index) {
    index.upload("Flywheel-0.1.0.tar.gz",
                 makeSdist("Flywheel-0.1.0", metadataText("Flywheel", "0.1.0")));
    index.host.clock().advance(std::chrono::microseconds(1500000));
    index.upload("flywheel-0.2.0-py3-none-any.whl",
                 makeWheel("flywheel-0.2.0",
                           metadataText("flywheel", "0.2.0", "Requires-Python: >=3.8,<4\n")));
    index.send({"PUT", "/api/package/flywheel/0.1/yank", {}, {{"reason", "broken \"<build>\""}}});
  }

  // With digests by name, so that the golden text can be read.
  static std::string readable(IndexClient& index, std::string text) {
    const auto files = json::parse(index.get("/pypi/flywheel/json").body)["releases"];
    for (const auto& [version, list] : files.items()) {
      for (const std::string name : {"sha256", "blake2b_256", "md5"}) {
        text = replaced(text, list[0]["digests"][name].get<std::string>(), name + ":" + version);
      }
      if (list[0]["core-metadata"].is_object()) {
        text = replaced(text, list[0]["core-metadata"]["sha256"].get<std::string>(), "METADATA");
      }
    }
    return text;
  }

 public:
  void htmlPageIsGolden() {
    IndexClient index;
    fill(index);
    const std::string wheelSize =
        json::parse(index.get("/pypi/flywheel/json").body)["urls"][0]["size"].dump();
    const std::string sdistSize =
        json::parse(index.get("/pypi/flywheel/0.1.0/json").body)["urls"][0]["size"].dump();
    const std::string golden =
        R"(<!DOCTYPE html>
<html>
<head>
  <meta charset="utf-8">
  <meta name="pypi:repository-version" content="1.4">
  <meta name="pypi:project-status" content="active">
  <title>Links for flywheel</title>
</head>
<body>
  <a href="/files/flywheel/sha256:0.1.0/Flywheel-0.1.0.tar.gz#sha256=sha256:0.1.0" data-yanked="broken &quot;&lt;build&gt;&quot;" data-size=")" +
        sdistSize +
        R"(" data-upload-time="2026-01-01T00:00:00.000000Z">Flywheel-0.1.0.tar.gz</a><br>
  <a href="/files/flywheel/sha256:0.2.0/flywheel-0.2.0-py3-none-any.whl#sha256=sha256:0.2.0" data-requires-python="&gt;=3.8,&lt;4" data-dist-info-metadata="sha256=METADATA" data-core-metadata="sha256=METADATA" data-size=")" +
        wheelSize +
        R"(" data-upload-time="2026-01-01T00:00:01.500000Z">flywheel-0.2.0-py3-none-any.whl</a><br>
</body>
</html>
)";
    const auto page = index.get("/simple/flywheel/");
    CPPUNIT_ASSERT_EQUAL(std::string("text/html; charset=utf-8"), page.type);
    CPPUNIT_ASSERT_EQUAL(golden, readable(index, page.body));
  }

  void jsonPageIsGolden() {
    IndexClient index;
    fill(index);
    const auto page = index.get("/simple/flywheel/", kWantsJson);
    CPPUNIT_ASSERT_EQUAL(std::string("application/vnd.pypi.simple.v1+json"), page.type);
    const auto found = json::parse(readable(index, page.body));
    const auto golden = json::parse(R"({
      "meta": {"api-version": "1.4"},
      "name": "flywheel",
      "project-status": {"status": "active"},
      "versions": ["0.1.0", "0.2.0"],
      "files": [
        {"filename": "Flywheel-0.1.0.tar.gz",
         "url": "/files/flywheel/sha256:0.1.0/Flywheel-0.1.0.tar.gz",
         "hashes": {"sha256": "sha256:0.1.0", "blake2b": "blake2b_256:0.1.0", "md5": "md5:0.1.0"},
         "size": 0, "upload-time": "2026-01-01T00:00:00.000000Z", "requires-python": null,
         "core-metadata": false, "yanked": "broken \"<build>\""},
        {"filename": "flywheel-0.2.0-py3-none-any.whl",
         "url": "/files/flywheel/sha256:0.2.0/flywheel-0.2.0-py3-none-any.whl",
         "hashes": {"sha256": "sha256:0.2.0", "blake2b": "blake2b_256:0.2.0", "md5": "md5:0.2.0"},
         "size": 0, "upload-time": "2026-01-01T00:00:01.500000Z", "requires-python": ">=3.8,<4",
         "core-metadata": {"sha256": "METADATA"}, "yanked": false}
      ]})");
    auto comparable = found;
    for (auto& file : comparable["files"]) {
      CPPUNIT_ASSERT(file["size"].is_number_unsigned() && file["size"] > 0);
      file["size"] = 0;
    }
    CPPUNIT_ASSERT_EQUAL(golden.dump(1), comparable.dump(1));
    CPPUNIT_ASSERT(found["files"][0]["hashes"].dump().find("sha256") != std::string::npos);
    CPPUNIT_ASSERT(page.contains(R"("hashes":{"sha256":)"));  // uv compares the first.
  }

  void rootIsGolden() {
    IndexClient index;
    CPPUNIT_ASSERT_EQUAL(std::string(R"({"meta":{"api-version":"1.4"},"projects":[]})"),
                         index.get("/simple/", kWantsJson).body);
    fill(index);
    index.uploadSdist("Zoo.Keeper", "1.0");
    CPPUNIT_ASSERT_EQUAL(
        std::string(
            R"({"meta":{"api-version":"1.4"},"projects":[{"name":"flywheel"},{"name":"Zoo.Keeper"}]})"),
        index.get("/simple/", kWantsJson).body);
    CPPUNIT_ASSERT_EQUAL(std::string(R"(<!DOCTYPE html>
<html>
<head>
  <meta charset="utf-8">
  <meta name="pypi:repository-version" content="1.4">
  <title>Simple index</title>
</head>
<body>
  <a href="/simple/flywheel/">flywheel</a><br>
  <a href="/simple/zoo-keeper/">Zoo.Keeper</a><br>
</body>
</html>
)"),
                         index.get("/simple/").body);
  }

  void headersLetClientsRevalidate() {
    IndexClient index;
    fill(index);
    const auto page = index.get("/simple/flywheel/");
    CPPUNIT_ASSERT_EQUAL(std::string("Accept"), page.header("Vary"));
    CPPUNIT_ASSERT_EQUAL(std::string("private, no-cache"), page.header("Cache-Control"));
    CPPUNIT_ASSERT(!page.etag.empty() && page.etag.front() == '"');
    index.who.user.clear();
    CPPUNIT_ASSERT_EQUAL(std::string("no-cache"),
                         index.get("/simple/flywheel/").header("Cache-Control"));
    CPPUNIT_ASSERT_EQUAL(std::string("*"),
                         index.get("/simple/").header("Access-Control-Allow-Origin"));
    index.host.setPrivateReads(true);
    CPPUNIT_ASSERT_EQUAL(std::string(),
                         index.get("/simple/").header("Access-Control-Allow-Origin"));
  }

  void representationsHaveTagsOfTheirOwn() {
    IndexClient index;
    fill(index);
    CPPUNIT_ASSERT(index.get("/simple/flywheel/").etag !=
                   index.get("/simple/flywheel/", kWantsJson).etag);
  }

  void anUnknownProjectIsNotFound() {
    IndexClient index;
    CPPUNIT_ASSERT_EQUAL(404, index.get("/simple/nothing/").status);
    CPPUNIT_ASSERT_EQUAL(404, index.get("/simple/nothing", kWantsJson).status);
    CPPUNIT_ASSERT_EQUAL(400, index.get("/simple/-bad-/").status);
  }

  void unnormalisedNamesAnswerDirectly() {
    IndexClient index;
    index.uploadSdist("Fly.Wheel", "1.0");
    const auto page = index.get("/simple/fly-wheel/");
    CPPUNIT_ASSERT_EQUAL(page.body, index.get("/simple/FLY__wheel").body);
    CPPUNIT_ASSERT_EQUAL(200, page.status);
  }

  void pypiIsAnAlias() {
    IndexClient index;
    fill(index);
    CPPUNIT_ASSERT_EQUAL(index.get("/simple/flywheel/").body, index.get("/pypi/flywheel/").body);
    CPPUNIT_ASSERT_EQUAL(index.get("/simple/").body, index.get("/pypi/").body);
    CPPUNIT_ASSERT_EQUAL(index.get("/pypi/flywheel/json").body,
                         index.get("/simple/flywheel/json").body);
  }

  void hostileTextStaysText() {
    IndexClient index;
    index.upload("tool-1.0.tar.gz", makeSdist("tool-1.0", ""), "tool", "1.0",
                 {{"requires_python", "===\"><script>alert</script>"}});
    index.send({"PUT",
                "/api/package/tool/status",
                {},
                {{"status", "deprecated"}, {"reason", "</title>'\"\xFF"}}});
    CPPUNIT_ASSERT(!index.get("/simple/tool/").contains("<script>"));
    CPPUNIT_ASSERT(!index.get("/simple/tool/").contains("</title>'"));
    CPPUNIT_ASSERT_EQUAL(
        json("deprecated"),
        json::parse(index.get("/simple/tool/", kWantsJson).body)["project-status"]["status"]);
  }

  void filesAreInVersionOrder() {
    IndexClient index;
    for (const char* version :
         {"0.10", "0.1.0-2-g185e630", "0.9", "0.1.0", "0.1.0.post1", "junk"}) {
      index.upload("tool-" + std::string(version) + ".tar.gz",
                   makeSdist("tool-" + std::string(version), ""), "tool", version);
    }
    const auto page = json::parse(index.get("/simple/tool/", kWantsJson).body);
    CPPUNIT_ASSERT_EQUAL(
        std::string(R"(["junk","0.1.0","0.1.0-2-g185e630","0.1.0.post1","0.9","0.10"])"),
        page["versions"].dump());
  }

  void linksHangOnTheMount() {
    IndexClient index;
    fill(index);
    CPPUNIT_ASSERT(index.get("/simple/flywheel/").contains("href=\"/files/"));
    index.mount = "/prefix/team/";
    CPPUNIT_ASSERT(index.get("/simple/flywheel").contains("href=\"/prefix/team/files/"));
    CPPUNIT_ASSERT(index.get("/simple/").contains("href=\"/prefix/team/simple/flywheel/\""));
    index.base = "https://evil.example";
    CPPUNIT_ASSERT(!index.get("/simple/flywheel/").contains("evil"));
  }

  void unacceptableFormsAre406() {
    IndexClient index;
    fill(index);
    CPPUNIT_ASSERT_EQUAL(406, index.get("/simple/flywheel/", {{"Accept", "image/png"}}).status);
    CPPUNIT_ASSERT_EQUAL(406, index.get("/simple/", {{"Accept", "image/png"}}).status);
    CPPUNIT_ASSERT_EQUAL(406, index.get("/simple/flywheel/?format=text/plain").status);
    CPPUNIT_ASSERT_EQUAL(
        200, index.get("/simple/flywheel/?format=application/vnd.pypi.simple.v1%2Bjson").status);
  }

  void aPreparedPageIsAnsweredFast() {
    IndexClient index;
    fill(index);
    const auto first = index.get("/simple/flywheel/");
    CPPUNIT_ASSERT(!first.fast);
    const auto reads = index.host.faults().calls(Op::Get) + index.host.faults().calls(Op::Scan);
    const auto second = index.get("/simple/Flywheel/");
    CPPUNIT_ASSERT(second.fast);
    CPPUNIT_ASSERT_EQUAL(first.body, second.body);
    CPPUNIT_ASSERT_EQUAL(first.header("X-PyPI-Last-Serial"), second.header("X-PyPI-Last-Serial"));
    CPPUNIT_ASSERT_EQUAL(reads,
                         index.host.faults().calls(Op::Get) + index.host.faults().calls(Op::Scan));
  }

  void anotherProjectsChangeCostsOneGet() {
    IndexClient index;
    fill(index);
    index.get("/simple/flywheel/");
    index.uploadSdist("other", "1.0");
    const auto gets = index.host.faults().calls(Op::Get);
    const auto scans = index.host.faults().calls(Op::Scan);
    CPPUNIT_ASSERT(!index.get("/simple/flywheel/").fast);
    CPPUNIT_ASSERT_EQUAL(gets + 1, index.host.faults().calls(Op::Get));
    CPPUNIT_ASSERT_EQUAL(scans, index.host.faults().calls(Op::Scan));
    CPPUNIT_ASSERT(index.get("/simple/flywheel/").fast);
  }

  void everyChangeShowsAtOnce() {
    IndexClient index;
    fill(index);
    const auto seen = [&](std::string_view text) {
      index.get("/simple/flywheel/");
      return index.get("/simple/flywheel/").contains(text);
    };
    CPPUNIT_ASSERT(seen("data-yanked"));
    index.send({"DELETE", "/api/package/flywheel/0.1.0/yank"});
    CPPUNIT_ASSERT(!seen("data-yanked"));
    index.send({"PUT", "/api/package/flywheel/status", {}, {{"status", "archived"}}});
    CPPUNIT_ASSERT(seen("content=\"archived\""));
    index.send({"DELETE", "/api/package/flywheel/Flywheel-0.1.0.tar.gz"});
    CPPUNIT_ASSERT(!seen("Flywheel-0.1.0.tar.gz"));
  }

  void withoutJournalVersionNothingIsFast() {
    IndexClient index;
    fill(index);
    index.journal().setVersionKnown(false);
    index.get("/simple/flywheel/");
    CPPUNIT_ASSERT(!index.get("/simple/flywheel/").fast);
    index.uploadSdist("flywheel", "0.3.0");
    CPPUNIT_ASSERT(index.get("/simple/flywheel/").contains("0.3.0"));
    CPPUNIT_ASSERT(json::parse(index.get("/api/package/").body)["packages"].size() == 1);
    index.uploadSdist("other", "0.3.0");
    CPPUNIT_ASSERT(json::parse(index.get("/api/package/").body)["packages"].size() == 2);
  }

  void aRestartGivesTheSamePages() {
    IndexClient index;
    fill(index);
    index.uploadSdist("other", "0.3.0");
    std::vector<std::string> before;
    const std::vector<std::string> targets{"/simple/", "/simple/flywheel/", "/pypi/flywheel/json",
                                           "/api/package/?verbose=true", "/api/package/flywheel/"};
    for (const auto& target : targets) before.push_back(index.get(target).body);
    index.restart();
    for (std::size_t i = 0; i < targets.size(); ++i) {
      CPPUNIT_ASSERT_EQUAL(before[i], index.get(targets[i]).body);
    }
  }

  void quarantineEmptiesThePage() {
    IndexClient index;
    fill(index);
    index.send({"PUT",
                "/api/package/flywheel/status",
                {},
                {{"status", "quarantined"}, {"reason", "malware"}}});
    const auto page = json::parse(index.get("/simple/flywheel/", kWantsJson).body);
    CPPUNIT_ASSERT_EQUAL(json::array(), page["files"]);
    CPPUNIT_ASSERT_EQUAL(json::array(), page["versions"]);
    CPPUNIT_ASSERT_EQUAL(json("malware"), page["project-status"]["reason"]);
    CPPUNIT_ASSERT(!index.get("/simple/flywheel/").contains("<a "));
    CPPUNIT_ASSERT_EQUAL(404, index.get("/pypi/flywheel/json").status);
  }

  void rootShowsOnlyWhatMayBeRead() {
    IndexClient index;
    fill(index);
    index.uploadSdist("secretpkg", "1.0");
    index.gate = [](sdk::Verb, std::string_view project) -> sdk::Result<void> {
      if (project == "secretpkg") return sdk::Error(sdk::Errc::Forbidden, "no");
      return {};
    };
    for (const char* target : {"/simple/", "/api/package/", "/api/package/?verbose=true"}) {
      CPPUNIT_ASSERT(!index.get(target).contains("secret"));
      CPPUNIT_ASSERT(index.get(target).contains("flywheel"));
    }
  }

  void rootOfOneCallerIsNotShownToAnother() {
    IndexClient index;
    fill(index);
    index.uploadSdist("secretpkg", "1.0");
    CPPUNIT_ASSERT(index.get("/simple/").contains("secretpkg"));
    index.gate = [](sdk::Verb, std::string_view project) -> sdk::Result<void> {
      if (project == "secretpkg") return sdk::Error(sdk::Errc::Forbidden, "no");
      return {};
    };
    CPPUNIT_ASSERT(!index.get("/simple/").contains("secretpkg"));
    index.gate = nullptr;
    CPPUNIT_ASSERT(index.get("/simple/").contains("secretpkg"));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PagesTest);

}  // namespace
