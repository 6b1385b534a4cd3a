#include <nlohmann/json.hpp>

#include "index_client.h"
#include "make_archives.h"
#include "tests/support/test.h"

namespace {

using larder::pypi::test::IndexClient;
using larder::pypi::test::makeSdist;
using larder::pypi::test::makeWheel;
using larder::pypi::test::metadataText;
using nlohmann::json;

class ProjectJsonTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(ProjectJsonTest);
  CPPUNIT_TEST(allKeysOfPypiAreThere);
  CPPUNIT_TEST(infoComesFromTheMetadata);
  CPPUNIT_TEST(aReleaseHasNoReleases);
  CPPUNIT_TEST(latestIsNotYankedNotPreThenHighest);
  CPPUNIT_TEST(versionsAreFoundInAnySpelling);
  CPPUNIT_TEST(filesWithoutMetadataStillSpeak);
  CPPUNIT_TEST(theUnknownIsNotFound);
  CPPUNIT_TEST(missingMetadataIsOurFault);
  CPPUNIT_TEST_SUITE_END();

  static json read(IndexClient& index, const std::string& target) {
    const auto answer = index.get(target);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
    return json::parse(answer.body);
  }

 public:
  void allKeysOfPypiAreThere() {
    IndexClient index;
    index.uploadWheel("flywheel", "0.1.0");
    const auto document = read(index, "/pypi/flywheel/json");
    for (const char* key :
         {"info", "releases", "urls", "vulnerabilities", "last_serial", "ownership"}) {
      CPPUNIT_ASSERT_MESSAGE(key, document.contains(key));
    }
    for (const char* key : {"name",
                            "version",
                            "summary",
                            "description",
                            "description_content_type",
                            "keywords",
                            "license",
                            "license_expression",
                            "license_files",
                            "classifiers",
                            "author",
                            "author_email",
                            "maintainer",
                            "maintainer_email",
                            "requires_python",
                            "platform",
                            "home_page",
                            "download_url",
                            "project_url",
                            "package_url",
                            "release_url",
                            "project_urls",
                            "requires_dist",
                            "provides_extra",
                            "dynamic",
                            "docs_url",
                            "bugtrack_url",
                            "downloads",
                            "yanked",
                            "yanked_reason"}) {
      CPPUNIT_ASSERT_MESSAGE(key, document["info"].contains(key));
    }
    for (const char* key :
         {"filename", "packagetype", "python_version", "size", "url", "md5_digest", "digests",
          "upload_time", "upload_time_iso_8601", "requires_python", "yanked", "yanked_reason",
          "comment_text", "has_sig", "downloads", "core-metadata"}) {
      CPPUNIT_ASSERT_MESSAGE(key, document["urls"][0].contains(key));
    }
    CPPUNIT_ASSERT_EQUAL(json("bdist_wheel"), document["urls"][0]["packagetype"]);
    CPPUNIT_ASSERT_EQUAL(json("py3"), document["urls"][0]["python_version"]);
    CPPUNIT_ASSERT_EQUAL(json("2026-01-01T00:00:00"), document["urls"][0]["upload_time"]);
    CPPUNIT_ASSERT_EQUAL(document["urls"], document["releases"]["0.1.0"]);
    CPPUNIT_ASSERT(document["urls"][0]["url"].get<std::string>().starts_with(
        "http://packages.example.org/files/flywheel/"));
  }

