#include "core/plugin/scopes.h"

#include "core/base/call_context.h"
#include "tests/fakes/bytes.h"
#include "tests/fakes/memory_cache.h"
#include "tests/fakes/memory_storage.h"
#include "tests/unit/plugin/bad_plugins.h"

namespace {

namespace sdk = larder::sdk;
using larder::plugin::ScopedCache;
using larder::plugin::ScopedStorage;
using larder::test::MemoryCache;
using larder::test::MemoryStorage;
using larder::test::StringContent;
using namespace std::chrono_literals;

class ScopesTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(ScopesTest);
  CPPUNIT_TEST(storageKeysLiveBelowThePrefix);
  CPPUNIT_TEST(storageScopesDoNotSeeEachOther);
  CPPUNIT_TEST(storageListingsPageWithinTheScope);
  CPPUNIT_TEST(storageFacetsAreScoped);
  CPPUNIT_TEST(storageWithoutFacetsOffersNone);
  CPPUNIT_TEST(cacheKeysLiveBelowThePrefix);
  CPPUNIT_TEST(cacheScopesDoNotSeeEachOther);
  CPPUNIT_TEST(cacheScansPageWithinTheScope);
  CPPUNIT_TEST(cacheExpectationsAreScoped);
  CPPUNIT_TEST_SUITE_END();

 public:
  void storageKeysLiveBelowThePrefix() {
    ScopedStorage scope(storage_, "repos/one/");
    const auto info = put(scope, "a/b", "bytes");
    CPPUNIT_ASSERT_EQUAL(std::string("a/b"), info.key);
    CPPUNIT_ASSERT_EQUAL(std::string("bytes"), storage_.bytes("repos/one/a/b").value());
    CPPUNIT_ASSERT_EQUAL(std::string("a/b"), scope.stat(ctx_, "a/b")->key);
    auto opened = scope.open(ctx_, "a/b", {});
    LARDER_ASSERT_OK(opened);
    CPPUNIT_ASSERT_EQUAL(std::string("a/b"), opened->info.key);
    LARDER_ASSERT_OK(scope.remove(ctx_, "a/b"));
    CPPUNIT_ASSERT(storage_.keys().empty());
  }

  void storageScopesDoNotSeeEachOther() {
    ScopedStorage one(storage_, "repos/one/");
    ScopedStorage two(storage_, "repos/two/");
    put(one, "a", "1");
    CPPUNIT_ASSERT(two.stat(ctx_, "a").is(sdk::Errc::NotFound));
    CPPUNIT_ASSERT(two.list(ctx_, "", "", 10)->objects.empty());
    LARDER_ASSERT_OK(two.remove(ctx_, "a"));
    LARDER_ASSERT_OK(one.stat(ctx_, "a"));
  }

  void storageListingsPageWithinTheScope() {
    ScopedStorage scope(storage_, "m/");
    for (const char* key : {"l/z", "n/a"}) storage_.set(key, "outside");
    for (const char* key : {"a", "b", "c", "d"}) put(scope, key, key);
    std::string seen;
    std::string after;
    do {
      const auto page = scope.list(ctx_, "", after, 3);
      LARDER_ASSERT_OK(page);
      for (const auto& object : page->objects) seen += object.key;
      after = page->next;
    } while (!after.empty());
    CPPUNIT_ASSERT_EQUAL(std::string("abcd"), seen);
    CPPUNIT_ASSERT_EQUAL(std::string("c"), scope.list(ctx_, "c", "", 3)->objects[0].key);
  }

