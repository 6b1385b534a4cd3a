#include "fixture.h"

namespace larder::filesystem::test {
namespace {

using sdk::Errc;

class ObjectsTest : public StorageFixture {
  CPPUNIT_TEST_SUITE(ObjectsTest);
  CPPUNIT_TEST(putObjectsComeBack);
  CPPUNIT_TEST(rangesGiveTheirBytes);
  CPPUNIT_TEST(absentObjectsAreNotFound);
  CPPUNIT_TEST(putIfAbsentRefusesASecondObject);
  CPPUNIT_TEST(putWithFailingContentStoresNothing);
  CPPUNIT_TEST(putWithWrongLengthStoresNothing);
  CPPUNIT_TEST(cancelledPutStoresNothing);
  CPPUNIT_TEST(readersKeepTheBytesTheyOpened);
  CPPUNIT_TEST(shortenedFilesAreCorruptNotComplete);
  CPPUNIT_TEST(etagChangesWithEveryPut);
  CPPUNIT_TEST(etagChangesWhenAFileIsEditedInPlace);
  CPPUNIT_TEST(etagIsTheSameFromEveryOperation);
  CPPUNIT_TEST(removeMakesAbsentAndTakesEmptyDirectories);
  CPPUNIT_TEST(removeLeavesOtherObjects);
  CPPUNIT_TEST(objectsAreNoPathPrefixOfOthers);
  CPPUNIT_TEST(emptyDirectoriesDoNotBlockAKey);
  CPPUNIT_TEST(keysCannotLeaveTheStorage);
  CPPUNIT_TEST(linksAreNoObjectsAndNoDirectories);
  CPPUNIT_TEST(specialFilesAreNoObjects);
  CPPUNIT_TEST(localFilesAreRegularFilesOnly);
  CPPUNIT_TEST_SUITE_END();

 public:
  void putObjectsComeBack() {
    const std::string large(1'000'000, 'x');
    LARDER_ASSERT_OK(put("a/b/c", large));
    LARDER_ASSERT_OK(put("empty", ""));
    CPPUNIT_ASSERT(get("a/b/c").value() == large);
    CPPUNIT_ASSERT_EQUAL(std::string(), get("empty").value());
    LARDER_ASSERT_OK(put("empty", "other"));
    CPPUNIT_ASSERT_EQUAL(std::string("other"), get("empty").value());
    CPPUNIT_ASSERT(staged().empty());
  }

  void rangesGiveTheirBytes() {
    LARDER_ASSERT_OK(put("a", "0123456789"));
    CPPUNIT_ASSERT_EQUAL(std::string("34"), get("a", {3, 2}).value());
    CPPUNIT_ASSERT_EQUAL(std::string("89"), get("a", {8, 100}).value());
    CPPUNIT_ASSERT_EQUAL(std::string(), get("a", {10, std::nullopt}).value());
    CPPUNIT_ASSERT(get("a", {11, std::nullopt}).is(Errc::Invalid));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{10}, storage->open(ctx, "a", {3, 2})->info.size);
  }

  void absentObjectsAreNotFound() {
    LARDER_ASSERT_OK(put("a/b", "1"));
    for (const char* key : {"x", "a/x", "x/y", "a", "a/b/c"}) {
      CPPUNIT_ASSERT_MESSAGE(key, storage->stat(ctx, key).is(Errc::NotFound));
      CPPUNIT_ASSERT_MESSAGE(key, storage->open(ctx, key, {}).is(Errc::NotFound));
      CPPUNIT_ASSERT_MESSAGE(key, storage->openLocal(key).is(Errc::NotFound));
      LARDER_ASSERT_OK(storage->remove(ctx, key));
    }
    CPPUNIT_ASSERT_EQUAL(std::string("1"), get("a/b").value());
  }

