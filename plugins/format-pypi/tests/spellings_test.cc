#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "index_client.h"
#include "make_archives.h"
#include "tests/support/test.h"

namespace {

using larder::pypi::test::Answer;
using larder::pypi::test::IndexClient;
using larder::pypi::test::makeSdist;
using larder::pypi::test::makeWheel;
using larder::pypi::test::metadataText;
using nlohmann::json;
namespace sdk = larder::sdk;

const std::string kWheel = "pkgx-1.0-py3-none-any.whl";

std::string bytes(const std::string& payload) {
  return makeWheel("pkgx-1.0", metadataText("pkgx", "1.0"), payload);
}

/// One distribution has one published file, however its name is spelled.
class SpellingsTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(SpellingsTest);
  CPPUNIT_TEST(otherBytesUnderAnotherSpellingConflict);
  CPPUNIT_TEST(theSameBytesUnderAnotherSpellingConflictToo);
  CPPUNIT_TEST(sdistsHaveOneSpellingToo);
  CPPUNIT_TEST(otherTagsAndBuildsAreOtherFiles);
  CPPUNIT_TEST(anotherSpellingReplacesTheOldOneForWhoMayReplace);
  CPPUNIT_TEST(tombstonesHoldForEverySpelling);
  CPPUNIT_TEST(aDeletedSpellingIsFreeWithoutTombstones);
  CPPUNIT_TEST(ofParallelSpellingsOneWins);
  CPPUNIT_TEST(recordsOfOlderServersStillCount);
  CPPUNIT_TEST(withoutTheRightToReadNothingIsShown);
  CPPUNIT_TEST_SUITE_END();

  static void forbid(IndexClient& index, std::vector<sdk::Verb> verbs) {
    index.gate = [verbs](sdk::Verb verb, std::string_view) -> sdk::Result<void> {
      if (std::find(verbs.begin(), verbs.end(), verb) == verbs.end()) return {};
      return sdk::Error(sdk::Errc::Forbidden, "no");
    };
  }

  static json files(IndexClient& index) {
    return json::parse(index.get("/api/package/pkgx/").body)["packages"];
  }