  void storageFacetsAreScoped() {
    MemoryStorage whole({.localFiles = true, .barrier = true});
    ScopedStorage scope(whole, "s/");
    put(scope, "a", "local");
    auto* local = sdk::facet<sdk::LocalFiles>(scope);
    CPPUNIT_ASSERT(local != nullptr);
    const auto file = local->openLocal("a");
    LARDER_ASSERT_OK(file);
    CPPUNIT_ASSERT_EQUAL(std::string("a"), file->info.key);
    LARDER_ASSERT_OK(sdk::facet<sdk::DurabilityBarrier>(scope)->sync(ctx_));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, whole.calls().sync);
  }

  void storageWithoutFacetsOffersNone() {
    ScopedStorage scope(storage_, "s/");
    CPPUNIT_ASSERT(sdk::facet<sdk::Storage>(scope) == &scope);
    CPPUNIT_ASSERT(sdk::facet<sdk::LocalFiles>(scope) == nullptr);
    CPPUNIT_ASSERT(sdk::facet<sdk::DurabilityBarrier>(scope) == nullptr);
    CPPUNIT_ASSERT(sdk::facet<sdk::PresignedUrls>(scope) == nullptr);
    CPPUNIT_ASSERT(sdk::facet<sdk::ServerSideCopy>(scope) == nullptr);
  }

  void cacheKeysLiveBelowThePrefix() {
    ScopedCache scope(cache_, "g1/");
    apply(scope, {.expect = {}, .put = {{"k", "v"}}, .erase = {}});
    CPPUNIT_ASSERT_EQUAL(std::string("v"), value(cache_, "g1/k"));
    const std::vector<std::string> keys = {"k", "absent"};
    const auto found = scope.get(ctx_, keys);
    LARDER_ASSERT_OK(found);
    CPPUNIT_ASSERT_EQUAL(std::string("k"), found->records[0]->key);
    CPPUNIT_ASSERT(!found->records[1]);
    apply(scope, {.expect = {}, .put = {}, .erase = {"k"}});
    CPPUNIT_ASSERT_EQUAL(std::string("absent"), value(cache_, "g1/k"));
  }

  void cacheScopesDoNotSeeEachOther() {
    ScopedCache one(cache_, "g1/");
    ScopedCache two(cache_, "g2/");
    apply(one, {.expect = {}, .put = {{"k", "1"}}, .erase = {}});
    apply(two, {.expect = {{"k", 0}}, .put = {{"k", "2"}}, .erase = {}});
    CPPUNIT_ASSERT_EQUAL(std::string("1"), value(one, "k"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, two.scan(ctx_, "", "", 10)->records.size());
    apply(two, {.expect = {}, .put = {}, .erase = {"k"}});
    CPPUNIT_ASSERT_EQUAL(std::string("1"), value(one, "k"));
  }

  void cacheScansPageWithinTheScope() {
    ScopedCache scope(cache_, "m/");
    apply(cache_, {.expect = {}, .put = {{"l/z", ""}, {"n/a", ""}}, .erase = {}});
    apply(scope, {.expect = {}, .put = {{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}}, .erase = {}});
    std::string seen;
    std::string after;
    do {
      const auto page = scope.scan(ctx_, "", after, 3);
      LARDER_ASSERT_OK(page);
      for (const auto& record : page->records) seen += record.key;
      after = page->next;
    } while (!after.empty());
    CPPUNIT_ASSERT_EQUAL(std::string("abcd"), seen);
  }

  void cacheExpectationsAreScoped() {
    ScopedCache scope(cache_, "g1/");
    apply(cache_, {.expect = {}, .put = {{"k", "outside"}}, .erase = {}});
    apply(scope, {.expect = {{"k", 0}}, .put = {{"k", "1"}}, .erase = {}});
    const auto again = scope.apply(ctx_, {.expect = {{"k", 0}}, .put = {{"k", "2"}}, .erase = {}});
    CPPUNIT_ASSERT(again.is(sdk::Errc::Conflict));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), value(scope, "k"));
  }

 private:
  sdk::ObjectInfo put(sdk::Storage& storage, std::string_view key, std::string_view bytes) {
    StringContent content(bytes);
    auto info = storage.put(ctx_, key, content, {});
    LARDER_ASSERT_OK(info);
    return *info;
  }
  void apply(sdk::Cache& cache, const sdk::Batch& batch) {
    LARDER_ASSERT_OK(cache.apply(ctx_, batch));
  }
  std::string value(sdk::Cache& cache, const std::string& key) {
    const auto found = cache.get(ctx_, std::span(&key, 1));
    LARDER_ASSERT_OK(found);
    return found->records[0] ? found->records[0]->value : "absent";
  }

  MemoryStorage storage_;
  MemoryCache cache_;
  larder::CallContext ctx_{"r", 1min};
};

CPPUNIT_TEST_SUITE_REGISTRATION(ScopesTest);

}  // namespace
