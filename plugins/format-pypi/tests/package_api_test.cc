#include <nlohmann/json.hpp>

#include "index_client.h"
#include "make_archives.h"
#include "tests/support/test.h"

namespace {

using larder::pypi::test::Answer;
using larder::pypi::test::IndexClient;
using larder::pypi::test::makeSdist;
using larder::pypi::test::Pairs;
using nlohmann::json;
namespace sdk = larder::sdk;

// Refuses one verb, and says so.
larder::test::FakeRequest::Gate without(sdk::Verb refused) {
  return [refused](sdk::Verb verb, std::string_view) -> sdk::Result<void> {
    if (verb == refused) return sdk::Error(sdk::Errc::Forbidden, "You lack this right");
    return {};
  };
}

class PackageApiTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(PackageApiTest);
  CPPUNIT_TEST(theListIsTheSeedsSample);
  CPPUNIT_TEST(verboseSumsUpEachProject);
  CPPUNIT_TEST(verboseIsARealBoolean);
  CPPUNIT_TEST(filesAreNewestFirst);
  CPPUNIT_TEST(writeTellsTheCallersRight);
  CPPUNIT_TEST(anUnknownProjectHasNoFiles);
  CPPUNIT_TEST(deletingTheLastFileEndsTheProject);
  CPPUNIT_TEST(deletingRecomputesTheSummary);
  CPPUNIT_TEST(deletingTheUnknownIsNotFound);
  CPPUNIT_TEST(statusOutlivesTheLastFile);
  CPPUNIT_TEST(yankIsPerVersion);
  CPPUNIT_TEST(yankCoversFilesToCome);
  CPPUNIT_TEST(yankGoesWithItsVersion);
  CPPUNIT_TEST(yankIsIdempotent);
  CPPUNIT_TEST(yankOfUnknownVersionsIsNotFound);
  CPPUNIT_TEST(statusNeedsAKnownWord);
  CPPUNIT_TEST(quarantineIsForAdministrators);
  CPPUNIT_TEST(tooLongReasonsAreRefused);
  CPPUNIT_TEST(addressesAreUnderBaseAndMount);
  CPPUNIT_TEST(summaryByAddingEqualsSummaryFromScratch);
  CPPUNIT_TEST_SUITE_END();

  static Answer yank(IndexClient& index, const std::string& version, const std::string& reason) {
    return index.send(
        {"PUT", "/api/package/flywheel/" + version + "/yank", {}, {{"reason", reason}}});
  }
  static Answer status(IndexClient& index, const std::string& word,
                       const std::string& reason = {}) {
    return index.send(
        {"PUT", "/api/package/flywheel/status", {}, {{"status", word}, {"reason", reason}}});
  }
  static json verbose(IndexClient& index) {
    return json::parse(index.get("/api/package/?verbose=true").body)["packages"];
  }

 public:
  void theListIsTheSeedsSample() {
    IndexClient index;
    for (const char* name : {"pyramid", "flywheel", "pypicloud"}) index.uploadSdist(name, "1.0");
    const std::string wanted = R"({"packages":["flywheel","pypicloud","pyramid"]})";
    CPPUNIT_ASSERT_EQUAL(wanted, index.get("/api/package/").body);
    CPPUNIT_ASSERT_EQUAL(wanted, index.get("/api/package?verbose=false").body);
  }

  void verboseSumsUpEachProject() {
    IndexClient index;
    index.uploadSdist("flywheel", "0.1.0");
    index.host.clock().advance(std::chrono::seconds(7));
    const std::string stem = "flywheel-0.1.0-2-g185e630";
    index.upload(stem + ".tar.gz", makeSdist(stem, ""), "flywheel", "0.1.0-2-g185e630");
    index.uploadSdist("beta", "1.0b1");
    const auto packages = verbose(index);
    CPPUNIT_ASSERT_EQUAL(json("beta"), packages[0]["name"]);
    CPPUNIT_ASSERT_EQUAL(json(), packages[0]["stable"]);
    CPPUNIT_ASSERT_EQUAL(json("1.0b1"), packages[0]["unstable"]);
    CPPUNIT_ASSERT_EQUAL(json("0.1.0"), packages[1]["stable"]);
    CPPUNIT_ASSERT_EQUAL(json("0.1.0-2-g185e630"), packages[1]["unstable"]);
    CPPUNIT_ASSERT_EQUAL(json(1767225607), packages[1]["last_modified"]);
  }

