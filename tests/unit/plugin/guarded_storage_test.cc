#include "core/base/call_context.h"
#include "core/plugin/guards.h"
#include "core/plugin/instances.h"
#include "tests/fakes/bytes.h"
#include "tests/fakes/fake_host.h"
#include "tests/fakes/fake_settings.h"
#include "tests/fakes/memory_storage.h"
#include "tests/unit/plugin/bad_plugins.h"

namespace {

namespace sdk = larder::sdk;
using larder::test::MemoryStorage;
using larder::test::StringContent;
using namespace std::chrono_literals;

/// Offers every optional interface, each of which throws.
class ThrowingFacets final : public sdk::Storage,
                             public sdk::LocalFiles,
                             public sdk::DurabilityBarrier,
                             public sdk::PresignedUrls,
                             public sdk::ServerSideCopy {
 public:
  sdk::Result<void> health(sdk::Context&) override { throw std::runtime_error("health"); }
  sdk::Result<sdk::ObjectInfo> stat(sdk::Context&, std::string_view) override {
    throw std::runtime_error("stat");
  }
  sdk::Result<sdk::OpenObject> open(sdk::Context&, std::string_view, sdk::ByteRange) override {
    throw std::runtime_error("open");
  }
  sdk::Result<sdk::ObjectInfo> put(sdk::Context&, std::string_view, sdk::Content&,
                                   const sdk::PutOptions&) override {
    throw std::runtime_error("put");
  }
  sdk::Result<void> remove(sdk::Context&, std::string_view) override {
    throw std::runtime_error("remove");
  }
  sdk::Result<sdk::ObjectPage> list(sdk::Context&, std::string_view, std::string_view,
                                    std::size_t) override {
    throw std::runtime_error("list");
  }
  sdk::Result<sdk::LocalFile> openLocal(std::string_view key) override {
    if (key == "null") return sdk::LocalFile{};
    throw std::runtime_error("local");
  }
  sdk::Result<void> sync(sdk::Context&) override { throw std::runtime_error("sync"); }
  sdk::Result<std::string> presignGet(std::string_view, const Options&) override {
    throw std::runtime_error("presign");
  }
  sdk::Result<sdk::ObjectInfo> copy(sdk::Context&, std::string_view, std::string_view,
                                    const sdk::PutOptions&) override {
    throw std::runtime_error("copy");
  }
  void* facet(sdk::FacetId id) noexcept override {
    if (id == sdk::LocalFiles::kFacet) return static_cast<sdk::LocalFiles*>(this);
    if (id == sdk::DurabilityBarrier::kFacet) return static_cast<sdk::DurabilityBarrier*>(this);
    if (id == sdk::PresignedUrls::kFacet) return static_cast<sdk::PresignedUrls*>(this);
    if (id == sdk::ServerSideCopy::kFacet) return static_cast<sdk::ServerSideCopy*>(this);
    if (id == sdk::FacetId{"acme.unknown/1"}) return this;
    return sdk::Storage::facet(id);
  }
};

class GuardedStorageTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(GuardedStorageTest);
  CPPUNIT_TEST(exceptionInACallIsAnErrorAndCounted);
  CPPUNIT_TEST(exceptionOfAnyTypeIsAnError);
  CPPUNIT_TEST(everyOperationIsBehindTheBarrier);
  CPPUNIT_TEST(answerAfterTheDeadlineIsTimeout);
  CPPUNIT_TEST(ownTimeoutIsNoBreach);
  CPPUNIT_TEST(nothingIsCalledOnceTheDeadlineHasPassed);
  CPPUNIT_TEST(expectedErrorsPassAndAreCountedByCode);
  CPPUNIT_TEST(missingBodyIsAnError);
  CPPUNIT_TEST(exceptionWhileReadingIsAnError);
  CPPUNIT_TEST(boastfulReadIsAnError);
  CPPUNIT_TEST(bodyOfAnotherLengthIsAnError);
  CPPUNIT_TEST(rangeLimitsWhatABodyMayGive);
  CPPUNIT_TEST(keysOutsideTheGrammarNeverReachThePlugin);
  CPPUNIT_TEST(listingsOutsideTheirLimitsNeverReachThePlugin);
  CPPUNIT_TEST(listingsThatCannotEndAreRefused);
  CPPUNIT_TEST(facetsAreThoseOfThePlugin);
  CPPUNIT_TEST(facetsAreGuarded);
  CPPUNIT_TEST(goodStorageWorksThroughTheGuard);
  CPPUNIT_TEST_SUITE_END();

