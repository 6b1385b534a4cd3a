#include "core/base/call_context.h"
#include "core/plugin/guards.h"
#include "tests/fakes/fake_host.h"
#include "tests/fakes/memory_cache.h"
#include "tests/unit/plugin/bad_plugins.h"

namespace {

namespace sdk = larder::sdk;
using larder::test::MemoryCache;
using namespace std::chrono_literals;

/// Answers whatever the keys and prefixes say.
class BadCache final : public sdk::Cache {
 public:
  sdk::Result<void> health(sdk::Context&) override { throw std::runtime_error("health"); }
  sdk::Result<sdk::RecordSet> get(sdk::Context&, std::span<const std::string> keys) override {
    if (keys[0] == "throw") throw std::runtime_error("get");
    sdk::RecordSet few;
    few.records.resize(keys.size() - 1);
    return few;
  }
  sdk::Result<sdk::RecordPage> scan(sdk::Context&, std::string_view prefix, std::string_view after,
                                    std::size_t limit) override {
    if (prefix == "throw") throw std::runtime_error("scan");
    sdk::RecordPage page;
    if (prefix == "circle") page.next = after;
    if (prefix == "more") page.records.resize(limit + 1);
    return page;
  }
  sdk::Result<void> apply(sdk::Context&, const sdk::Batch&) override {
    throw std::runtime_error("apply");
  }
};

class GuardedCacheTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(GuardedCacheTest);
  CPPUNIT_TEST(everyOperationIsBehindTheBarrier);
  CPPUNIT_TEST(answerForAnotherNumberOfKeysIsAnError);
  CPPUNIT_TEST(scansThatCannotEndAreRefused);
  CPPUNIT_TEST(lookUpsOutsideTheLimitsNeverReachThePlugin);
  CPPUNIT_TEST(scansOutsideTheLimitsNeverReachThePlugin);
  CPPUNIT_TEST(batchesOutsideTheLimitsNeverReachThePlugin);
  CPPUNIT_TEST(keyWrittenTwiceNeverReachesThePlugin);
  CPPUNIT_TEST(batchesAtTheLimitsPass);
  CPPUNIT_TEST(changeCounterIsThatOfThePlugin);
  CPPUNIT_TEST_SUITE_END();

