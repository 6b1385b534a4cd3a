#include "core/base/call_context.h"
#include "tests/fakes/bytes.h"
#include "tests/fakes/memory_cache.h"
#include "tests/fakes/memory_storage.h"
#include "tests/support/test.h"

namespace {

namespace sdk = larder::sdk;
using larder::test::MemoryCache;
using larder::test::MemoryStorage;
using larder::test::StringContent;

class MemoryFakesTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(MemoryFakesTest);
  CPPUNIT_TEST(putIfAbsentRefusesASecondObject);
  CPPUNIT_TEST(failingContentStoresNothing);
  CPPUNIT_TEST(listingPagesInByteOrder);
  CPPUNIT_TEST(powerCutLosesWhatWasNotSynced);
  CPPUNIT_TEST(localFilesGiveTheBytes);
  CPPUNIT_TEST(batchesAreAllOrNothing);
  CPPUNIT_TEST(versionsAreNeverReused);
  CPPUNIT_TEST(scansPageByPrefix);
  CPPUNIT_TEST(changesDifferAfterEveryBatch);
  CPPUNIT_TEST_SUITE_END();

  larder::CallContext ctx{"test", std::chrono::seconds(60)};

  static sdk::Result<sdk::ObjectInfo> put(sdk::Storage& storage, sdk::Context& ctx, const char* key,
                                          const char* bytes, sdk::PutOptions options = {}) {
    StringContent content(bytes);
    return storage.put(ctx, key, content, options);
  }

 public:
  void putIfAbsentRefusesASecondObject() {
    MemoryStorage storage;
    LARDER_ASSERT_OK(put(storage, ctx, "a", "1", {.ifAbsent = true}));
    CPPUNIT_ASSERT(put(storage, ctx, "a", "2", {.ifAbsent = true}).is(sdk::Errc::Conflict));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), *storage.bytes("a"));
  }

  void failingContentStoresNothing() {
    MemoryStorage storage;
    StringContent broken("abc", {.failAt = 3});
    CPPUNIT_ASSERT(storage.put(ctx, "a", broken, {}).is(sdk::Errc::Corrupt));
    StringContent brief("abc", {.statedSize = 4});
    CPPUNIT_ASSERT(storage.put(ctx, "a", brief, {}).is(sdk::Errc::Corrupt));
    CPPUNIT_ASSERT(storage.keys().empty());
  }

  void listingPagesInByteOrder() {
    MemoryStorage storage;
    for (const char* key : {"a/b", "a-b", "a0", "b"}) storage.set(key, "");
    const auto first = storage.list(ctx, "a", "", 2);
    LARDER_ASSERT_OK(first);
    CPPUNIT_ASSERT_EQUAL(std::string("a-b"), first->objects.at(0).key);
    CPPUNIT_ASSERT_EQUAL(std::string("a/b"), first->next);
    const auto rest = storage.list(ctx, "a", first->next, 2);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, rest->objects.size());
    CPPUNIT_ASSERT(rest->next.empty());
  }

  void powerCutLosesWhatWasNotSynced() {
    MemoryStorage storage({.barrier = true});
    LARDER_ASSERT_OK(put(storage, ctx, "now", "1"));
    LARDER_ASSERT_OK(put(storage, ctx, "synced", "1", {.durability = sdk::Durability::Later}));
    LARDER_ASSERT_OK(storage.sync(ctx));
    LARDER_ASSERT_OK(put(storage, ctx, "lost", "1", {.durability = sdk::Durability::Later}));
    storage.powerCut();
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, storage.keys().size());
    CPPUNIT_ASSERT(!storage.bytes("lost"));
  }

  void localFilesGiveTheBytes() {
    MemoryStorage storage({.localFiles = true});
    storage.set("a", "bytes");
    const auto local = sdk::facet<sdk::LocalFiles>(storage)->openLocal("a");
    LARDER_ASSERT_OK(local);
    char buffer[8] = {};
    CPPUNIT_ASSERT_EQUAL(ssize_t{5}, ::pread(local->file.get(), buffer, sizeof buffer, 0));
    CPPUNIT_ASSERT_EQUAL(std::string("bytes"), std::string(buffer));
    MemoryStorage plain;
    CPPUNIT_ASSERT(sdk::facet<sdk::LocalFiles>(plain) == nullptr);
  }

  void batchesAreAllOrNothing() {
    MemoryCache cache;
    LARDER_ASSERT_OK(cache.apply(ctx, {.expect = {{"a", 0}}, .put = {{"a", "1"}, {"b", "1"}}}));
    CPPUNIT_ASSERT(cache.apply(ctx, {.expect = {{"a", 0}}, .put = {{"b", "2"}}, .erase = {"a"}})
                       .is(sdk::Errc::Conflict));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), cache.entries().at("b").value);
    CPPUNIT_ASSERT(cache.apply(ctx, {.put = {{"c", ""}}, .erase = {"c"}}).is(sdk::Errc::Invalid));
    const std::string large(sdk::kMaxRecordValue + 1, 'x');
    CPPUNIT_ASSERT(cache.apply(ctx, {.put = {{"c", large}}}).is(sdk::Errc::TooLarge));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, cache.entries().size());
  }

  void versionsAreNeverReused() {
    MemoryCache cache;
    LARDER_ASSERT_OK(cache.apply(ctx, {.put = {{"a", "1"}}}));
    const auto before = cache.entries().at("a").version;
    LARDER_ASSERT_OK(cache.apply(ctx, {.erase = {"a", "absent"}}));
    LARDER_ASSERT_OK(cache.apply(ctx, {.put = {{"a", "1"}}}));
    CPPUNIT_ASSERT(cache.entries().at("a").version > before);
  }

  void scansPageByPrefix() {
    MemoryCache cache;
    const std::string high = "a\xff";
    LARDER_ASSERT_OK(cache.apply(ctx, {.put = {{"a", ""}, {high, ""}, {"b", ""}}}));
    const auto page = cache.scan(ctx, "a", "", 1);
    CPPUNIT_ASSERT_EQUAL(std::string("a"), page->next);
    const auto rest = cache.scan(ctx, "a", page->next, 1);
    CPPUNIT_ASSERT_EQUAL(high, rest->records.at(0).key);
    CPPUNIT_ASSERT(rest->next.empty());
  }

  void changesDifferAfterEveryBatch() {
    MemoryCache cache;
    const auto before = cache.changes();
    CPPUNIT_ASSERT(before == cache.changes());
    LARDER_ASSERT_OK(cache.apply(ctx, {.put = {{"a", "1"}}}));
    CPPUNIT_ASSERT(before != cache.changes());
    cache.setChangesKnown(false);
    CPPUNIT_ASSERT(!cache.changes());
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(MemoryFakesTest);

}  // namespace
