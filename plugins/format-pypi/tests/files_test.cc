#include <nlohmann/json.hpp>

#include "index_client.h"
#include "make_archives.h"
#include "tests/support/test.h"

namespace {

using larder::pypi::test::IndexClient;
using larder::pypi::test::makeWheel;
using larder::pypi::test::metadataText;
using nlohmann::json;
namespace sdk = larder::sdk;

const std::string kWheel = "flywheel-0.1.0-py3-none-any.whl";

std::string fileUrl(IndexClient& index) {
  const auto page = index.get("/simple/flywheel/", {{"Accept", "application/json"}});
  return json::parse(page.body)["files"][0]["url"];
}

class FilesTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(FilesTest);
  CPPUNIT_TEST(bothAddressesGiveTheBytes);
  CPPUNIT_TEST(immutableIsSharedOnlyWhenAnybodyMayRead);
  CPPUNIT_TEST(secondDownloadIsFast);
  CPPUNIT_TEST(aReplacedFilesAddressIsGone);
  CPPUNIT_TEST(aDeletedFileIsGoneAtOnce);
  CPPUNIT_TEST(metadataIsServedForWheelsOnly);
  CPPUNIT_TEST(wrongDigestsNameNothing);
  CPPUNIT_TEST(quarantinedFilesAreRefused);
  CPPUNIT_TEST(escapedAndPlainNamesAreAlike);
  CPPUNIT_TEST_SUITE_END();

 public:
  void bothAddressesGiveTheBytes() {
    IndexClient index;
    index.uploadWheel("flywheel", "0.1.0");
    const auto byDigest = index.get(fileUrl(index));
    const auto byName = index.get("/api/package/Flywheel/" + kWheel);
    CPPUNIT_ASSERT_EQUAL(200, byDigest.status);
    CPPUNIT_ASSERT_EQUAL(byDigest.body, byName.body);
    CPPUNIT_ASSERT_EQUAL(byDigest.etag, byName.etag);
    CPPUNIT_ASSERT_EQUAL(std::size_t{66}, byName.etag.size());
    CPPUNIT_ASSERT_EQUAL(std::string("application/octet-stream"), byName.type);
    CPPUNIT_ASSERT_EQUAL(std::string("private, no-cache"), byName.header("Cache-Control"));
  }

  void immutableIsSharedOnlyWhenAnybodyMayRead() {
    IndexClient index;
    index.uploadWheel("flywheel", "0.1.0");
    const auto url = fileUrl(index);
    CPPUNIT_ASSERT_EQUAL(std::string("private, max-age=365000000, immutable"),
                         index.get(url).header("Cache-Control"));
    index.who.user.clear();
    CPPUNIT_ASSERT_EQUAL(std::string("public, max-age=365000000, immutable"),
                         index.get(url).header("Cache-Control"));
    index.host.setPrivateReads(true);
    CPPUNIT_ASSERT_EQUAL(std::string("private, max-age=365000000, immutable"),
                         index.get(url).header("Cache-Control"));
  }

  void secondDownloadIsFast() {
    IndexClient index;
    index.uploadWheel("flywheel", "0.1.0");
    const auto url = fileUrl(index);
    const auto first = index.get(url);
    CPPUNIT_ASSERT(!first.fast);
    const auto second = index.get(url);
    CPPUNIT_ASSERT(second.fast);
    CPPUNIT_ASSERT_EQUAL(first.body, second.body);
    CPPUNIT_ASSERT_EQUAL(first.header("Cache-Control"), second.header("Cache-Control"));
    index.get("/api/package/flywheel/" + kWheel);
    CPPUNIT_ASSERT(index.get("/api/package/flywheel/" + kWheel).fast);
  }

  void aReplacedFilesAddressIsGone() {
    IndexClient index;
    index.uploadWheel("flywheel", "0.1.0");
    const auto old = fileUrl(index);
    index.get(old);
    index.get("/api/package/flywheel/" + kWheel);
    CPPUNIT_ASSERT_EQUAL(200, index.uploadWheel("flywheel", "0.1.0", "other\n").status);
    CPPUNIT_ASSERT(old != fileUrl(index));
    CPPUNIT_ASSERT_EQUAL(404, index.get(old).status);
    CPPUNIT_ASSERT(index.get("/api/package/flywheel/" + kWheel).contains("other"));
    CPPUNIT_ASSERT(index.get(fileUrl(index)).contains("other"));
  }

  void aDeletedFileIsGoneAtOnce() {
    IndexClient index;
    index.uploadWheel("flywheel", "0.1.0");
    const auto url = fileUrl(index);
    index.get(url);
    index.send({"DELETE", "/api/package/flywheel/" + kWheel});
    CPPUNIT_ASSERT_EQUAL(404, index.get(url).status);
  }

  void metadataIsServedForWheelsOnly() {
    IndexClient index;
    index.uploadWheel("flywheel", "0.1.0");
    index.uploadSdist("flywheel", "0.1.0");
    const auto url = fileUrl(index);
    const auto metadata = index.get(url + ".metadata");
    CPPUNIT_ASSERT_EQUAL(metadataText("flywheel", "0.1.0", "Requires-Python: >=3.8\n"),
                         metadata.body);
    const auto page =
        json::parse(index.get("/simple/flywheel/", {{"Accept", "application/json"}}).body);
    const std::string digest = page["files"][0]["core-metadata"]["sha256"];
    CPPUNIT_ASSERT_EQUAL('"' + digest + '"', metadata.etag);
    CPPUNIT_ASSERT_EQUAL(json(false), page["files"][1]["core-metadata"]);
    CPPUNIT_ASSERT_EQUAL(404,
                         index.get("/api/package/flywheel/flywheel-0.1.0.tar.gz.metadata").status);
    CPPUNIT_ASSERT_EQUAL(404, index.get("/api/package/flywheel/.metadata").status);
  }

  void wrongDigestsNameNothing() {
    IndexClient index;
    index.uploadWheel("flywheel", "0.1.0");
    const std::string zeros(64, '0');
    CPPUNIT_ASSERT_EQUAL(404, index.get("/files/flywheel/" + zeros + "/" + kWheel).status);
    CPPUNIT_ASSERT_EQUAL(404, index.get("/files/flywheel/x/" + kWheel).status);
  }

  void quarantinedFilesAreRefused() {
    IndexClient index;
    index.uploadWheel("flywheel", "0.1.0");
    const auto url = fileUrl(index);
    index.get(url);
    index.send({"PUT", "/api/package/flywheel/status?status=quarantined&reason=malware"});
    for (const auto& target : {url, url + ".metadata", "/api/package/flywheel/" + kWheel}) {
      const auto answer = index.get(target);
      CPPUNIT_ASSERT_EQUAL(403, answer.status);
      CPPUNIT_ASSERT(answer.contains("malware"));
    }
  }

  void escapedAndPlainNamesAreAlike() {
    IndexClient index;
    index.uploadWheel("flywheel", "1!1.0+cu121");
    const auto plain = index.get("/api/package/flywheel/flywheel-1!1.0+cu121-py3-none-any.whl");
    const auto escaped =
        index.get("/api/package/flywheel/flywheel-1%211.0%2Bcu121-py3-none-any.whl");
    CPPUNIT_ASSERT_EQUAL(200, plain.status);
    CPPUNIT_ASSERT_EQUAL(plain.body, escaped.body);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FilesTest);

}  // namespace