  void putIfAbsentRefusesASecondObject() {
    LARDER_ASSERT_OK(put("a/b", "1", {.ifAbsent = true}));
    const auto second = put("a/b", "2", {.ifAbsent = true});
    CPPUNIT_ASSERT(second.is(Errc::Conflict));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), get("a/b").value());
    CPPUNIT_ASSERT(staged().empty());
  }

  void putWithFailingContentStoresNothing() {
    LARDER_ASSERT_OK(put("a", "old"));
    StringContent broken("abcdef", {.failAt = 6, .code = Errc::Corrupt});
    CPPUNIT_ASSERT(storage->put(ctx, "a", broken, {}).is(Errc::Corrupt));
    StringContent away("abcdef", {.failAt = 1, .code = Errc::Unavailable});
    CPPUNIT_ASSERT(storage->put(ctx, "b/c", away, {}).is(Errc::Unavailable));
    CPPUNIT_ASSERT_EQUAL(std::string("old"), get("a").value());
    CPPUNIT_ASSERT(keys() == std::vector<std::string>{"a"});
    CPPUNIT_ASSERT(staged().empty());
  }

  void putWithWrongLengthStoresNothing() {
    StringContent brief("abc", {.statedSize = 4});
    CPPUNIT_ASSERT(storage->put(ctx, "a", brief, {}).is(Errc::Corrupt));
    StringContent longer("abcdef", {.statedSize = 4});
    CPPUNIT_ASSERT(storage->put(ctx, "a", longer, {}).is(Errc::Corrupt));
    CPPUNIT_ASSERT(keys().empty());
  }

  void cancelledPutStoresNothing() {
    CallContext gone("test", std::chrono::seconds(60));
    gone.cancel();
    StringContent content("abc");
    CPPUNIT_ASSERT(storage->put(gone, "a", content, {}).is(Errc::Cancelled));
    CallContext late("test", std::chrono::steady_clock::time_point{});
    CPPUNIT_ASSERT(storage->put(late, "a", content, {}).is(Errc::Timeout));
    CPPUNIT_ASSERT(storage->list(late, "", "", 1).is(Errc::Timeout));
    CPPUNIT_ASSERT(keys().empty() && staged().empty());
  }

  void readersKeepTheBytesTheyOpened() {
    LARDER_ASSERT_OK(put("a", "old bytes"));
    auto replaced = storage->open(ctx, "a", {});
    LARDER_ASSERT_OK(put("a", "new"));
    auto removed = storage->open(ctx, "a", {});
    LARDER_ASSERT_OK(storage->remove(ctx, "a"));
    CPPUNIT_ASSERT_EQUAL(std::string("old bytes"), readAll(*replaced->body).value());
    CPPUNIT_ASSERT_EQUAL(std::string("new"), readAll(*removed->body).value());
  }

  void shortenedFilesAreCorruptNotComplete() {
    LARDER_ASSERT_OK(put("a", "0123456789"));
    auto object = storage->open(ctx, "a", {});
    CPPUNIT_ASSERT_EQUAL(0, ::truncate(pathOf("a").c_str(), 4));
    CPPUNIT_ASSERT(readAll(*object->body).is(Errc::Corrupt));
  }

  void etagChangesWithEveryPut() {
    std::set<std::string> etags;
    for (int i = 0; i < 500; ++i) {
      const auto info = put("a", "same");
      LARDER_ASSERT_OK(info);
      CPPUNIT_ASSERT(etags.insert(info->etag).second);
      if (i % 2 == 0) LARDER_ASSERT_OK(storage->remove(ctx, "a"));
    }
  }

  void etagChangesWhenAFileIsEditedInPlace() {
    const auto before = put("a", "0123");
    std::ofstream(pathOf("a")) << "3210";
    CPPUNIT_ASSERT(storage->stat(ctx, "a")->etag != before->etag);
  }

  void etagIsTheSameFromEveryOperation() {
    const auto info = put("a/b", "0123");
    CPPUNIT_ASSERT_EQUAL(info->etag, storage->stat(ctx, "a/b")->etag);
    CPPUNIT_ASSERT_EQUAL(info->etag, storage->open(ctx, "a/b", {})->info.etag);
    CPPUNIT_ASSERT_EQUAL(info->etag, storage->openLocal("a/b")->info.etag);
    const auto listed = storage->list(ctx, "", "", 10)->objects.at(0);
    CPPUNIT_ASSERT_EQUAL(info->etag, listed.etag);
    CPPUNIT_ASSERT_EQUAL(info->size, listed.size);
    CPPUNIT_ASSERT(info->modified == listed.modified);
    CPPUNIT_ASSERT_EQUAL(std::string("a/b"), listed.key);
  }

  void removeMakesAbsentAndTakesEmptyDirectories() {
    LARDER_ASSERT_OK(put("a/b/c", "1"));
    LARDER_ASSERT_OK(storage->remove(ctx, "a/b/c"));
    LARDER_ASSERT_OK(storage->remove(ctx, "a/b/c"));
    CPPUNIT_ASSERT(storage->stat(ctx, "a/b/c").is(Errc::NotFound));
    CPPUNIT_ASSERT(!std::filesystem::exists(pathOf("a")));
    CPPUNIT_ASSERT(std::filesystem::exists(root()));
  }

  void removeLeavesOtherObjects() {
    for (const char* key : {"a/b/c", "a/b/d", "a/e"}) LARDER_ASSERT_OK(put(key, "1"));
    LARDER_ASSERT_OK(storage->remove(ctx, "a/b/c"));
    CPPUNIT_ASSERT((keys() == std::vector<std::string>{"a/b/d", "a/e"}));
  }

  void objectsAreNoPathPrefixOfOthers() {
    LARDER_ASSERT_OK(put("a/b", "1"));
    CPPUNIT_ASSERT(put("a/b/c", "2").is(Errc::Invalid));
    CPPUNIT_ASSERT(put("a", "2").is(Errc::Invalid));
    CPPUNIT_ASSERT(put("a", "2", {.ifAbsent = true}).is(Errc::Invalid));
    CPPUNIT_ASSERT(keys() == std::vector<std::string>{"a/b"});
  }

  void emptyDirectoriesDoNotBlockAKey() {
    std::filesystem::create_directories(pathOf("a/b/c"));
    std::filesystem::create_directories(pathOf("d/e/f"));
    LARDER_ASSERT_OK(put("a", "1"));
    LARDER_ASSERT_OK(put("d/e", "1", {.ifAbsent = true}));
    CPPUNIT_ASSERT((keys() == std::vector<std::string>{"a", "d/e"}));
  }

  void keysCannotLeaveTheStorage() {
    std::ofstream(directory / "secret") << "s";
    const std::string nul("a\0b", 3);
    for (const std::string& key :
         {std::string("../secret"), std::string("/etc/passwd"), std::string("a/../../secret"),
          std::string("."), std::string(), std::string("a//b"), nul, std::string(201, 'a'),
          std::string(kStagingName) + "/x"}) {
      CPPUNIT_ASSERT_MESSAGE(key, storage->stat(ctx, key).is(Errc::Invalid));
      CPPUNIT_ASSERT_MESSAGE(key, storage->open(ctx, key, {}).is(Errc::Invalid));
      CPPUNIT_ASSERT_MESSAGE(key, storage->openLocal(key).is(Errc::Invalid));
      CPPUNIT_ASSERT_MESSAGE(key, put(key, "x").is(Errc::Invalid));
      CPPUNIT_ASSERT_MESSAGE(key, storage->remove(ctx, key).is(Errc::Invalid));
    }
    CPPUNIT_ASSERT(std::filesystem::exists(directory / "secret"));
  }

  void linksAreNoObjectsAndNoDirectories() {
    std::filesystem::create_directory(directory / "outside");
    std::ofstream(directory / "outside/secret") << "s";
    std::filesystem::create_directory_symlink(directory / "outside", pathOf("link"));
    std::filesystem::create_symlink(directory / "outside/secret", pathOf("file"));
    for (const char* key : {"link/secret", "file"}) {
      CPPUNIT_ASSERT_MESSAGE(key, storage->stat(ctx, key).is(Errc::NotFound));
      CPPUNIT_ASSERT_MESSAGE(key, storage->open(ctx, key, {}).is(Errc::NotFound));
    }
    CPPUNIT_ASSERT(put("link/new", "x").is(Errc::Invalid));
    CPPUNIT_ASSERT(put("file", "x", {.ifAbsent = true}).is(Errc::Unavailable));
    LARDER_ASSERT_OK(storage->remove(ctx, "link/secret"));
    CPPUNIT_ASSERT(keys().empty());
    CPPUNIT_ASSERT(std::filesystem::exists(directory / "outside/secret"));
    CPPUNIT_ASSERT(!std::filesystem::exists(directory / "outside/new"));
  }

  void specialFilesAreNoObjects() {
    CPPUNIT_ASSERT_EQUAL(0, ::mkfifo(pathOf("pipe").c_str(), 0600));
    CPPUNIT_ASSERT(storage->open(ctx, "pipe", {}).is(Errc::NotFound));
    CPPUNIT_ASSERT(storage->stat(ctx, "pipe").is(Errc::NotFound));
    CPPUNIT_ASSERT(keys().empty());
    LARDER_ASSERT_OK(storage->remove(ctx, "pipe"));
    CPPUNIT_ASSERT(std::filesystem::exists(pathOf("pipe")));
  }

  void localFilesAreRegularFilesOnly() {
    LARDER_ASSERT_OK(put("a/b", "bytes"));
    auto* const local = sdk::facet<sdk::LocalFiles>(*storage);
    const auto file = local->openLocal("a/b");
    LARDER_ASSERT_OK(file);
    char buffer[8] = {};
    CPPUNIT_ASSERT_EQUAL(ssize_t{5}, ::pread(file->file.get(), buffer, sizeof buffer, 0));
    CPPUNIT_ASSERT_EQUAL(O_RDONLY, ::fcntl(file->file.get(), F_GETFL) & O_ACCMODE);
    CPPUNIT_ASSERT(local->openLocal("a").is(Errc::NotFound));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ObjectsTest);

}  // namespace
}  // namespace larder::filesystem::test