 public:
  void exceptionInACallIsAnErrorAndCounted() {
    const auto answer = bad().stat(ctx_, "throw");
    CPPUNIT_ASSERT(answer.is(sdk::Errc::Internal));
    CPPUNIT_ASSERT_EQUAL(std::string("stat: the plugin let an exception out: thrown in a call"),
                         answer.error().message());
    CPPUNIT_ASSERT_EQUAL(1.0, violations("stat", "exception"));
    const auto events = host_.logger().events("plugin.exception.escaped");
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, events.size());
    CPPUNIT_ASSERT_EQUAL(std::string("thrown in a call"), events[0].fields.at("what"));
  }

  void exceptionOfAnyTypeIsAnError() {
    CPPUNIT_ASSERT(bad().stat(ctx_, "throw-odd").is(sdk::Errc::Internal));
    CPPUNIT_ASSERT_EQUAL(1.0, violations("stat", "exception"));
  }

  void everyOperationIsBehindTheBarrier() {
    auto storage = larder::plugin::guard(std::unique_ptr<sdk::Storage>(new ThrowingFacets), host_);
    StringContent content("x");
    CPPUNIT_ASSERT(storage->health(ctx_).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(storage->stat(ctx_, "a").is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(storage->open(ctx_, "a", {}).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(storage->put(ctx_, "a", content, {}).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(storage->remove(ctx_, "a").is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(storage->list(ctx_, "a", "", 1).is(sdk::Errc::Internal));
    for (const char* op : {"health", "stat", "open", "put", "remove", "list"}) {
      CPPUNIT_ASSERT_EQUAL_MESSAGE(op, 1.0, violations(op, "exception"));
    }
  }

  void answerAfterTheDeadlineIsTimeout() {
    larder::test::ShortContext soon;
    const auto answer = bad().stat(soon, "late");
    CPPUNIT_ASSERT(answer.is(sdk::Errc::Timeout));
    LARDER_ASSERT_CONTAINS("stat: answered ", answer.error().message());
    CPPUNIT_ASSERT_EQUAL(1.0, violations("stat", "deadline"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host_.logger().count("plugin.deadline.exceeded"));
  }

  void ownTimeoutIsNoBreach() {
    larder::test::ShortContext soon;
    const auto answer = bad().stat(soon, "late-timeout");
    CPPUNIT_ASSERT(answer.is(sdk::Errc::Timeout));
    CPPUNIT_ASSERT_EQUAL(std::string("gave up"), answer.error().message());
    CPPUNIT_ASSERT_EQUAL(0.0, violations("stat", "deadline"));
  }

  void nothingIsCalledOnceTheDeadlineHasPassed() {
    larder::CallContext past("r", std::chrono::steady_clock::now() - 1s);
    CPPUNIT_ASSERT(bad().stat(past, "throw").is(sdk::Errc::Timeout));
    CPPUNIT_ASSERT_EQUAL(0.0, violations("stat", "exception"));
    CPPUNIT_ASSERT_EQUAL(0.0, violations("stat", "deadline"));
  }

  void expectedErrorsPassAndAreCountedByCode() {
    for (int i = 0; i < 2; ++i) CPPUNIT_ASSERT(bad().stat(ctx_, "missing").is(sdk::Errc::NotFound));
    CPPUNIT_ASSERT_EQUAL(
        2.0, host_.metrics().value("larder_plugin_errors_total",
                                   {{"kind", "storage"}, {"op", "stat"}, {"code", "not_found"}}));
    CPPUNIT_ASSERT_EQUAL(2.0, host_.metrics().value("larder_plugin_call_seconds",
                                                    {{"kind", "storage"}, {"op", "stat"}}));
    CPPUNIT_ASSERT(host_.logger().events("plugin.exception.escaped").empty());
  }

  void missingBodyIsAnError() {
    CPPUNIT_ASSERT(bad().open(ctx_, "null", {}).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT_EQUAL(1.0, violations("open", "answer"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host_.logger().count("plugin.answer.malformed"));
  }

  void exceptionWhileReadingIsAnError() {
    auto object = bad().open(ctx_, "throw", {});
    LARDER_ASSERT_OK(object);
    CPPUNIT_ASSERT(larder::test::readAll(*object->body).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT_EQUAL(1.0, violations("read", "exception"));
  }

  void boastfulReadIsAnError() {
    auto object = bad().open(ctx_, "boast", {});
    LARDER_ASSERT_OK(object);
    CPPUNIT_ASSERT(larder::test::readAll(*object->body).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT_EQUAL(1.0, violations("read", "answer"));
  }

  void bodyOfAnotherLengthIsAnError() {
    auto right = bad().open(ctx_, "right", {});
    LARDER_ASSERT_OK(right);
    CPPUNIT_ASSERT_EQUAL(std::size_t{8}, larder::test::readAll(*right->body).value().size());
    auto shorter = bad().open(ctx_, "short", {});
    CPPUNIT_ASSERT(larder::test::readAll(*shorter->body).is(sdk::Errc::Corrupt));
    auto longer = bad().open(ctx_, "long", {});
    CPPUNIT_ASSERT(larder::test::readAll(*longer->body).is(sdk::Errc::Internal));
  }

  void rangeLimitsWhatABodyMayGive() {
    auto part = bad().open(ctx_, "right", {.offset = 2, .length = 3});
    LARDER_ASSERT_OK(part);
    CPPUNIT_ASSERT(larder::test::readAll(*part->body).is(sdk::Errc::Internal));
    auto rest = bad().open(ctx_, "short", {.offset = 1, .length = 1000});
    LARDER_ASSERT_OK(rest);
    CPPUNIT_ASSERT_EQUAL(std::size_t{7}, larder::test::readAll(*rest->body).value().size());
    CPPUNIT_ASSERT(bad().open(ctx_, "right", {.offset = 9, .length = {}}).is(sdk::Errc::Internal));
  }

  void keysOutsideTheGrammarNeverReachThePlugin() {
    auto storage = larder::plugin::guard(std::unique_ptr<sdk::Storage>(new ThrowingFacets), host_);
    StringContent content("x");
    for (const char* key : {"", "/a", "a/", "a//b", "..", "a/../b", "a b", "\xff"}) {
      CPPUNIT_ASSERT(storage->stat(ctx_, key).is(sdk::Errc::Invalid));
      CPPUNIT_ASSERT(storage->open(ctx_, key, {}).is(sdk::Errc::Invalid));
      CPPUNIT_ASSERT(storage->put(ctx_, key, content, {}).is(sdk::Errc::Invalid));
      CPPUNIT_ASSERT(storage->remove(ctx_, key).is(sdk::Errc::Invalid));
      CPPUNIT_ASSERT(sdk::facet<sdk::LocalFiles>(*storage)->openLocal(key).is(sdk::Errc::Invalid));
      CPPUNIT_ASSERT(
          sdk::facet<sdk::PresignedUrls>(*storage)->presignGet(key, {}).is(sdk::Errc::Invalid));
      auto* copier = sdk::facet<sdk::ServerSideCopy>(*storage);
      CPPUNIT_ASSERT(copier->copy(ctx_, key, "a", {}).is(sdk::Errc::Invalid));
      CPPUNIT_ASSERT(copier->copy(ctx_, "a", key, {}).is(sdk::Errc::Invalid));
    }
    CPPUNIT_ASSERT_EQUAL(std::string("\"a/../b\" is no storage key"),
                         storage->stat(ctx_, "a/../b").error().message());
  }

  void listingsOutsideTheirLimitsNeverReachThePlugin() {
    auto storage = larder::plugin::guard(std::unique_ptr<sdk::Storage>(new ThrowingFacets), host_);
    CPPUNIT_ASSERT(storage->list(ctx_, "a", "", 0).is(sdk::Errc::Invalid));
    CPPUNIT_ASSERT(storage->list(ctx_, "a", "", 1001).is(sdk::Errc::Invalid));
    CPPUNIT_ASSERT(storage->list(ctx_, "../", "", 1).is(sdk::Errc::Invalid));
  }

  void listingsThatCannotEndAreRefused() {
    CPPUNIT_ASSERT(bad().list(ctx_, "circle", "a", 10).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(bad().list(ctx_, "more", "a", 10).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT_EQUAL(2.0, violations("list", "answer"));
  }

  void facetsAreThoseOfThePlugin() {
    CPPUNIT_ASSERT(sdk::facet<sdk::Storage>(bad()) == &bad());
    CPPUNIT_ASSERT(sdk::facet<sdk::LocalFiles>(bad()) == nullptr);
    CPPUNIT_ASSERT(sdk::facet<sdk::DurabilityBarrier>(bad()) == nullptr);
    CPPUNIT_ASSERT(sdk::facet<sdk::PresignedUrls>(bad()) == nullptr);
    CPPUNIT_ASSERT(sdk::facet<sdk::ServerSideCopy>(bad()) == nullptr);
    auto all = larder::plugin::guard(std::unique_ptr<sdk::Storage>(new ThrowingFacets), host_);
    CPPUNIT_ASSERT(all->facet({"acme.unknown/1"}) == nullptr);
  }

  void facetsAreGuarded() {
    auto storage = larder::plugin::guard(std::unique_ptr<sdk::Storage>(new ThrowingFacets), host_);
    auto* local = sdk::facet<sdk::LocalFiles>(*storage);
    CPPUNIT_ASSERT(local->openLocal("a").is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(local->openLocal("null").is(sdk::Errc::Internal));
    CPPUNIT_ASSERT_EQUAL(1.0, violations("open_local", "exception"));
    CPPUNIT_ASSERT_EQUAL(1.0, violations("open_local", "answer"));
    CPPUNIT_ASSERT(
        sdk::facet<sdk::DurabilityBarrier>(*storage)->sync(ctx_).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(
        sdk::facet<sdk::PresignedUrls>(*storage)->presignGet("a", {}).is(sdk::Errc::Internal));
    CPPUNIT_ASSERT(sdk::facet<sdk::ServerSideCopy>(*storage)
                       ->copy(ctx_, "a", "b", {})
                       .is(sdk::Errc::Internal));
  }

  void goodStorageWorksThroughTheGuard() {
    auto storage = larder::plugin::guard(
        std::unique_ptr<sdk::Storage>(new MemoryStorage({.localFiles = true, .barrier = true})),
        host_);
    StringContent content("some bytes");
    LARDER_ASSERT_OK(storage->put(ctx_, "a/b", content, {}));
    auto object = storage->open(ctx_, "a/b", {.offset = 5, .length = {}});
    LARDER_ASSERT_OK(object);
    CPPUNIT_ASSERT_EQUAL(std::string("bytes"), larder::test::readAll(*object->body).value());
    LARDER_ASSERT_OK(sdk::facet<sdk::LocalFiles>(*storage)->openLocal("a/b"));
    LARDER_ASSERT_OK(sdk::facet<sdk::DurabilityBarrier>(*storage)->sync(ctx_));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, storage->list(ctx_, "a", "", 10)->objects.size());
    LARDER_ASSERT_OK(storage->remove(ctx_, "a/b"));
    CPPUNIT_ASSERT(storage->stat(ctx_, "a/b").is(sdk::Errc::NotFound));
  }

 private:
  sdk::Storage& bad() {
    if (!bad_) {
      larder::CallContext ctx("r", 1min);
      auto made =
          larder::plugin::createStorage(larder::test::loadBadPlugin("good"), ctx, host_, settings_);
      LARDER_ASSERT_OK(made);
      bad_ = std::move(made).value();
    }
    return *bad_;
  }

  double violations(const std::string& op, const std::string& rule) {
    return host_.metrics().value("larder_plugin_violations_total",
                                 {{"kind", "storage"}, {"op", op}, {"rule", rule}});
  }

  larder::test::FakeHost host_;
  larder::test::FakeSettings settings_;
  std::unique_ptr<sdk::Storage> bad_;
  larder::CallContext ctx_{"r", 1min};
};

CPPUNIT_TEST_SUITE_REGISTRATION(GuardedStorageTest);

}  // namespace