 public:
  void everyOperationIsBehindTheBarrier() {
    CPPUNIT_ASSERT(bad_->health(ctx_).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(get({"throw"}).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(bad_->scan(ctx_, "throw", "", 1).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(bad_->apply(ctx_, {}).is(sdk::Errc::Internal));
    for (const char* op : {"health", "get", "scan", "apply"}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(op, 1.0, violations(op, "exception"));
    }
  }

  void answerForAnotherNumberOfKeysIsAnError() {
    CPPUNIT_ASSERT(get({"a", "b"}).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT_EQUAL(1.0, violations("get", "answer"));
  }

  void scansThatCannotEndAreRefused() {
    CPPUNIT_ASSERT(bad_->scan(ctx_, "circle", "c", 10).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(bad_->scan(ctx_, "more", "", 10).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT_EQUAL(2.0, violations("scan", "answer"));
  }

  void lookUpsOutsideTheLimitsNeverReachThePlugin() {
    CPPUNIT_ASSERT(get({}).is(sdk::Errc::Invalid));
    CPPUNIT_ASSERT(get({""}).is(sdk::Errc::Invalid));
    CPPUNIT_ASSERT(get({std::string(513, 'k')}).is(sdk::Errc::TooLarge));
    CPPUNIT_ASSERT(get(std::vector<std::string>(1001, "k")).is(sdk::Errc::TooLarge));
  }

  void scansOutsideTheLimitsNeverReachThePlugin() {
    CPPUNIT_ASSERT(bad_->scan(ctx_, "throw", "", 0).is(sdk::Errc::Invalid));
    CPPUNIT_ASSERT(bad_->scan(ctx_, "throw", "", 1001).is(sdk::Errc::Invalid));
    CPPUNIT_ASSERT(bad_->scan(ctx_, std::string(513, 'k'), "", 1).is(sdk::Errc::TooLarge));
  }

  void batchesOutsideTheLimitsNeverReachThePlugin() {
    sdk::Batch batch;
    batch.expect.resize(300, {"x", 0});
    batch.put.resize(300, {"k", "v"});
    batch.erase.resize(401, "e");
    CPPUNIT_ASSERT(bad_->apply(ctx_, batch).is(sdk::Errc::TooLarge));
    CPPUNIT_ASSERT_EQUAL(std::string("1001 operations at once, at most 1000 are allowed"),
                         bad_->apply(ctx_, batch).error().message());
    CPPUNIT_ASSERT(
        bad_->apply(ctx_, {.expect = {}, .put = {{"", "v"}}, .erase = {}}).is(sdk::Errc::Invalid));
    CPPUNIT_ASSERT(
        bad_->apply(ctx_, {.expect = {{"", 0}}, .put = {}, .erase = {}}).is(sdk::Errc::Invalid));
    CPPUNIT_ASSERT(
        bad_->apply(ctx_, {.expect = {}, .put = {}, .erase = {""}}).is(sdk::Errc::Invalid));
    const std::string longKey(513, 'k');
    CPPUNIT_ASSERT(bad_->apply(ctx_, {.expect = {}, .put = {{longKey, "v"}}, .erase = {}})
                       .is(sdk::Errc::TooLarge));
    const std::string longValue(sdk::kMaxRecordValue + 1, 'v');
    CPPUNIT_ASSERT(bad_->apply(ctx_, {.expect = {}, .put = {{"k", longValue}}, .erase = {}})
                       .is(sdk::Errc::TooLarge));
  }

  void keyWrittenTwiceNeverReachesThePlugin() {
    CPPUNIT_ASSERT(bad_->apply(ctx_, {.expect = {}, .put = {{"k", "1"}, {"k", "2"}}, .erase = {}})
                       .is(sdk::Errc::Invalid));
    CPPUNIT_ASSERT(bad_->apply(ctx_, {.expect = {}, .put = {{"k", "1"}}, .erase = {"k"}})
                       .is(sdk::Errc::Invalid));
    CPPUNIT_ASSERT(
        bad_->apply(ctx_, {.expect = {}, .put = {}, .erase = {"k", "k"}}).is(sdk::Errc::Invalid));
  }

  void batchesAtTheLimitsPass() {
    auto cache = larder::plugin::guard(std::unique_ptr<sdk::Cache>(new MemoryCache), host_);
    sdk::Batch batch;
    for (int i = 0; i < 999; ++i) batch.put.push_back({"k" + std::to_string(i), "v"});
    batch.put[0] = {std::string(512, 'k'), std::string(sdk::kMaxRecordValue, 'v')};
    batch.expect = {{"k1", 0}};
    LARDER_ASSERT_OK(cache->apply(ctx_, batch));
    const std::vector<std::string> keys(1000, "k1");
    LARDER_ASSERT_OK(cache->get(ctx_, keys));
    CPPUNIT_ASSERT_EQUAL(std::size_t{999}, cache->scan(ctx_, "", "", 1000)->records.size());
  }

  void changeCounterIsThatOfThePlugin() {
    CPPUNIT_ASSERT(sdk::facet<sdk::ChangeCounter>(*bad_) == nullptr);
    auto* inner = new MemoryCache;
    auto cache = larder::plugin::guard(std::unique_ptr<sdk::Cache>(inner), host_);
    CPPUNIT_ASSERT(sdk::facet<sdk::ChangeCounter>(*cache) ==
                   sdk::facet<sdk::ChangeCounter>(*inner));
    CPPUNIT_ASSERT(sdk::facet<sdk::Cache>(*cache) == cache.get());
  }

 private:
  sdk::Result<sdk::RecordSet> get(std::vector<std::string> keys) { return bad_->get(ctx_, keys); }

  double violations(const std::string& op, const std::string& rule) {
    return host_.metrics().value("larder_plugin_violations_total",
                                 {{"kind", "cache"}, {"op", op}, {"rule", rule}});
  }

  larder::test::FakeHost host_;
  std::unique_ptr<sdk::Cache> bad_ =
      larder::plugin::guard(std::unique_ptr<sdk::Cache>(new BadCache), host_);
  larder::CallContext ctx_{"r", 1min};
};

CPPUNIT_TEST_SUITE_REGISTRATION(GuardedCacheTest);

}  // namespace
