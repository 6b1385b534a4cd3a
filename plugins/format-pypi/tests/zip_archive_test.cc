#include "archived_metadata.h"
#include "archives.h"
#include "tests/support/test.h"

namespace {

using larder::pypi::ArchiveLimits;
using larder::pypi::parseDistributionFilename;
using larder::pypi::readArchivedMetadata;
using larder::sdk::Errc;
using larder::test::littleEndianBytes;
using larder::test::MemoryUpload;
using larder::test::ZipEnd;
using larder::test::ZipEntry;
using larder::test::zipOf;

using Found = larder::sdk::Result<std::optional<std::string>>;

constexpr const char* kWheel = "foo-1.0-py3-none-any.whl";
constexpr const char* kPath = "foo-1.0.dist-info/METADATA";
const std::string kMetadata =
    "Metadata-Version: 2.1\r\nName: foo\r\nVersion: 1.0\r\n\r\nAs it is.\r\n";

Found readBytes(const std::string& bytes, const char* filename = kWheel,
                const ArchiveLimits& limits = {}) {
  auto ctx = larder::test::minute();
  const auto file = parseDistributionFilename(filename);
  LARDER_ASSERT_OK(file);
  return readArchivedMetadata(ctx, *file, MemoryUpload(bytes), limits);
}

std::vector<ZipEntry> wheel() {
  return {{"foo/__init__.py", "x = 1\n"}, {kPath, kMetadata}, {"foo-1.0.dist-info/RECORD", ""}};
}

void assertMetadata(const Found& found) {
  LARDER_ASSERT_OK(found);
  CPPUNIT_ASSERT(found->has_value());
  CPPUNIT_ASSERT_EQUAL(kMetadata, **found);
}

void assertRefused(const std::string& bytes, const std::string& word,
                   const char* filename = kWheel) {
  const Found found = readBytes(bytes, filename);
  CPPUNIT_ASSERT_MESSAGE("accepted, expected: " + word, found.is(Errc::Invalid));
  CPPUNIT_ASSERT_MESSAGE(found.error().message(),
                         found.error().message().find(word) != std::string::npos);
}

/// A wheel whose METADATA entry was changed by `change`.
template <class Change>
std::string changed(Change change) {
  auto entries = wheel();
  change(entries[1]);
  return zipOf(entries);
}

class ZipArchiveTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(ZipArchiveTest);
  CPPUNIT_TEST(metadataOfWheelComesOutByteForByte);
  CPPUNIT_TEST(metadataOfZippedSdistAndEggComesOut);
  CPPUNIT_TEST(archivesWithoutMetadataHaveNone);
  CPPUNIT_TEST(harmlessOdditiesAreRead);
  CPPUNIT_TEST(namesThatInstallersMissAreRefused);
  CPPUNIT_TEST(namesAreTheUtf8TheySay);
  CPPUNIT_TEST(twoDocumentsAreRefused);
  CPPUNIT_TEST(foreignDistInfoIsRefused);
  CPPUNIT_TEST(linksAndDirectoriesAreNoDocument);
  CPPUNIT_TEST(bytesAroundTheArchiveAreRefused);
  CPPUNIT_TEST(bytesInsideThatBelongToNothingAreRefused);
  CPPUNIT_TEST(headersThatDisagreeAreRefused);
  CPPUNIT_TEST(encryptedMembersAreRefused);
  CPPUNIT_TEST(damageIsRefused);
  CPPUNIT_TEST(everyTruncationIsRefused);
  CPPUNIT_TEST(noFlippedByteBreaksTheReader);
  CPPUNIT_TEST(bombsAreRefused);
  CPPUNIT_TEST(diskErrorsAndDeadlinesAreNotTheClientsFault);
  CPPUNIT_TEST_SUITE_END();

 public:
  void metadataOfWheelComesOutByteForByte() {
    assertMetadata(readBytes(zipOf(wheel())));
    assertMetadata(readBytes(zipOf(wheel(), {.zip64 = true})));
  }

