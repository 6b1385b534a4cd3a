// Sentences of larder/sdk/storage.h on optional interfaces. A backend that does not
// offer one says so under `lacks`, so that nobody loses one unawares.
#include <fcntl.h>
#include <unistd.h>

#include "tests/conformance/storage_fixture.h"

namespace larder::conformance {
namespace {

class StorageFacetsSuite : public StorageFixture {
  CPPUNIT_TEST_SUITE(StorageFacetsSuite);
  CPPUNIT_TEST(localFileHoldsTheObject);
  CPPUNIT_TEST(localFileIsReadOnlyAndAtItsStart);
  CPPUNIT_TEST(localFileOfAbsentKeyIsNotFound);
  CPPUNIT_TEST(localFileKeepsItsBytes);
  CPPUNIT_TEST(localFilesOpenWhileOthersWrite);
  CPPUNIT_TEST(syncFollowsPutsKeptForLater);
  CPPUNIT_TEST(syncOfNothingSucceeds);
  CPPUNIT_TEST(syncsRunTogetherWithPuts);
  CPPUNIT_TEST(presignedUrlIsAbsoluteAndRepeatable);
  CPPUNIT_TEST(presignedUrlNeedsNoObject);
  CPPUNIT_TEST(copyIsLikeReadingAndPutting);
  CPPUNIT_TEST(copyOfAbsentKeyIsNotFound);
  CPPUNIT_TEST(copyIfAbsentOnAnExistingKeyIsConflict);
  CPPUNIT_TEST_SUITE_END();

