#include <array>
#include <cstring>
#include <filesystem>

#include "core/base/call_context.h"
#include "core/content/digests.h"
#include "core/content/prepare.h"
#include "core/content/spooled.h"
#include "tests/support/test.h"

namespace {

namespace content = larder::content;
namespace sdk = larder::sdk;
using Algorithm = sdk::DigestAlgorithm;

class BrokenSource final : public sdk::Source {
 public:
  sdk::Result<std::size_t> read(std::span<std::byte>) override {
    return sdk::Error(sdk::Errc::Corrupt, "the client left");
  }
};

std::string readAll(sdk::Source& source) {
  std::string all;
  std::array<std::byte, 7> buffer{};
  while (true) {
    const auto got = source.read(buffer);
    LARDER_ASSERT_OK(got);
    if (*got == 0) return all;
    all.append(reinterpret_cast<const char*>(buffer.data()), *got);
  }
}

class ContentTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(ContentTest);
  CPPUNIT_TEST(digestsMatchPublishedVectors);
  CPPUNIT_TEST(spooledContentReadsTwiceAndAtRandom);
  CPPUNIT_TEST(sliceShowsOnlyItsBytes);
  CPPUNIT_TEST(spoolOverItsLimitIsTooLarge);
  CPPUNIT_TEST(spoolPassesTheSourcesErrorOn);
  CPPUNIT_TEST(missingSpoolDirectoryIsMade);
  CPPUNIT_TEST(spoolPathThatIsAFileIsRefused);
  CPPUNIT_TEST(preparedFormsHaveDifferentStrongEtags);
  CPPUNIT_TEST(equalPagesHaveEqualEtags);
  CPPUNIT_TEST_SUITE_END();

 public:
  void digestsMatchPublishedVectors() {
    const auto content = content::makeContent("abc");
    const auto is = [&](Algorithm algorithm, const char* hex) {
      const auto digest = content->digest(algorithm);
      LARDER_ASSERT_OK(digest);
      CPPUNIT_ASSERT_EQUAL(std::string(hex), *digest);
    };
    is(Algorithm::Md5, "900150983cd24fb0d6963f7d28e17f72");
    is(Algorithm::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d");
    is(Algorithm::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    is(Algorithm::Sha512,
       "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
       "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    is(Algorithm::Blake2b256, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  }

  void spooledContentReadsTwiceAndAtRandom() {
    const larder::test::TemporaryDirectory directory;
    larder::CallContext ctx("test", std::chrono::seconds(10));
    const auto spool = content::SpoolDirectory::open(directory.path());
    LARDER_ASSERT_OK(spool);
    const auto from = content::makeContent("hello, larder");
    auto spooled = spool->spool(ctx, *from, 13);
    LARDER_ASSERT_OK(spooled);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{13}, (*spooled)->size());
    CPPUNIT_ASSERT_EQUAL(std::string("hello, larder"), readAll(**spooled));
    LARDER_ASSERT_OK((*spooled)->rewind());
    CPPUNIT_ASSERT_EQUAL(std::string("hello, larder"), readAll(**spooled));
    std::array<std::byte, 6> six{};
    CPPUNIT_ASSERT_EQUAL(std::size_t{6}, (*spooled)->readAt(7, six).value());
    CPPUNIT_ASSERT(std::memcmp(six.data(), "larder", 6) == 0);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, (*spooled)->readAt(13, six).value());
    CPPUNIT_ASSERT(std::filesystem::is_empty(directory.path()));
  }

  void sliceShowsOnlyItsBytes() {
    const auto whole = std::shared_ptr(content::makeContent("0123456789"));
    const auto slice = content::makeSlice(
        [whole](std::uint64_t at, std::span<std::byte> into) { return whole->readAt(at, into); }, 3,
        4);
    CPPUNIT_ASSERT_EQUAL(std::string("3456"), readAll(*slice));
    CPPUNIT_ASSERT_EQUAL(content::digestOf(Algorithm::Sha256, "3456"),
                         slice->digest(Algorithm::Sha256).value());
  }

  void spoolOverItsLimitIsTooLarge() {
    const larder::test::TemporaryDirectory directory;
    larder::CallContext ctx("test", std::chrono::seconds(10));
    const auto spool = content::SpoolDirectory::open(directory.path());
    const auto from = content::makeContent("12345");
    CPPUNIT_ASSERT(spool->spool(ctx, *from, 4).is(sdk::Errc::TooLarge));
  }

  void spoolPassesTheSourcesErrorOn() {
    const larder::test::TemporaryDirectory directory;
    larder::CallContext ctx("test", std::chrono::seconds(10));
    const auto spool = content::SpoolDirectory::open(directory.path());
    BrokenSource broken;
    CPPUNIT_ASSERT(spool->spool(ctx, broken, 4).is(sdk::Errc::Corrupt));
  }

  void missingSpoolDirectoryIsMade() {
    const larder::test::TemporaryDirectory directory;
    LARDER_ASSERT_OK(content::SpoolDirectory::open(directory / "a/b"));
    CPPUNIT_ASSERT(std::filesystem::is_directory(directory / "a/b"));
  }

  void spoolPathThatIsAFileIsRefused() {
    CPPUNIT_ASSERT(content::SpoolDirectory::open("/dev/null").is(sdk::Errc::Unavailable));
  }

  void preparedFormsHaveDifferentStrongEtags() {
    const auto page = content::prepare("text/html", std::string(4000, 'x'));
    CPPUNIT_ASSERT(!page->gzip.empty() && page->gzip.size() < page->identity.size());
    CPPUNIT_ASSERT(page->gzipEtag != page->identityEtag);
    CPPUNIT_ASSERT(page->identityEtag.starts_with('"') && page->gzipEtag.ends_with('"'));
    CPPUNIT_ASSERT(content::prepare("text/html", "short")->gzip.empty());
  }

  void equalPagesHaveEqualEtags() {
    const std::string bytes(4000, 'x');
    const auto page = content::prepare("text/html", bytes);
    CPPUNIT_ASSERT_EQUAL(page->identityEtag, content::prepare("text/html", bytes)->identityEtag);
    CPPUNIT_ASSERT(page->identityEtag != content::prepare("text/plain", bytes)->identityEtag);
    CPPUNIT_ASSERT(page->identityEtag != content::prepare("text/html", bytes + "y")->identityEtag);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ContentTest);

}  // namespace