  void verboseIsARealBoolean() {
    IndexClient index;
    index.uploadSdist("flywheel", "0.1.0");
    CPPUNIT_ASSERT(verbose(index)[0].is_object());
    for (const char* word : {"0", "no", "off", "F"}) {
      const auto answer = index.get(std::string("/api/package/?verbose=") + word);
      CPPUNIT_ASSERT(json::parse(answer.body)["packages"][0].is_string());
    }
    const auto bad = index.get("/api/package/?verbose=perhaps");
    CPPUNIT_ASSERT_EQUAL(400, bad.status);
    CPPUNIT_ASSERT(json::parse(bad.body)["message"].get<std::string>().find("perhaps") !=
                   std::string::npos);
    CPPUNIT_ASSERT_EQUAL(json("bad_request"), json::parse(bad.body)["error"]);
  }

  void filesAreNewestFirst() {
    IndexClient index;
    for (const char* version : {"0.2.0", "0.10.0", "0.9.0rc1"})
      index.uploadSdist("flywheel", version);
    index.uploadWheel("flywheel", "0.10.0");
    const auto found = json::parse(index.get("/api/package/flywheel").body);
    std::vector<std::string> names;
    for (const auto& package : found["packages"]) names.push_back(package["filename"]);
    const std::vector<std::string> wanted{"flywheel-0.10.0-py3-none-any.whl",
                                          "flywheel-0.10.0.tar.gz", "flywheel-0.9.0rc1.tar.gz",
                                          "flywheel-0.2.0.tar.gz"};
    CPPUNIT_ASSERT(wanted == names);
    CPPUNIT_ASSERT_EQUAL(index.get("/api/package/flywheel").body,
                         index.get("/api/package/flywheel/").body);
  }

  void writeTellsTheCallersRight() {
    IndexClient index;
    index.uploadSdist("flywheel", "0.1.0");
    CPPUNIT_ASSERT_EQUAL(json(true),
                         json::parse(index.get("/api/package/flywheel/").body)["write"]);
    index.gate = without(sdk::Verb::Write);
    CPPUNIT_ASSERT_EQUAL(json(false),
                         json::parse(index.get("/api/package/flywheel/").body)["write"]);
  }

  void anUnknownProjectHasNoFiles() {
    IndexClient index;
    const auto answer = index.get("/api/package/nothing/");
    CPPUNIT_ASSERT_EQUAL(200, answer.status);
    CPPUNIT_ASSERT_EQUAL(std::string(R"({"packages":[],"write":true})"), answer.body);
  }

  void deletingTheLastFileEndsTheProject() {
    IndexClient index;
    index.uploadSdist("flywheel", "0.1.0");
    const auto gone = index.send({"DELETE", "/api/package/Flywheel/flywheel-0.1.0.tar.gz"});
    CPPUNIT_ASSERT_EQUAL(200, gone.status);
    CPPUNIT_ASSERT_EQUAL(std::string(), gone.body);
    CPPUNIT_ASSERT_EQUAL(std::string(R"({"packages":[]})"), index.get("/api/package/").body);
    CPPUNIT_ASSERT_EQUAL(404, index.get("/api/package/flywheel/flywheel-0.1.0.tar.gz").status);
    CPPUNIT_ASSERT(index.journal().blobs().empty());
  }

  void deletingRecomputesTheSummary() {
    IndexClient index;
    index.uploadSdist("flywheel", "0.1.0");
    index.host.clock().advance(std::chrono::seconds(7));
    index.uploadSdist("FlyWheel", "0.2.0");
    index.send({"DELETE", "/api/package/flywheel/FlyWheel-0.2.0.tar.gz"});
    const auto packages = verbose(index);
    CPPUNIT_ASSERT_EQUAL(json("0.1.0"), packages[0]["stable"]);
    CPPUNIT_ASSERT_EQUAL(json(1767225600), packages[0]["last_modified"]);
    CPPUNIT_ASSERT(index.get("/simple/").contains(">flywheel<"));
  }