  void metadataOfZippedSdistAndEggComesOut() {
    assertMetadata(readBytes(zipOf({{"foo-1.0/setup.py", "pass"},
                                    {"foo-1.0/PKG-INFO", kMetadata},
                                    {"foo-1.0/foo.egg-info/PKG-INFO", "other"}}),
                             "foo-1.0.zip"));
    assertMetadata(readBytes(zipOf({{"EGG-INFO/PKG-INFO", kMetadata}}), "foo-1.0-py2.7.egg"));
  }

  void archivesWithoutMetadataHaveNone() {
    const std::vector<std::pair<const char*, std::vector<ZipEntry>>> archives = {
        {kWheel, {{"foo.py", "x"}}},
        {kWheel, {{"foo-1.0.dist-info/RECORD", "x"}, {"deep/foo-1.0.dist-info/METADATA", "x"}}},
        {"foo-1.0.zip", {{"PKG-INFO", "x"}, {"foo-1.0/sub/PKG-INFO", "x"}}},
        {"foo-1.0-py2.7.egg", {{"egg-info/PKG-INFO", "x"}}},
        {"foo-1.0.zip", {}}};
    for (const auto& [filename, entries] : archives) {
      const Found found = readBytes(zipOf(entries), filename);
      LARDER_ASSERT_OK(found);
      CPPUNIT_ASSERT_MESSAGE(filename, !found->has_value());
    }
    const Found installer = readBytes("MZ, not even looked at", "foo-1.0.win32-py2.7.exe");
    LARDER_ASSERT_OK(installer);
    CPPUNIT_ASSERT(!installer->has_value());
  }

  void harmlessOdditiesAreRead() {
    assertMetadata(readBytes(zipOf(wheel(), {.comment = "made by hand"})));
    assertMetadata(readBytes(changed([](ZipEntry& e) {
      e.flags = 8;
      e.after = "PK\x07\x08" + littleEndianBytes(e.crc, 4) + littleEndianBytes(e.data.size(), 4) +
                littleEndianBytes(e.data.size(), 4);
    })));
    assertMetadata(readBytes(changed([](ZipEntry& e) {
      e.flags = 8;
      e.after = littleEndianBytes(e.crc, 4) + littleEndianBytes(e.data.size(), 8) +
                littleEndianBytes(e.data.size(), 8);
    })));
    auto directories = wheel();
    directories.push_back({"foo/"});
    directories.push_back({"foo/"});
    directories.push_back({"../elsewhere", "not unpacked here"});
    assertMetadata(readBytes(zipOf(directories)));
    auto reversed = wheel();
    reversed.insert(reversed.begin(), {"foo-1.0.dist-info/", ""});
    assertMetadata(readBytes(zipOf(reversed)));
  }

  void namesThatInstallersMissAreRefused() {
    for (const std::string name : {"./foo-1.0.dist-info/METADATA", "foo-1.0.dist-info//METADATA",
                                   "foo-1.0.dist-info/./METADATA", "/foo-1.0.dist-info/METADATA",
                                   "././foo-1.0.dist-info/METADATA"}) {
      assertRefused(changed([&](ZipEntry& e) { e.name = e.localName = name; }), "installers");
    }
    auto entries = wheel();
    entries.push_back({"foo-1.0.dist-info//WHEEL", ""});
    assertRefused(zipOf(entries), "installers");
    entries.back() = {"foo//data.txt", "elsewhere nobody looks"};
    assertMetadata(readBytes(zipOf(entries)));
  }

  void namesAreTheUtf8TheySay() {
    auto entries = wheel();
    entries.push_back({"foo/\xFFx.py", "", 0x800});
    assertRefused(zipOf(entries), "UTF-8");
    entries.back() = {"foo/\xC3\xA9.py", "", 0x800};
    assertMetadata(readBytes(zipOf(entries)));
    entries.back() = {"foo/\x82.py", ""};  // Code page 437.
    assertMetadata(readBytes(zipOf(entries)));
  }

