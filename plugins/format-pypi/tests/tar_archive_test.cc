#include "archived_metadata.h"
#include "archives.h"
#include "tests/support/test.h"

namespace {

using larder::pypi::ArchiveLimits;
using larder::pypi::parseDistributionFilename;
using larder::pypi::readArchivedMetadata;
using larder::sdk::Errc;
using larder::test::MemoryUpload;
using larder::test::TarEntry;
using larder::test::tarOf;

using Found = larder::sdk::Result<std::optional<std::string>>;

constexpr const char* kSdist = "foo-1.0.tar.gz";
const std::string kPkgInfo = "Metadata-Version: 1.1\nName: foo\nVersion: 1.0\n";

Found readBytes(const std::string& bytes, const char* filename = kSdist,
                const ArchiveLimits& limits = {}) {
  auto ctx = larder::test::minute();
  const auto file = parseDistributionFilename(filename);
  LARDER_ASSERT_OK(file);
  return readArchivedMetadata(ctx, *file, MemoryUpload(bytes), limits);
}

void assertMetadata(const Found& found) {
  LARDER_ASSERT_OK(found);
  CPPUNIT_ASSERT(found->has_value());
  CPPUNIT_ASSERT_EQUAL(kPkgInfo, **found);
}

void assertRefused(const std::string& bytes, const std::string& word,
                   const char* filename = kSdist) {
  const Found found = readBytes(bytes, filename);
  CPPUNIT_ASSERT_MESSAGE("accepted, expected: " + word, found.is(Errc::Invalid));
  CPPUNIT_ASSERT_MESSAGE(found.error().message(),
                         found.error().message().find(word) != std::string::npos);
}

std::vector<TarEntry> sdist() {
  return {{"foo-1.0/", "", AE_IFDIR},
          {"foo-1.0/setup.py", "pass"},
          {"foo-1.0/foo.egg-info/PKG-INFO", "other"},
          {"foo-1.0/PKG-INFO", kPkgInfo},
          {"foo-1.0/z.py", std::string(5000, 'z')}};
}

class TarArchiveTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(TarArchiveTest);
  CPPUNIT_TEST(pkgInfoComesOutOfEveryCompression);
  CPPUNIT_TEST(pathsMayBeginWithADot);
  CPPUNIT_TEST(archivesWithoutPkgInfoHaveNone);
  CPPUNIT_TEST(twoDocumentsAreRefused);
  CPPUNIT_TEST(linksAreNoDocument);
  CPPUNIT_TEST(extensionDecidesTheCompression);
  CPPUNIT_TEST(damageIsRefused);
  CPPUNIT_TEST(truncationIsRefused);
  CPPUNIT_TEST(noFlippedByteBreaksTheReader);
  CPPUNIT_TEST(bombsAreRefused);
  CPPUNIT_TEST(diskErrorsAndDeadlinesAreNotTheClientsFault);
  CPPUNIT_TEST_SUITE_END();

 public:
  void pkgInfoComesOutOfEveryCompression() {
    assertMetadata(readBytes(tarOf(sdist())));
    assertMetadata(readBytes(tarOf(sdist()), "foo-1.0.tgz"));
    assertMetadata(readBytes(tarOf(sdist(), {"bzip2"}), "foo-1.0.tar.bz2"));
    assertMetadata(readBytes(tarOf(sdist(), {"bzip2"}), "foo-1.0.tbz"));
    assertMetadata(readBytes(tarOf(sdist(), {"xz"}), "foo-1.0.tar.xz"));
    assertMetadata(readBytes(tarOf(sdist(), {}), "foo-1.0.tar"));
  }

  void pathsMayBeginWithADot() {
    assertMetadata(readBytes(tarOf({{"./foo-1.0/PKG-INFO", kPkgInfo}})));
    assertMetadata(
        readBytes(tarOf({{"anything/PKG-INFO", kPkgInfo}, {"/etc/passwd", "x"}, {"../up", "x"}})));
  }

  void archivesWithoutPkgInfoHaveNone() {
    for (const auto& entries :
         {std::vector<TarEntry>{{"foo-1.0/setup.py", "x"}},
          std::vector<TarEntry>{{"PKG-INFO", "x"}, {"a/b/PKG-INFO", "x"}},
          std::vector<TarEntry>{{"../PKG-INFO", "x"}, {"foo-1.0/pkg-info", "x"}}}) {
      const Found found = readBytes(tarOf(entries));
      LARDER_ASSERT_OK(found);
      CPPUNIT_ASSERT(!found->has_value());
    }
  }

  void twoDocumentsAreRefused() {
    assertRefused(tarOf({{"foo-1.0/PKG-INFO", kPkgInfo}, {"foo-1.0/PKG-INFO", "Name: bar"}}),
                  "cannot both count");
    assertRefused(tarOf({{"foo-1.0/PKG-INFO", kPkgInfo}, {"./foo-1.0/PKG-INFO", kPkgInfo}}),
                  "cannot both count");
    assertRefused(tarOf({{"foo-1.0/PKG-INFO", kPkgInfo}, {"bar/PKG-INFO", kPkgInfo}}),
                  "'bar/PKG-INFO'");
  }

