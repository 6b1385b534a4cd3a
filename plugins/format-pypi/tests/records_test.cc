#include "records.h"

#include <array>
#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "distribution_filename.h"
#include "index_client.h"
#include "make_archives.h"
#include "project_name.h"
#include "record_index.h"
#include "tests/support/test.h"

namespace {

namespace sdk = larder::sdk;
using larder::pypi::FileRecord;
using larder::pypi::indexRecord;
using larder::pypi::test::IndexClient;

FileRecord sample() {
  FileRecord file;
  file.project = "flywheel";
  file.name = "Flywheel";
  file.version = "0.1.0";
  file.filename = "flywheel-0.1.0.tar.gz";
  file.packageType = "sdist";
  file.pythonVersion = "source";
  file.content = {"blobs/sha256/aa/aa", "aa", 7};
  file.metadata = larder::pypi::StoredBlob{"blobs/sha256/bb/bb", "bb", 3};
  file.uploaded = 1767225600'000001;
  file.requiresPython = ">=3.8";
  return file;
}

class RecordsTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(RecordsTest);
  CPPUNIT_TEST(recordsComeBackAsTheyWere);
  CPPUNIT_TEST(aFileAccountsForItsBlobs);
  CPPUNIT_TEST(foreignRecordsAreCorrupt);
  CPPUNIT_TEST(invalidTextDoesNotBreakARecord);
  CPPUNIT_TEST(theLongestNamesMakeAKey);
  CPPUNIT_TEST(parallelUploadsAllArrive);
  CPPUNIT_TEST(ofParallelDifferentContentsOneWins);
  CPPUNIT_TEST(readersNeverSeeATornPage);
  CPPUNIT_TEST_SUITE_END();

 public:
  void recordsComeBackAsTheyWere() {
    const auto text = toJson(sample());
    const auto back = larder::pypi::parseFile(text);
    LARDER_ASSERT_OK(back);
    CPPUNIT_ASSERT_EQUAL(text, toJson(*back));
    larder::pypi::ProjectRecord project;
    project.name = "Flywheel";
    project.status = larder::pypi::Status::Quarantined;
    project.reason = "malware";
    project.stable = "0.1.0";
    project.unstable = "0.2.0a1";
    const auto again = larder::pypi::parseProject(toJson(project));
    LARDER_ASSERT_OK(again);
    CPPUNIT_ASSERT_EQUAL(toJson(project), toJson(*again));
  }

  void aFileAccountsForItsBlobs() {
    const auto indexed =
        indexRecord("projects", "f/flywheel/flywheel-0.1.0.tar.gz", toJson(sample()));
    LARDER_ASSERT_OK(indexed);
    CPPUNIT_ASSERT(indexed->entries.empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, indexed->blobs.size());
    CPPUNIT_ASSERT_EQUAL(std::string("flywheel 0.1.0: flywheel-0.1.0.tar.gz"),
                         indexed->blobs[0].label);
    CPPUNIT_ASSERT_EQUAL(std::string("bb"), indexed->blobs[1].sha256);
  }

  void foreignRecordsAreCorrupt() {
    const auto file = toJson(sample());
    const std::vector<std::array<std::string, 3>> foreign{
        {"other", "f/flywheel/flywheel-0.1.0.tar.gz", file},
        {"projects", "f/flywheel/other.tar.gz", file},
        {"projects", "f/other/flywheel-0.1.0.tar.gz", file},
        {"projects", "x/flywheel", "{}"},
        {"projects", "p/flywheel", "{}"},
        {"projects", "p/flywheel", "not json"},
        {"projects", "y/flywheel/1", "[]"},
        {"projects", "t/flywheel/x", R"({"filename":"x","sha256":7,"deleted":1})"},
        {"projects", "i/flywheel/x", R"({"filename":7})"},
        {"projects", "f/flywheel/flywheel-0.1.0.tar.gz", "null"},
        {"projects", "p/flywheel",
         R"({"name":"f","status":"odd","files":1,"unstable":"1","last_modified":1,"serial":1})"},
    };
    for (const auto& [journal, key, value] : foreign) {
      CPPUNIT_ASSERT_MESSAGE(key, indexRecord(journal, key, value).is(sdk::Errc::Corrupt));
    }
  }