  void twoDocumentsAreRefused() {
    auto entries = wheel();
    entries.push_back({kPath, "Name: other"});
    assertRefused(zipOf(entries), "twice");
    entries.back().name = entries.back().localName = "./foo-1.0.dist-info//METADATA";
    assertRefused(zipOf(entries), "no name that installers find");
    entries.back().name = entries.back().localName = "foo/__init__.py";
    assertRefused(zipOf(entries), "twice");
    entries.back() = {"bar-2.0.dist-info/METADATA", kMetadata};
    assertRefused(zipOf(entries), "two .dist-info");
    entries.back() = {"foo-1.0.0.dist-info/", ""};
    assertRefused(zipOf(entries), "two .dist-info");
    assertRefused(zipOf({{"foo-1.0/PKG-INFO", kMetadata}, {"bar/PKG-INFO", kMetadata}}),
                  "cannot both count", "foo-1.0.zip");
    // The same path by the Info-ZIP extra field that some readers follow.
    entries.back() = {"decoy.txt", kMetadata};
    entries.back().extra = littleEndianBytes(0x7075, 2) + littleEndianBytes(5 + strlen(kPath), 2) +
                           "\x01" + littleEndianBytes(larder::test::crc32Of("decoy.txt"), 4) +
                           kPath;
    assertRefused(zipOf(entries), "two different names");
  }

  void foreignDistInfoIsRefused() {
    assertRefused(zipOf({{"bar-1.0.dist-info/METADATA", kMetadata}}), "bar-1.0.dist-info");
    assertRefused(zipOf({{"foo-1.1.dist-info/METADATA", kMetadata}}), "foo 1.0");
    assertRefused(zipOf({{"foo.dist-info/METADATA", kMetadata}}), "foo.dist-info");
    assertRefused(zipOf({{"\x1b[31m-1.0.dist-info/METADATA", kMetadata}}), "'?[31m-1.0.dist-info'");
    assertMetadata(readBytes(zipOf({{"Foo-1.0.0.dist-info/METADATA", kMetadata}})));
    const Found escaped = readBytes(zipOf({{"foo_bar-1.0.dist-info/METADATA", kMetadata}}),
                                    "Foo.Bar-1.0-py3-none-any.whl");
    assertMetadata(escaped);
  }

  void linksAndDirectoriesAreNoDocument() {
    assertRefused(changed([](ZipEntry& e) { e.mode = 0120777; }), "regular file");
    const Found directory = readBytes(zipOf({{"foo-1.0.dist-info/METADATA/", ""}}));
    CPPUNIT_ASSERT(directory.is(Errc::Invalid));
  }

  void bytesAroundTheArchiveAreRefused() {
    assertRefused(zipOf(wheel(), {.prefix = "#!/bin/sh\n"}), "bytes before");
    assertRefused(zipOf(wheel(), {.trailer = "x"}), "bytes after");
    assertRefused(zipOf(wheel()) + zipOf({{"evil.py", "x"}}), "bytes before");
    assertRefused(zipOf(wheel(), {.comment = zipOf({{"evil.py", "x"}})}), "before");
    assertRefused(zipOf(wheel(), {.comment = "PK\x05\x06"}), "no zip archive");
    assertRefused(zipOf(wheel(), {.trailer = std::string(70000, 'x')}), "no zip archive");
  }

  void bytesInsideThatBelongToNothingAreRefused() {
    assertRefused(zipOf(wheel(), {.hole = "hidden"}), "other bytes between");
    assertRefused(changed([](ZipEntry& e) { e.after = std::string(16, 'x'); }),
                  "other bytes between");
    assertRefused(changed([](ZipEntry& e) {
                    e.flags = 8;
                    e.after = "PK\x07\x08" + std::string(12, '\0');
                  }),
                  "other bytes between");
    assertRefused(changed([](ZipEntry& e) { e.flags = 8; }), "other bytes between");
    assertRefused(changed([](ZipEntry& e) { e.shift = -1; }), "");
    auto overlapping = wheel();
    overlapping[2].shift = -static_cast<std::int64_t>(10 + 30 + strlen(kPath));
    assertRefused(zipOf(overlapping), "");
    auto first = wheel();
    first.erase(first.begin());
    first[0].shift = 5;
    assertRefused(zipOf(first), "bytes before its first member");
  }