  void deletingTheUnknownIsNotFound() {
    IndexClient index;
    index.uploadSdist("flywheel", "0.1.0");
    for (const char* target :
         {"/api/package/flywheel/flywheel-9.tar.gz", "/api/package/no/x.whl"}) {
      CPPUNIT_ASSERT_EQUAL(404, index.send({"DELETE", target}).status);
    }
    const std::string long400(400, 'x');
    CPPUNIT_ASSERT_EQUAL(404, index.send({"DELETE", "/api/package/flywheel/" + long400}).status);
    CPPUNIT_ASSERT_EQUAL(404, index.get("/api/package/flywheel/" + long400).status);
    CPPUNIT_ASSERT_EQUAL(404, index.get("/api/package/flywheel/x%00y").status);
  }

  void statusOutlivesTheLastFile() {
    IndexClient index;
    index.uploadSdist("flywheel", "0.1.0");
    status(index, "archived");
    index.send({"DELETE", "/api/package/flywheel/flywheel-0.1.0.tar.gz"});
    CPPUNIT_ASSERT_EQUAL(200, index.get("/simple/flywheel/").status);
    CPPUNIT_ASSERT_EQUAL(403, index.uploadSdist("flywheel", "0.2.0").status);
    CPPUNIT_ASSERT_EQUAL(json(), verbose(index)[0]["unstable"]);
    status(index, "active");
    CPPUNIT_ASSERT_EQUAL(404, index.get("/simple/flywheel/").status);
  }

  void yankIsPerVersion() {
    IndexClient index;
    index.uploadSdist("flywheel", "0.1.0");
    index.uploadWheel("flywheel", "0.1.0");
    index.uploadSdist("flywheel", "0.2.0");
    const auto answer = yank(index, "0.1", "broken");
    CPPUNIT_ASSERT_EQUAL(200, answer.status);
    CPPUNIT_ASSERT_EQUAL(json(true), json::parse(answer.body)["yanked"]);
    const auto urls = json::parse(index.get("/pypi/flywheel/0.1.0/json").body)["urls"];
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, urls.size());
    for (const auto& file : urls) CPPUNIT_ASSERT_EQUAL(json("broken"), file["yanked_reason"]);
    CPPUNIT_ASSERT(!index.get("/pypi/flywheel/0.2.0/json").contains("broken"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, index.host.logger().count("pypi.version.yanked"));
    CPPUNIT_ASSERT_EQUAL(200, index.send({"DELETE", "/api/package/flywheel/0.1.0/yank"}).status);
    CPPUNIT_ASSERT(!index.get("/simple/flywheel/").contains("yanked"));
  }

  void yankCoversFilesToCome() {
    IndexClient index;
    index.uploadSdist("flywheel", "0.1.0");
    yank(index, "0.1.0", "");
    index.uploadWheel("flywheel", "0.1.0");
    const auto page =
        json::parse(index.get("/simple/flywheel/", {{"Accept", "application/json"}}).body);
    for (const auto& file : page["files"]) {
      CPPUNIT_ASSERT_EQUAL(json(true), file["yanked"]);
    }
    CPPUNIT_ASSERT(index.get("/simple/flywheel/").contains("data-yanked=\"\""));
  }

  void yankGoesWithItsVersion() {
    IndexClient index;
    index.uploadSdist("flywheel", "0.1.0");
    index.uploadSdist("flywheel", "0.2.0");
    yank(index, "0.1.0", "broken");
    index.send({"DELETE", "/api/package/flywheel/flywheel-0.1.0.tar.gz"});
    index.uploadSdist("flywheel", "0.1.0");
    CPPUNIT_ASSERT(!index.get("/simple/flywheel/").contains("yanked"));
  }

  void yankIsIdempotent() {
    IndexClient index;
    index.uploadSdist("flywheel", "0.1.0");
    yank(index, "0.1.0", "broken");
    const auto head = index.journal().head();
    CPPUNIT_ASSERT_EQUAL(200, yank(index, "v0.1", "broken").status);
    CPPUNIT_ASSERT_EQUAL(head, index.journal().head());
    yank(index, "0.1.0", "badly broken");
    CPPUNIT_ASSERT(index.get("/simple/flywheel/").contains("badly"));
    index.send({"DELETE", "/api/package/flywheel/0.1.0/yank"});
    CPPUNIT_ASSERT_EQUAL(200, index.send({"DELETE", "/api/package/flywheel/0.1.0/yank"}).status);
  }