  void invalidTextDoesNotBreakARecord() {
    auto file = sample();
    file.summary = "\xFF\xC3";
    LARDER_ASSERT_OK(larder::pypi::parseFile(toJson(file)));
  }

  void theLongestNamesMakeAKey() {
    const std::string project(larder::pypi::kMaxProjectName, 'p');
    const std::string filename(larder::pypi::kMaxFilename, 'f');
    CPPUNIT_ASSERT(larder::pypi::isKey(larder::pypi::fileKey(project, filename)));
    CPPUNIT_ASSERT(larder::pypi::isKey(larder::pypi::tombstoneKey(project, filename)));
    CPPUNIT_ASSERT(larder::pypi::isKey(larder::pypi::yankKey(project, std::string(128, 'v'))));
    CPPUNIT_ASSERT(!larder::pypi::isKey(std::string("a\0b", 3)));
    CPPUNIT_ASSERT(!larder::pypi::isKey(""));
  }

  void parallelUploadsAllArrive() {
    IndexClient index;
    std::vector<std::jthread> threads;
    std::atomic<int> fine = 0;
    for (int i = 0; i < 50; ++i) {
      threads.emplace_back([&, i] {
        const std::string version = "1." + std::to_string(i / 2);  // Each file twice.
        if (index.uploadSdist("tool", version).status == 200) ++fine;
      });
    }
    threads.clear();
    CPPUNIT_ASSERT_EQUAL(50, fine.load());
    const auto list = nlohmann::json::parse(index.get("/api/package/tool/").body)["packages"];
    CPPUNIT_ASSERT_EQUAL(std::size_t{25}, list.size());
    CPPUNIT_ASSERT_EQUAL(std::string("1.24"), list[0]["version"].get<std::string>());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{25}, index.journal().head());
  }

  void ofParallelDifferentContentsOneWins() {
    IndexClient index;
    index.gate = [](sdk::Verb verb, std::string_view) -> sdk::Result<void> {
      if (verb == sdk::Verb::Replace) return sdk::Error(sdk::Errc::Forbidden, "no");
      return {};
    };
    std::vector<std::jthread> threads;
    std::atomic<int> fine = 0;
    std::atomic<int> conflicts = 0;
    for (int i = 0; i < 20; ++i) {
      threads.emplace_back([&, i] {
        const int status = index.uploadSdist("tool", "1.0", std::to_string(i)).status;
        fine += status == 200 ? 1 : 0;
        conflicts += status == 409 ? 1 : 0;
      });
    }
    threads.clear();
    CPPUNIT_ASSERT_EQUAL(1, fine.load());
    CPPUNIT_ASSERT_EQUAL(19, conflicts.load());
  }

  // Every page must be one that existed: yanked and un-yanked files never stand side by side.
  void readersNeverSeeATornPage() {
    IndexClient index;
    for (const char* version : {"1.0", "1.0.post1", "1.0.post2"})
      index.uploadSdist("tool", version);
    index.uploadWheel("tool", "1.0");
    std::atomic<bool> done = false;
    std::jthread writer([&] {
      for (int i = 0; i < 200; ++i) {
        index.send({i % 2 == 0 ? "PUT" : "DELETE", "/api/package/tool/1.0/yank"});
      }
      done = true;
    });
    int torn = 0;
    do {
      const auto page =
          nlohmann::json::parse(index.get("/simple/tool/", {{"Accept", "application/json"}}).body);
      torn += page["files"].size() == 4 && page["files"][0]["yanked"] == page["files"][1]["yanked"]
                  ? 0
                  : 1;
    } while (!done);
    CPPUNIT_ASSERT_EQUAL(0, torn);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RecordsTest);

}  // namespace
