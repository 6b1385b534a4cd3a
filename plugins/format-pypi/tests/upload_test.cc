#include <nlohmann/json.hpp>

#include "core/content/digests.h"
#include "index_client.h"
#include "make_archives.h"
#include "tests/support/test.h"

namespace {

using larder::pypi::test::Answer;
using larder::pypi::test::IndexClient;
using larder::pypi::test::makeSdist;
using larder::pypi::test::makeWheel;
using larder::pypi::test::metadataText;
using larder::pypi::test::Pairs;
using nlohmann::json;
namespace sdk = larder::sdk;

const std::string kWheel = "flywheel-0.1.0-py3-none-any.whl";

std::string wheelBytes(const std::string& payload = "pass\n") {
  return makeWheel("flywheel-0.1.0",
                   metadataText("flywheel", "0.1.0", "Requires-Python: >=3.8\nSummary: Turns\n"),
                   payload);
}

class UploadTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(UploadTest);
  CPPUNIT_TEST(aFileIsPublishedAndListed);
  CPPUNIT_TEST(everyUploadAddressTakesTheForm);
  CPPUNIT_TEST(theAnswerIsThePackageOfPypicloud);
  CPPUNIT_TEST(theSeedsSampleNeedsNoMetadata);
  CPPUNIT_TEST(sameBytesAgainChangeNothing);
  CPPUNIT_TEST(otherBytesUnderAPublishedNameConflict);
  CPPUNIT_TEST(otherBytesReplaceForWhoMayReplace);
  CPPUNIT_TEST(aDeletedNameIsFreeWithoutTombstones);
  CPPUNIT_TEST(aDeletedNameIsReservedWithTombstones);
  CPPUNIT_TEST(wrongDigestsAreRefusedWithBothValues);
  CPPUNIT_TEST(rightDigestsInCapitalsAreAccepted);
  CPPUNIT_TEST(contradictingFormsAreRefusedWithBothValues);
  CPPUNIT_TEST(otherSpellingsAreNoContradiction);
  CPPUNIT_TEST(fileNameAndFormMustAgreeWithoutMetadata);
  CPPUNIT_TEST(malformedFormsAreRefused);
  CPPUNIT_TEST(twoContentsOfAnyKindAreRefused);
  CPPUNIT_TEST(longTextsAreNotSentBack);
  CPPUNIT_TEST(requiresPythonMustBeReadable);
  CPPUNIT_TEST(unknownFileTypesAreRefused);
  CPPUNIT_TEST(archivedAndQuarantinedProjectsTakeNothing);
  CPPUNIT_TEST(oddVersionsAreAccepted);
  CPPUNIT_TEST(nothingIsStoredForARefusedUpload);
  CPPUNIT_TEST(aFailingStorageIsNoClientError);
  CPPUNIT_TEST(metadataIsKeptByteForByte);
  CPPUNIT_TEST_SUITE_END();

  Answer upload(IndexClient& index, const std::string& bytes, const Pairs& more = {}) {
    return index.upload(kWheel, bytes, "flywheel", "0.1.0", more);
  }