  void yankOfUnknownVersionsIsNotFound() {
    IndexClient index;
    index.uploadSdist("flywheel", "0.1.0");
    const auto answer = yank(index, "0.2.0", "");
    CPPUNIT_ASSERT_EQUAL(404, answer.status);
    CPPUNIT_ASSERT(answer.contains("0.2.0"));
    CPPUNIT_ASSERT_EQUAL(404, index.send({"DELETE", "/api/package/flywheel/9/yank"}).status);
    CPPUNIT_ASSERT_EQUAL(404, index.send({"PUT", "/api/package/nothing/1/yank"}).status);
  }

  void statusNeedsAKnownWord() {
    IndexClient index;
    index.uploadSdist("flywheel", "0.1.0");
    CPPUNIT_ASSERT_EQUAL(400, status(index, "retired").status);
    CPPUNIT_ASSERT_EQUAL(400, index.send({"PUT", "/api/package/flywheel/status"}).status);
    CPPUNIT_ASSERT_EQUAL(404, index.send({"PUT", "/api/package/no/status?status=archived"}).status);
    CPPUNIT_ASSERT_EQUAL(
        200, index.send({"PUT", "/api/package/flywheel/status?status=archived"}).status);
    CPPUNIT_ASSERT_EQUAL(json("archived"),
                         json::parse(index.get("/api/package/flywheel/").body)["status"]);
  }

  void quarantineIsForAdministrators() {
    IndexClient index;
    index.uploadSdist("flywheel", "0.1.0");
    index.gate = without(sdk::Verb::Admin);
    CPPUNIT_ASSERT_EQUAL(403, status(index, "quarantined").status);
    CPPUNIT_ASSERT_EQUAL(200, status(index, "archived").status);
    index.gate = nullptr;
    CPPUNIT_ASSERT_EQUAL(200, status(index, "quarantined").status);
    index.gate = without(sdk::Verb::Admin);
    CPPUNIT_ASSERT_EQUAL(403, status(index, "active").status);
    CPPUNIT_ASSERT(index.get("/simple/flywheel/").contains("quarantined"));
  }

  void tooLongReasonsAreRefused() {
    IndexClient index;
    index.uploadSdist("flywheel", "0.1.0");
    CPPUNIT_ASSERT_EQUAL(200, yank(index, "0.1.0", std::string(1000, 'r')).status);
    CPPUNIT_ASSERT_EQUAL(400, yank(index, "0.1.0", std::string(1001, 'r')).status);
  }

  void addressesAreUnderBaseAndMount() {
    IndexClient index;
    index.base = "https://packages.example.org/prefix";
    index.mount = "/prefix/team/";
    index.uploadWheel("flywheel", "1!1.0+l");
    const auto found = json::parse(index.get("/api/package/flywheel/").body);
    CPPUNIT_ASSERT_EQUAL(json("https://packages.example.org/prefix/team/api/package/flywheel/"
                              "flywheel-1%211.0%2Bl-py3-none-any.whl"),
                         found["packages"][0]["url"]);
  }

  void summaryByAddingEqualsSummaryFromScratch() {
    const std::vector<std::string> versions{"0.1",   "1.0",  "0.9",       "1.0.0",
                                            "1.1b1", "junk", "0.1-2-gabc"};
    larder::pypi::ProjectRecord added;
    std::vector<larder::pypi::ProjectFile> files;
    for (std::size_t i = 0; i < versions.size(); ++i) {
      larder::pypi::FileRecord file;
      file.name = "Name" + std::to_string(i);
      file.version = versions[i];
      file.filename = "tool-" + versions[i] + ".tar.gz";
      file.summary = "About " + versions[i];
      file.uploaded = static_cast<std::int64_t>(i);
      larder::pypi::addToSummary(added, file);
      files.insert(files.begin(), {file, larder::pypi::AnyVersion(file.version), std::nullopt});
      larder::pypi::ProjectRecord scratch;
      larder::pypi::recomputeSummary(scratch, files);
      CPPUNIT_ASSERT_EQUAL(larder::pypi::toJson(scratch), larder::pypi::toJson(added));
    }
    CPPUNIT_ASSERT_EQUAL(std::string("1.0"), *added.stable);
    CPPUNIT_ASSERT_EQUAL(std::string("1.1b1"), added.unstable);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PackageApiTest);

}  // namespace