  void headersThatDisagreeAreRefused() {
    const std::string text = "not what the central directory says";
    assertRefused(changed([](ZipEntry& e) { e.localName = "foo-1.0.dist-info/METADATB"; }), text);
    assertRefused(changed([](ZipEntry& e) { e.localName = "x"; }), text);
    assertRefused(changed([](ZipEntry& e) { e.localMethod = 8; }), text);
    std::string bytes = zipOf(wheel());
    const std::size_t local = bytes.find("PK\x03\x04", 10);
    for (const std::size_t field : {6u, 14u, 18u, 22u}) {
      std::string tampered = bytes;
      tampered[local + field] = static_cast<char>(tampered[local + field] ^ 1);
      assertRefused(tampered, text);
    }
    assertRefused(zipOf(wheel(), {.zip64 = true, .lie64 = true}), "");
    assertRefused(zipOf(wheel(), {.extraEntries = 1}), "4");
  }

  void encryptedMembersAreRefused() {
    assertRefused(changed([](ZipEntry& e) { e.flags = 1; }), "encrypted");
    assertRefused(changed([](ZipEntry& e) { e.flags = 0x2000; }), "encrypted");
  }

  void damageIsRefused() {
    assertRefused("", "no zip archive");
    assertRefused("PK", "no zip archive");
    assertRefused(std::string(100000, 'x'), "no zip archive");
    assertRefused(changed([](ZipEntry& e) {
                    e.name += '\0';
                    e.localName = e.name;
                  }),
                  "NUL");
    assertRefused(changed([](ZipEntry& e) { e.name = e.localName = ""; }), "without a name");
    assertRefused(changed([](ZipEntry& e) { e.method = e.localMethod = 14; }), "method 14");
    // The document's own checksum is wrong, everywhere alike.
    assertRefused(changed([](ZipEntry& e) { e.crc ^= 1; }), "cannot be read as .whl");
  }

  void everyTruncationIsRefused() {
    const std::string whole = zipOf(wheel());
    for (std::size_t length = 0; length < whole.size(); ++length) {
      assertRefused(whole.substr(0, length), "");
    }
  }

  void noFlippedByteBreaksTheReader() {
    const std::string whole = zipOf(wheel());
    for (std::size_t i = 0; i < whole.size(); ++i) {
      for (const int flip : {0x01, 0x80, 0xff}) {
        std::string bytes = whole;
        bytes[i] = static_cast<char>(bytes[i] ^ flip);
        const Found found = readBytes(bytes);
        CPPUNIT_ASSERT(found.ok() || found.is(Errc::Invalid));
        if (found.ok() && *found) CPPUNIT_ASSERT_EQUAL(kMetadata, **found);
      }
    }
  }

  void bombsAreRefused() {
    const auto claiming = [](std::uint64_t size) {
      return changed([size](ZipEntry& e) { e.unpacked = size; });
    };
    assertRefused(claiming(2'000'000'000), "times its size");
    const Found total = readBytes(zipOf(wheel()), kWheel, {.unpackedBytes = 10});
    CPPUNIT_ASSERT(total.is(Errc::Invalid));
    const Found count = readBytes(zipOf(wheel()), kWheel, {.entries = 2});
    CPPUNIT_ASSERT(count.is(Errc::Invalid));
    CPPUNIT_ASSERT(count.error().message().find("3 members") != std::string::npos);
    assertRefused(changed([](ZipEntry& e) {
                    e = {kPath, std::string((8u << 20) + 1, 'x')};
                  }),
                  "longer than");
  }

  void diskErrorsAndDeadlinesAreNotTheClientsFault() {
    const auto file = parseDistributionFilename(kWheel);
    const std::string bytes = zipOf(wheel());
    auto ctx = larder::test::minute();
    CPPUNIT_ASSERT(readArchivedMetadata(ctx, *file, MemoryUpload(bytes, 0)).is(Errc::Unavailable));
    CPPUNIT_ASSERT(readArchivedMetadata(ctx, *file, MemoryUpload(bytes, 40)).is(Errc::Unavailable));
    ctx.cancel();
    CPPUNIT_ASSERT(readArchivedMetadata(ctx, *file, MemoryUpload(bytes)).is(Errc::Cancelled));
    larder::CallContext late("test", std::chrono::milliseconds(-1));
    CPPUNIT_ASSERT(readArchivedMetadata(late, *file, MemoryUpload(bytes)).is(Errc::Timeout));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ZipArchiveTest);

}  // namespace