  void infoComesFromTheMetadata() {
    IndexClient index;
    index.upload(
        "flywheel-0.1.0-py3-none-any.whl",
        makeWheel("flywheel-0.1.0",
                  metadataText("flywheel", "0.1.0",
                               "Summary: Turns\nAuthor: Ann\nLicense-Expression: MIT\n"
                               "Classifier: Topic :: A\nClassifier: Topic :: B\n"
                               "Requires-Dist: axle>=1\nProvides-Extra: fast\n"
                               "Project-URL: Docs, https://docs.example.org\n"
                               "Description-Content-Type: text/markdown\n\n# Flywheel\n")));
    const auto info = read(index, "/pypi/flywheel/json")["info"];
    CPPUNIT_ASSERT_EQUAL(json("Turns"), info["summary"]);
    CPPUNIT_ASSERT_EQUAL(json("Ann"), info["author"]);
    CPPUNIT_ASSERT_EQUAL(json("MIT"), info["license_expression"]);
    CPPUNIT_ASSERT_EQUAL(json({"Topic :: A", "Topic :: B"}), info["classifiers"]);
    CPPUNIT_ASSERT_EQUAL(json::array({"axle>=1"}), info["requires_dist"]);
    CPPUNIT_ASSERT_EQUAL(json("https://docs.example.org"), info["project_urls"]["Docs"]);
    CPPUNIT_ASSERT_EQUAL(json("text/markdown"), info["description_content_type"]);
    CPPUNIT_ASSERT(info["description"].get<std::string>().starts_with("# Flywheel"));
  }

  void aReleaseHasNoReleases() {
    IndexClient index;
    index.uploadWheel("flywheel", "0.1.0");
    CPPUNIT_ASSERT(!read(index, "/pypi/flywheel/0.1.0/json").contains("releases"));
  }

  void latestIsNotYankedNotPreThenHighest() {
    IndexClient index;
    for (const char* version : {"0.1", "0.2", "0.3", "0.4a1"})
      index.uploadSdist("flywheel", version);
    const auto latest = [&] { return read(index, "/pypi/flywheel/json")["info"]["version"]; };
    CPPUNIT_ASSERT_EQUAL(json("0.3"), latest());
    index.send({"PUT", "/api/package/flywheel/0.3/yank"});
    CPPUNIT_ASSERT_EQUAL(json("0.2"), latest());
    index.send({"PUT", "/api/package/flywheel/0.2/yank"});
    index.send({"PUT", "/api/package/flywheel/0.1/yank"});
    CPPUNIT_ASSERT_EQUAL(json("0.4a1"), latest());
    index.send({"PUT", "/api/package/flywheel/0.4a1/yank"});
    CPPUNIT_ASSERT_EQUAL(json("0.3"), latest());
    CPPUNIT_ASSERT_EQUAL(json(true), read(index, "/pypi/flywheel/json")["info"]["yanked"]);
  }

  void versionsAreFoundInAnySpelling() {
    IndexClient index;
    index.uploadSdist("flywheel", "1.0");
    const auto wanted = read(index, "/pypi/flywheel/1.0/json");
    for (const char* spelling : {"1", "v1.0.0", "1.0.0.0"}) {
      CPPUNIT_ASSERT_EQUAL(
          wanted.dump(), read(index, std::string("/pypi/Flywheel/") + spelling + "/json/").dump());
    }
  }

  void filesWithoutMetadataStillSpeak() {
    IndexClient index;
    index.upload("flywheel-1.0.tar.gz", makeSdist("flywheel-1.0", ""), "flywheel", "1.0",
                 {{"summary", "Turns"}});
    const auto info = read(index, "/pypi/flywheel/json")["info"];
    CPPUNIT_ASSERT_EQUAL(json("Turns"), info["summary"]);
    CPPUNIT_ASSERT_EQUAL(json("1.0"), info["version"]);
  }

  void theUnknownIsNotFound() {
    IndexClient index;
    const auto nothing = index.get("/pypi/nothing/json");
    CPPUNIT_ASSERT_EQUAL(404, nothing.status);
    CPPUNIT_ASSERT_EQUAL(json("not_found"), json::parse(nothing.body)["error"]);
    index.uploadSdist("flywheel", "1.0");
    CPPUNIT_ASSERT_EQUAL(404, index.get("/pypi/flywheel/2.0/json").status);
  }

  void missingMetadataIsOurFault() {
    IndexClient index;
    index.uploadWheel("flywheel", "0.1.0");
    index.host.faults().on(larder::test::Op::Open, 1, {.error = larder::sdk::Errc::NotFound});
    CPPUNIT_ASSERT_EQUAL(500, index.get("/pypi/flywheel/json").status);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ProjectJsonTest);

}  // namespace