  void linksAreNoDocument() {
    assertRefused(tarOf({{"foo-1.0/a", kPkgInfo}, {"foo-1.0/PKG-INFO", "", AE_IFLNK, "a"}}),
                  "regular file");
    assertRefused(
        tarOf({{"foo-1.0/a", kPkgInfo}, {"foo-1.0/PKG-INFO", "", AE_IFREG, "foo-1.0/a", true}}),
        "regular file");
    assertRefused(tarOf({{"foo-1.0/PKG-INFO", "", AE_IFDIR}}), "regular file");
    assertRefused(tarOf({{"foo-1.0/PKG-INFO", "", AE_IFIFO}}), "regular file");
  }

  void extensionDecidesTheCompression() {
    assertRefused(tarOf(sdist(), {}), "not compressed");
    assertRefused(tarOf(sdist(), {"gzip", "gzip"}), "more than once");
    assertRefused(tarOf(sdist(), {"bzip2"}), "cannot be read as .tar.gz");
    assertRefused(tarOf(sdist(), {"gzip"}), "cannot be read as .tar.bz2", "foo-1.0.tar.bz2");
    assertRefused(tarOf(sdist(), {"gzip"}), "cannot be read as .tar:", "foo-1.0.tar");
    assertRefused(larder::test::zipOf({{"foo-1.0/PKG-INFO", kPkgInfo}}),
                  "cannot be read as .tar.gz");
  }

  void damageIsRefused() {
    assertRefused("", "");
    assertRefused("\x1f\x8b", "");
    assertRefused(std::string(100000, 'x'), "cannot be read as .tar.gz");
    assertRefused(std::string(100000, '\0'), "");
    assertRefused(tarOf({}), "no members");
  }

  void truncationIsRefused() {
    const std::string whole = tarOf(sdist(), {});
    // Behind the last member there is only padding, which some tools leave out.
    const std::size_t needed = whole.find(std::string(5000, 'z')) + 5000;
    for (std::size_t length = 0; length < needed; length += 61) {
      assertRefused(whole.substr(0, length), "", "foo-1.0.tar");
    }
    const std::string compressed = tarOf(sdist());
    for (std::size_t length = 0; length < compressed.size() / 2; length += 7) {
      assertRefused(compressed.substr(0, length), "");
    }
  }

  void noFlippedByteBreaksTheReader() {
    const std::string whole = tarOf(sdist());
    for (std::size_t i = 0; i < whole.size(); ++i) {
      std::string bytes = whole;
      bytes[i] = static_cast<char>(bytes[i] ^ 0x41);
      const Found found = readBytes(bytes);
      CPPUNIT_ASSERT(found.ok() || found.is(Errc::Invalid));
    }
  }

  void bombsAreRefused() {
    const std::string bomb = tarOf({{"foo-1.0/zeros", std::string(4u << 20, '\0')}});
    CPPUNIT_ASSERT(bomb.size() < (40u << 10));
    LARDER_ASSERT_OK(readBytes(bomb));
    const Found ratio = readBytes(bomb, kSdist, {.ratioFrom = 1u << 20});
    CPPUNIT_ASSERT(ratio.is(Errc::Invalid));
    CPPUNIT_ASSERT(ratio.error().message().find("100 times its size") != std::string::npos);
    CPPUNIT_ASSERT(readBytes(bomb, kSdist, {.unpackedBytes = 1u << 20}).is(Errc::Invalid));
    const std::string xz = tarOf({{"foo-1.0/zeros", std::string(4u << 20, '\0')}}, {"xz"});
    LARDER_ASSERT_OK(readBytes(xz, "foo-1.0.tar.xz"));
    const Found window = readBytes(xz, "foo-1.0.tar.xz", {.unpackedXzBytes = 1u << 20});
    CPPUNIT_ASSERT(window.is(Errc::Invalid));
    CPPUNIT_ASSERT(readBytes(tarOf(sdist()), kSdist, {.entries = 4}).is(Errc::Invalid));
    assertRefused(tarOf({{"foo-1.0/PKG-INFO", std::string((8u << 20) + 1, 'x')}}), "longer than");
  }

  void diskErrorsAndDeadlinesAreNotTheClientsFault() {
    const auto file = parseDistributionFilename(kSdist);
    const std::string bytes = tarOf(sdist());
    auto ctx = larder::test::minute();
    CPPUNIT_ASSERT(readArchivedMetadata(ctx, *file, MemoryUpload(bytes, 0)).is(Errc::Unavailable));
    ctx.cancel();
    CPPUNIT_ASSERT(readArchivedMetadata(ctx, *file, MemoryUpload(bytes)).is(Errc::Cancelled));
    larder::CallContext late("test", std::chrono::milliseconds(-1));
    CPPUNIT_ASSERT(readArchivedMetadata(late, *file, MemoryUpload(bytes)).is(Errc::Timeout));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TarArchiveTest);

}  // namespace