 public:
  void otherBytesUnderAnotherSpellingConflict() {
    IndexClient index;
    forbid(index, {sdk::Verb::Replace});
    CPPUNIT_ASSERT_EQUAL(200, index.upload(kWheel, bytes("1")).status);
    const auto head = index.journal().head();
    for (const std::string name :
         {"pkgx-1.0.0-py3-none-any.whl", "PKGX-1.0-py3-none-any.whl", "pkgx-1-py3-none-any.whl",
          "pkgx-v1.0-py3-none-any.whl", "pkgx-1.0-PY3-none-any.whl"}) {
      const auto answer = index.upload(name, bytes("2"));
      CPPUNIT_ASSERT_EQUAL_MESSAGE(name, 409, answer.status);
      CPPUNIT_ASSERT_MESSAGE(answer.body, answer.contains("File already exists: " + name));
      CPPUNIT_ASSERT_MESSAGE(answer.body, answer.contains(kWheel));
    }
    CPPUNIT_ASSERT_EQUAL(head, index.journal().head());
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, index.journal().blobs().size());
  }

  void theSameBytesUnderAnotherSpellingConflictToo() {
    IndexClient index;
    forbid(index, {sdk::Verb::Replace});
    index.upload(kWheel, bytes("1"));
    const auto answer = index.upload("PKGX-1.0.0-py3-none-any.whl", bytes("1"));
    CPPUNIT_ASSERT_EQUAL(409, answer.status);
    CPPUNIT_ASSERT_MESSAGE(answer.body, answer.contains("same content"));
    CPPUNIT_ASSERT_EQUAL(200, index.upload(kWheel, bytes("1")).status);
  }

  void sdistsHaveOneSpellingToo() {
    IndexClient index;
    forbid(index, {sdk::Verb::Replace});
    const auto sdist = [](const std::string& payload) {
      return makeSdist("pkgx-1.0", metadataText("pkgx", "1.0"), payload);
    };
    CPPUNIT_ASSERT_EQUAL(200, index.upload("pkgx-1.0.tar.gz", sdist("1")).status);
    CPPUNIT_ASSERT_EQUAL(409, index.upload("PkgX-1.0.0.tar.gz", sdist("2")).status);
    CPPUNIT_ASSERT_EQUAL(409, index.upload("pkgx-1.0.tgz", sdist("2")).status);
    CPPUNIT_ASSERT_EQUAL(200, index.upload(kWheel, bytes("1")).status);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, files(index).size());
  }

  void otherTagsAndBuildsAreOtherFiles() {
    IndexClient index;
    forbid(index, {sdk::Verb::Replace});
    for (const std::string& name : {kWheel, std::string("pkgx-1.0-1-py3-none-any.whl"),
                                    std::string("pkgx-1.0-py2.py3-none-any.whl"),
                                    std::string("pkgx-1.0-cp39-abi3-any.whl")}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(name, 200, index.upload(name, bytes(name)).status);
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, files(index).size());
  }

  void anotherSpellingReplacesTheOldOneForWhoMayReplace() {
    IndexClient index;
    index.upload(kWheel, bytes("1"));
    const std::string other = "PKGX-1.0.0-py3-none-any.whl";
    CPPUNIT_ASSERT_EQUAL(200, index.upload(other, bytes("2")).status);
    const auto left = files(index);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, left.size());
    CPPUNIT_ASSERT_EQUAL(json(other), left[0]["filename"]);
    CPPUNIT_ASSERT_EQUAL(404, index.get("/api/package/pkgx/" + kWheel).status);
    const auto events = index.host.logger().events("pypi.file.published");
    CPPUNIT_ASSERT_EQUAL(kWheel, events.back().fields.at("replaced"));
    // The same bytes once more under the first name: a name is a part of what is replaced.
    CPPUNIT_ASSERT_EQUAL(200, index.upload(kWheel, bytes("2")).status);
    CPPUNIT_ASSERT_EQUAL(json(kWheel), files(index)[0]["filename"]);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, files(index).size());
    CPPUNIT_ASSERT_EQUAL(200, index.send({"DELETE", "/api/package/pkgx/" + kWheel}).status);
    CPPUNIT_ASSERT_EQUAL(404, index.get("/simple/pkgx/").status);
  }

  void tombstonesHoldForEverySpelling() {
    IndexClient index(true);
    index.upload(kWheel, bytes("1"));
    index.send({"DELETE", "/api/package/pkgx/" + kWheel});
    const std::string other = "pkgx-1.0.0-py3-none-any.whl";
    const auto answer = index.upload(other, bytes("2"));
    CPPUNIT_ASSERT_EQUAL(409, answer.status);
    CPPUNIT_ASSERT_MESSAGE(answer.body, answer.contains(kWheel) && answer.contains("was deleted"));
    CPPUNIT_ASSERT_EQUAL(200, index.upload(other, bytes("1")).status);
    index.send({"DELETE", "/api/package/pkgx/" + other});
    CPPUNIT_ASSERT_EQUAL(409, index.upload(kWheel, bytes("2")).status);
  }

  void aDeletedSpellingIsFreeWithoutTombstones() {
    IndexClient index;
    forbid(index, {sdk::Verb::Replace});
    index.upload(kWheel, bytes("1"));
    index.send({"DELETE", "/api/package/pkgx/" + kWheel});
    CPPUNIT_ASSERT_EQUAL(200, index.upload("PKGX-1.0-py3-none-any.whl", bytes("2")).status);
    CPPUNIT_ASSERT_EQUAL(409, index.upload(kWheel, bytes("1")).status);
  }

  void ofParallelSpellingsOneWins() {
    IndexClient index;
    forbid(index, {sdk::Verb::Replace});
    std::atomic<int> fine = 0;
    std::atomic<int> conflicts = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 12; ++i) {
      threads.emplace_back([&, i] {
        std::string version = "1";
        for (int zeros = 0; zeros < i; ++zeros) version += ".0";
        const int status =
            index.upload("pkgx-" + version + "-py3-none-any.whl", bytes(std::to_string(i))).status;
        fine += status == 200 ? 1 : 0;
        conflicts += status == 409 ? 1 : 0;
      });
    }
    threads.clear();
    CPPUNIT_ASSERT_EQUAL(1, fine.load());
    CPPUNIT_ASSERT_EQUAL(11, conflicts.load());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, files(index).size());
  }

  // A file whose identity was never written down: its own name is looked at as well.
  void recordsOfOlderServersStillCount() {
    IndexClient index;
    forbid(index, {sdk::Verb::Replace});
    index.upload(kWheel, bytes("1"));
    const auto forget = [](sdk::Context&,
                           sdk::RecordReader&) -> sdk::Result<std::vector<sdk::Change>> {
      return std::vector<sdk::Change>{{"i/pkgx/1/py3-none-any.whl", std::nullopt}};
    };
    LARDER_ASSERT_OK(index.journal().commit(index.ctx, forget));
    CPPUNIT_ASSERT_EQUAL(409, index.upload(kWheel, bytes("2")).status);
    CPPUNIT_ASSERT_EQUAL(200, index.upload(kWheel, bytes("1")).status);
  }

  void withoutTheRightToReadNothingIsShown() {
    IndexClient index(true);
    const auto first = json::parse(index.upload(kWheel, bytes("1")).body);
    const std::string digest = first["metadata"]["hash_sha256"];
    index.who.user = "bob";
    forbid(index, {sdk::Verb::Read, sdk::Verb::Replace});
    for (const std::string& name : {kWheel, std::string("PKGX-1.0-py3-none-any.whl")}) {
      const auto refused = index.upload(name, bytes("2"));
      CPPUNIT_ASSERT_EQUAL(409, refused.status);
      CPPUNIT_ASSERT_EQUAL(std::string("File already exists\n"), refused.body);
      CPPUNIT_ASSERT_EQUAL(std::string("File already exists"), refused.reason);
    }
    const auto same = json::parse(index.upload(kWheel, bytes("1")).body);
    CPPUNIT_ASSERT_EQUAL(first["url"], same["url"]);
    CPPUNIT_ASSERT(!same.contains("metadata") && !same.contains("last_modified"));
    // What they published themselves they may see.
    const auto own = json::parse(index.upload("pkgx-1.0-2-py3-none-any.whl", bytes("3")).body);
    CPPUNIT_ASSERT_EQUAL(json("bob"), own["metadata"]["uploader"]);
    index.send({"DELETE", "/api/package/pkgx/" + kWheel});
    CPPUNIT_ASSERT_EQUAL(std::string("File already exists\n"),
                         index.upload(kWheel, bytes("2")).body);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SpellingsTest);

}  // namespace