 public:
  void localFileHoldsTheObject() {
    const std::string bytes = pattern(100'000, 1);
    const auto info = put("a", bytes);
    const auto opened = local().openLocal(key("a"));
    LARDER_ASSERT_OK(opened);
    assertSame(info, opened->info);
    CPPUNIT_ASSERT(bytes == contents(opened->file.get(), bytes.size() + 1));
    put("empty", "");
    const auto empty = local().openLocal(key("empty"));
    LARDER_ASSERT_OK(empty);
    CPPUNIT_ASSERT_EQUAL(std::string(), contents(empty->file.get(), 1));
  }

  /// "Read-only, at offset 0."
  void localFileIsReadOnlyAndAtItsStart() {
    put("a", "abc");
    const auto opened = local().openLocal(key("a"));
    LARDER_ASSERT_OK(opened);
    const int fd = opened->file.get();
    CPPUNIT_ASSERT_EQUAL(off_t{0}, ::lseek(fd, 0, SEEK_CUR));
    CPPUNIT_ASSERT_EQUAL(O_RDONLY, ::fcntl(fd, F_GETFL) & O_ACCMODE);
    CPPUNIT_ASSERT_EQUAL(ssize_t{-1}, ::write(fd, "x", 1));
    CPPUNIT_ASSERT((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
  }

  void localFileOfAbsentKeyIsNotFound() {
    LARDER_ASSERT_CODE(NotFound, local().openLocal(key("absent")));
    put("there/a", "x");
    LARDER_ASSERT_CODE(NotFound, local().openLocal(key("there")));
  }

  /// "The bytes under the descriptor do not change."
  void localFileKeepsItsBytes() {
    put("a", "the old bytes");
    const auto opened = local().openLocal(key("a"));
    LARDER_ASSERT_OK(opened);
    put("a", "new");
    CPPUNIT_ASSERT_EQUAL(std::string("the old bytes"), contents(opened->file.get(), 100));
    remove("a");
    CPPUNIT_ASSERT_EQUAL(std::string("the old bytes"), contents(opened->file.get(), 100));
  }

  void localFilesOpenWhileOthersWrite() {
    put("a", pattern(1000, 0));
    auto& files = local();
    whileWriting(
        3, 200,
        [this](int n) {
          LARDER_ASSERT_OK(tryPut("a", pattern(static_cast<std::size_t>(1000 + n % 3), n % 3),
                                  {.durability = sdk::Durability::Later}));
        },
        [&] {
          const auto opened = files.openLocal(key("a"));
          LARDER_ASSERT_OK(opened);
          const std::string bytes = contents(opened->file.get(), 2000);
          CPPUNIT_ASSERT_EQUAL(opened->info.size, std::uint64_t{bytes.size()});
          CPPUNIT_ASSERT(bytes == pattern(bytes.size(), static_cast<int>(bytes.size() - 1000)));
        });
  }

  void syncFollowsPutsKeptForLater() {
    auto& barrier = offered<sdk::DurabilityBarrier>("durability_barrier");
    for (int i = 0; i < 20; ++i) {
      put("s/" + std::to_string(i), "x", {.durability = sdk::Durability::Later});
    }
    CallContext ctx = makeContext();
    LARDER_ASSERT_OK(barrier.sync(ctx));
    CPPUNIT_ASSERT_EQUAL(std::size_t{20}, names("s/").size());
  }

  void syncOfNothingSucceeds() {
    auto& barrier = offered<sdk::DurabilityBarrier>("durability_barrier");
    CallContext ctx = makeContext();
    for (int i = 0; i < 3; ++i) LARDER_ASSERT_OK(barrier.sync(ctx));
    put("a", "x", {.durability = sdk::Durability::Later});
    remove("a");  // what is to be made durable may be gone
    LARDER_ASSERT_OK(barrier.sync(ctx));
  }

  void syncsRunTogetherWithPuts() {
    auto& barrier = offered<sdk::DurabilityBarrier>("durability_barrier");
    together(8, [&](int thread) {
      CallContext ctx = makeContext();
      for (int i = 0; i < 10; ++i) {
        const std::string name = std::to_string(thread) + "/" + std::to_string(i % 4);
        LARDER_ASSERT_OK(tryPut(name, "x", {.durability = sdk::Durability::Later}));
        LARDER_ASSERT_OK(barrier.sync(ctx));
      }
    });
    CPPUNIT_ASSERT_EQUAL(std::size_t{32}, names("").size());
  }

  /// "An absolute URL"; "equal inputs, equal URL".
  void presignedUrlIsAbsoluteAndRepeatable() {
    auto& urls = offered<sdk::PresignedUrls>("presigned_urls");
    const sdk::PresignedUrls::Options options{
        std::chrono::sys_days(std::chrono::year(2026) / 1 / 1), std::chrono::hours(24),
        "application/zip", "attachment"};
    const auto url = urls.presignGet(key("a+b~c"), options);
    LARDER_ASSERT_OK(url);
    CPPUNIT_ASSERT(url->find("://") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(*url, urls.presignGet(key("a+b~c"), options).value());
    CPPUNIT_ASSERT(*url != urls.presignGet(key("a+b~d"), options).value());
  }

  /// "Does not check that the object exists."
  void presignedUrlNeedsNoObject() {
    auto& urls = offered<sdk::PresignedUrls>("presigned_urls");
    LARDER_ASSERT_OK(urls.presignGet(key("absent"), {{}, std::chrono::hours(1), {}, {}}));
  }

  /// "Like reading `from` and put() under `to`."
  void copyIsLikeReadingAndPutting() {
    auto& copier = offered<sdk::ServerSideCopy>("server_side_copy");
    put("from", "the bytes");
    put("to", "others");
    CallContext ctx = makeContext();
    const auto info = copier.copy(ctx, key("from"), key("to"), {});
    LARDER_ASSERT_OK(info);
    assertSame(*info, *stat("to"));
    CPPUNIT_ASSERT_EQUAL(std::string("the bytes"), read("to"));
    remove("from");
    CPPUNIT_ASSERT_EQUAL(std::string("the bytes"), read("to"));
  }

  void copyOfAbsentKeyIsNotFound() {
    auto& copier = offered<sdk::ServerSideCopy>("server_side_copy");
    CallContext ctx = makeContext();
    LARDER_ASSERT_CODE(NotFound, copier.copy(ctx, key("absent"), key("to"), {}));
    LARDER_ASSERT_CODE(NotFound, stat("to"));
  }

  void copyIfAbsentOnAnExistingKeyIsConflict() {
    backend().needs("conditional_put");
    auto& copier = offered<sdk::ServerSideCopy>("server_side_copy");
    put("from", "the bytes");
    put("to", "others");
    CallContext ctx = makeContext();
    LARDER_ASSERT_CODE(Conflict, copier.copy(ctx, key("from"), key("to"), {.ifAbsent = true}));
    CPPUNIT_ASSERT_EQUAL(std::string("others"), read("to"));
  }

 private:
  template <class T>
  T& offered(const std::string& ability) {
    backend().needs(ability);
    T* found = sdk::facet<T>(storage());
    CPPUNIT_ASSERT_MESSAGE("not offered, and not listed under lacks", found != nullptr);
    CPPUNIT_ASSERT(found == sdk::facet<T>(storage()));
    return *found;
  }
  sdk::LocalFiles& local() { return offered<sdk::LocalFiles>("local_files"); }

  static std::string contents(int fd, std::size_t most) {
    std::string bytes(most, '\0');
    std::size_t at = 0;
    while (at < most) {
      const ssize_t got = ::pread(fd, bytes.data() + at, most - at, static_cast<off_t>(at));
      CPPUNIT_ASSERT(got >= 0);
      if (got == 0) break;
      at += static_cast<std::size_t>(got);
    }
    bytes.resize(at);
    return bytes;
  }
};

CPPUNIT_TEST_SUITE_NAMED_REGISTRATION(StorageFacetsSuite, "storage");

}  // namespace
}  // namespace larder::conformance