 public:
  void aFileIsPublishedAndListed() {
    IndexClient index;
    CPPUNIT_ASSERT_EQUAL(200, upload(index, wheelBytes()).status);
    CPPUNIT_ASSERT(index.get("/simple/flywheel/").contains(">" + kWheel + "</a>"));
    CPPUNIT_ASSERT(index.get("/simple/").contains("/simple/flywheel/"));
    const auto events = index.host.logger().events("pypi.file.published");
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, events.size());
    CPPUNIT_ASSERT_EQUAL(std::string("alice"), events[0].fields.at("user"));
  }

  void everyUploadAddressTakesTheForm() {
    for (const std::string address :
         {"/", "/simple", "/simple/", "/pypi/", "/legacy", "/legacy/"}) {
      IndexClient index;
      const auto answer =
          index.send({"POST", address, {}, {{":action", "file_upload"}}, {{kWheel, wheelBytes()}}});
      CPPUNIT_ASSERT_EQUAL_MESSAGE(address, 200, answer.status);
      CPPUNIT_ASSERT_EQUAL(200, index.get("/simple/flywheel/").status);
    }
  }

  void theAnswerIsThePackageOfPypicloud() {
    IndexClient index;
    const auto answer = upload(index, wheelBytes());
    CPPUNIT_ASSERT_EQUAL(std::string("application/json"), answer.type);
    const auto package = json::parse(answer.body);
    CPPUNIT_ASSERT_EQUAL(json("flywheel"), package["name"]);
    CPPUNIT_ASSERT_EQUAL(json(kWheel), package["filename"]);
    CPPUNIT_ASSERT_EQUAL(json("0.1.0"), package["version"]);
    CPPUNIT_ASSERT_EQUAL(json("Turns"), package["summary"]);
    CPPUNIT_ASSERT_EQUAL(json(1767225600), package["last_modified"]);
    CPPUNIT_ASSERT_EQUAL(json("http://packages.example.org/api/package/flywheel/" + kWheel),
                         package["url"]);
    CPPUNIT_ASSERT_EQUAL(json(">=3.8"), package["metadata"]["requires_python"]);
    CPPUNIT_ASSERT_EQUAL(json("alice"), package["metadata"]["uploader"]);
  }

  void theSeedsSampleNeedsNoMetadata() {
    IndexClient index;
    const std::string name = "flywheel-0.1.0-2-g185e630.tar.gz";
    const std::string bytes = makeSdist("flywheel-0.1.0-2-g185e630", "");
    const auto answer =
        index.send({"POST", "/api/package/flywheel/" + name, {}, {}, {{name, bytes}}});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
    CPPUNIT_ASSERT_EQUAL(json("0.1.0-2-g185e630"), json::parse(answer.body)["version"]);
  }

  void sameBytesAgainChangeNothing() {
    IndexClient index;
    const auto first = upload(index, wheelBytes());
    const auto head = index.journal().head();
    index.host.clock().advance(std::chrono::hours(1));
    index.who.user = "bob";
    const auto again = upload(index, wheelBytes());
    CPPUNIT_ASSERT_EQUAL(200, again.status);
    CPPUNIT_ASSERT_EQUAL(first.body, again.body);
    CPPUNIT_ASSERT_EQUAL(head, index.journal().head());
  }

  void otherBytesUnderAPublishedNameConflict() {
    IndexClient index;
    index.gate = [](sdk::Verb verb, std::string_view) -> sdk::Result<void> {
      if (verb == sdk::Verb::Replace) return sdk::Error(sdk::Errc::Forbidden, "no");
      return {};
    };
    upload(index, wheelBytes());
    const auto head = index.journal().head();
    const auto page = index.get("/simple/flywheel/").body;
    const auto text = upload(index, wheelBytes("other\n"));
    CPPUNIT_ASSERT_EQUAL(409, text.status);
    CPPUNIT_ASSERT(text.reason.find("File already exists") != std::string::npos);
    CPPUNIT_ASSERT(text.contains("File already exists"));
    const auto uv =
        index.send({"POST",
                    "/legacy/",
                    {{"Accept", "application/json;q=0.9, text/plain;q=0.8, text/html;q=0.7"}},
                    {{":action", "file_upload"}},
                    {{kWheel, wheelBytes("other\n")}}});
    CPPUNIT_ASSERT_EQUAL(std::string("application/json"), uv.type);
    const std::string code = json::parse(uv.body)["code"];
    CPPUNIT_ASSERT_EQUAL(std::string("409 File already exists"), code.substr(0, 23));
    CPPUNIT_ASSERT_EQUAL(head, index.journal().head());
    CPPUNIT_ASSERT_EQUAL(page, index.get("/simple/flywheel/").body);
  }

  void otherBytesReplaceForWhoMayReplace() {
    IndexClient index;
    const auto first = json::parse(upload(index, wheelBytes()).body);
    index.host.clock().advance(std::chrono::seconds(5));
    CPPUNIT_ASSERT_EQUAL(200, upload(index, wheelBytes("other\n")).status);
    const auto page = index.get("/simple/flywheel/");
    CPPUNIT_ASSERT(!page.contains(first["metadata"]["hash_sha256"].get<std::string>()));
    CPPUNIT_ASSERT_EQUAL(wheelBytes("other\n"), index.get("/api/package/flywheel/" + kWheel).body);
    const auto list = json::parse(index.get("/api/package/?verbose=1").body);
    CPPUNIT_ASSERT_EQUAL(json(1767225605), list["packages"][0]["last_modified"]);
  }

  void aDeletedNameIsFreeWithoutTombstones() {
    IndexClient index;
    upload(index, wheelBytes());
    CPPUNIT_ASSERT_EQUAL(200, index.send({"DELETE", "/api/package/flywheel/" + kWheel}).status);
    CPPUNIT_ASSERT_EQUAL(404, index.get("/simple/flywheel/").status);
    CPPUNIT_ASSERT_EQUAL(200, upload(index, wheelBytes("other\n")).status);
  }

  void aDeletedNameIsReservedWithTombstones() {
    IndexClient index(true);
    upload(index, wheelBytes());
    index.send({"DELETE", "/api/package/flywheel/" + kWheel});
    const auto other = upload(index, wheelBytes("other\n"));
    CPPUNIT_ASSERT_EQUAL(409, other.status);
    CPPUNIT_ASSERT(other.contains("was deleted"));
    CPPUNIT_ASSERT_EQUAL(200, upload(index, wheelBytes()).status);
    CPPUNIT_ASSERT_EQUAL(200, index.get("/simple/flywheel/").status);
  }

  void wrongDigestsAreRefusedWithBothValues() {
    for (const std::string field : {"md5_digest", "sha256_digest", "blake2_256_digest"}) {
      IndexClient index;
      const auto answer = upload(index, wheelBytes(), {{field, "00ff00"}});
      CPPUNIT_ASSERT_EQUAL_MESSAGE(field, 400, answer.status);
      CPPUNIT_ASSERT(answer.contains("00ff00"));
      CPPUNIT_ASSERT(answer.contains("is "));
      CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, index.journal().head());
    }
  }

  void rightDigestsInCapitalsAreAccepted() {
    IndexClient index;
    const auto first = json::parse(upload(index, wheelBytes()).body);
    std::string digest = first["metadata"]["hash_sha256"];
    for (char& c : digest) c = static_cast<char>(std::toupper(c));
    CPPUNIT_ASSERT_EQUAL(200, upload(index, wheelBytes(), {{"sha256_digest", digest}}).status);
  }

  void contradictingFormsAreRefusedWithBothValues() {
    IndexClient index;
    const auto name = index.upload(kWheel, wheelBytes(), "cogwheel", "0.1.0");
    CPPUNIT_ASSERT_EQUAL(400, name.status);
    CPPUNIT_ASSERT(name.contains("cogwheel") && name.contains("flywheel"));
    const auto version = index.upload(kWheel, wheelBytes(), "flywheel", "0.2.0");
    CPPUNIT_ASSERT_EQUAL(400, version.status);
    CPPUNIT_ASSERT(version.contains("0.2.0") && version.contains("0.1.0"));
    const auto python = upload(index, wheelBytes(), {{"requires_python", ">=3.9"}});
    CPPUNIT_ASSERT_EQUAL(400, python.status);
    CPPUNIT_ASSERT(python.contains(">=3.9") && python.contains(">=3.8"));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, index.journal().head());
  }

  void otherSpellingsAreNoContradiction() {
    IndexClient index;
    const auto answer = index.upload(
        "Fly.Wheel-1.0-py3-none-any.whl",
        makeWheel("Fly.Wheel-1.0", metadataText("Fly.Wheel", "1.0", "Requires-Python: >=3.8,<4\n")),
        "fly_wheel", "v1.0.0", {{"requires_python", "<4, >=3.8"}});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
    CPPUNIT_ASSERT_EQUAL(200, index.get("/simple/fly-wheel/").status);
  }

  void fileNameAndFormMustAgreeWithoutMetadata() {
    IndexClient index;
    const std::string bytes = makeSdist("tool-1.0", "");
    const auto wrong = index.upload("tool-1.0.tar.gz", bytes, "tool", "1.1");
    CPPUNIT_ASSERT_EQUAL(400, wrong.status);
    CPPUNIT_ASSERT(wrong.contains("1.1") && wrong.contains("1.0"));
    CPPUNIT_ASSERT_EQUAL(400, index.upload("tool-1.0.tar.gz", bytes, "rool", "1.0").status);
    const auto right = index.upload("tool-1.0.tar.gz", bytes, "tool", "1.0",
                                    {{"requires_python", ">=3.6"}, {"summary", "A tool"}});
    CPPUNIT_ASSERT_EQUAL_MESSAGE(right.body, 200, right.status);
    CPPUNIT_ASSERT_EQUAL(json(">=3.6"), json::parse(right.body)["metadata"]["requires_python"]);
    CPPUNIT_ASSERT_EQUAL(json("A tool"), json::parse(right.body)["summary"]);
  }

  void malformedFormsAreRefused() {
    IndexClient index;
    const auto action = upload(index, wheelBytes(), {{":action", "doc_upload"}});
    CPPUNIT_ASSERT_EQUAL(400, action.status);
    CPPUNIT_ASSERT(action.contains("Unknown action 'doc_upload'"));
    CPPUNIT_ASSERT_EQUAL(400, upload(index, wheelBytes(), {{"protocol_version", "2"}}).status);
    const auto none = index.send({"POST", "/simple/", {}, {{":action", "file_upload"}}});
    CPPUNIT_ASSERT_EQUAL(400, none.status);
    CPPUNIT_ASSERT(none.contains("Missing argument 'content'"));
    const auto text = index.send({"POST", "/simple/", {}, {{"content", "bytes"}}});
    CPPUNIT_ASSERT_EQUAL(400, text.status);
    CPPUNIT_ASSERT(text.contains("send it as a file"));
    CPPUNIT_ASSERT_EQUAL(400, index.upload(kWheel, wheelBytes(), "fly wheel", "0.1.0").status);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, index.journal().head());
  }

  void twoContentsOfAnyKindAreRefused() {
    IndexClient index;
    const Pairs file{{kWheel, wheelBytes()}};
    const Pairs files{file[0], file[0]};
    const Pairs text{{"content", "bytes"}};
    for (const auto& [fields, parts] :
         {std::pair(Pairs(), files), {text, file}, {Pairs{text[0], text[0]}, Pairs()}}) {
      const auto answer = index.send({"POST", "/simple/", {}, fields, parts});
      CPPUNIT_ASSERT_EQUAL(400, answer.status);
      CPPUNIT_ASSERT_MESSAGE(answer.body, answer.contains("several parts named 'content'"));
    }
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, index.journal().head());
  }

  void longTextsAreNotSentBack() {
    IndexClient index;
    const std::string longText = "x\xFF" + std::string(100'000, '!');
    for (const std::string field : {":action", "protocol_version", "name", "version", "md5_digest",
                                    "sha256_digest", "requires_python"}) {
      const auto answer =
          index.send({"POST", "/simple/", {}, {{field, longText}}, {{kWheel, wheelBytes()}}});
      CPPUNIT_ASSERT_EQUAL_MESSAGE(field, 400, answer.status);
      CPPUNIT_ASSERT_MESSAGE(field, answer.body.size() < 500 && answer.contains("…"));
    }
  }

  void requiresPythonMustBeReadable() {
    IndexClient index;
    for (const std::string text : {"3.8", ">=3.8.*", ">=3.8 <4", "any"}) {
      const auto wheel = makeWheel("flywheel-0.1.0",
                                   metadataText("flywheel", "0.1.0", "Requires-Python: " + text));
      const auto answer = upload(index, wheel);
      CPPUNIT_ASSERT_EQUAL_MESSAGE(text, 400, answer.status);
      CPPUNIT_ASSERT_MESSAGE(answer.body, answer.contains("'" + text + "'"));
      CPPUNIT_ASSERT_EQUAL(400, index
                                    .upload("tool-1.0.tar.gz", makeSdist("tool-1.0", ""), "tool",
                                            "1.0", {{"requires_python", text}})
                                    .status);
    }
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, index.journal().head());
    const auto wheel = makeWheel(
        "flywheel-0.1.0",
        metadataText("flywheel", "0.1.0", "Requires-Python: >=2.7, !=3.0.*,\n !=3.1.*,\n"));
    const auto answer = upload(index, wheel);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
  }

  void unknownFileTypesAreRefused() {
    IndexClient index;
    for (const std::string name :
         {"nonsense.txt", "flywheel-1.0.msi", "flywheel.whl", ".whl", ""}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(name, 400, index.upload(name, "x", "flywheel", "1.0").status);
    }
  }

  void archivedAndQuarantinedProjectsTakeNothing() {
    IndexClient index;
    upload(index, wheelBytes());
    for (const std::string status : {"archived", "quarantined"}) {
      index.send(
          {"PUT", "/api/package/flywheel/status", {}, {{"status", status}, {"reason", "moved"}}});
      const auto answer = index.uploadWheel("flywheel", "0.2.0");
      CPPUNIT_ASSERT_EQUAL(403, answer.status);
      CPPUNIT_ASSERT(answer.reason.find(status) != std::string::npos);
      CPPUNIT_ASSERT(answer.contains("moved"));
      CPPUNIT_ASSERT_EQUAL(403, upload(index, wheelBytes()).status);
    }
    index.send({"PUT", "/api/package/flywheel/status", {}, {{"status", "deprecated"}}});
    CPPUNIT_ASSERT_EQUAL(200, index.uploadWheel("flywheel", "0.2.0").status);
  }

  void oddVersionsAreAccepted() {
    IndexClient index;
    CPPUNIT_ASSERT_EQUAL(200, index
                                  .upload("tool-2013-01-22.tar.gz",
                                          makeSdist("tool-2013-01-22", ""), "tool", "2013-01-22")
                                  .status);
    CPPUNIT_ASSERT_EQUAL(200, index.uploadWheel("tool", "1!2.0+local.7").status);
    const auto page = index.get("/simple/tool/");
    CPPUNIT_ASSERT(page.contains("tool-1%212.0%2Blocal.7-py3-none-any.whl#sha256="));
    CPPUNIT_ASSERT(page.contains("tool-2013-01-22.tar.gz"));
  }

  void nothingIsStoredForARefusedUpload() {
    IndexClient index;
    index.gate = [](sdk::Verb verb, std::string_view) -> sdk::Result<void> {
      if (verb != sdk::Verb::Read) return sdk::Error(sdk::Errc::Forbidden, "You may only read");
      return {};
    };
    const auto answer = upload(index, wheelBytes());
    CPPUNIT_ASSERT_EQUAL(403, answer.status);
    CPPUNIT_ASSERT_EQUAL(std::string("You may only read"), answer.reason);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, index.host.faults().calls(larder::test::Op::Put));
  }

  void aFailingStorageIsNoClientError() {
    IndexClient index;
    index.host.faults().on(larder::test::Op::Put, 1, {.error = sdk::Errc::Unavailable});
    CPPUNIT_ASSERT_EQUAL(503, upload(index, wheelBytes()).status);
    CPPUNIT_ASSERT_EQUAL(404, index.get("/simple/flywheel/").status);
    index.host.faults().on(larder::test::Op::Apply, 1,
                           {.error = sdk::Errc::Timeout, .performed = true});
    CPPUNIT_ASSERT_EQUAL(503, upload(index, wheelBytes()).status);
    CPPUNIT_ASSERT_EQUAL(200, upload(index, wheelBytes()).status);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, index.journal().head());
  }

  void metadataIsKeptByteForByte() {
    IndexClient index;
    const std::string metadata =
        "Metadata-Version: 2.1\r\nName: flywheel\r\nVersion: 0.1.0\r\n\r\nText\xFF";
    const auto answer = index.upload(kWheel, makeWheel("flywheel-0.1.0", metadata));
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
    CPPUNIT_ASSERT_EQUAL(metadata, index.get("/api/package/flywheel/" + kWheel + ".metadata").body);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, index.journal().blobs().size());
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(UploadTest);

}  // namespace
