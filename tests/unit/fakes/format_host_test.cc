#include "core/base/call_context.h"
#include "core/content/digests.h"
#include "tests/fakes/fake_format_host.h"
#include "tests/fakes/fake_request.h"
#include "tests/fakes/fake_settings.h"
#include "tests/fakes/faulty_cache.h"
#include "tests/fakes/memory_cache.h"
#include "tests/support/test.h"

namespace {

namespace sdk = larder::sdk;
using namespace std::chrono_literals;
using larder::test::FakeFormatHost;
using larder::test::FakeRequest;
using larder::test::Op;
using larder::test::StringContent;

/// One entry "of/<key>" per record; "bad" is none of its records.
class TinyFormat final : public sdk::Format {
 public:
  sdk::Result<void> health(sdk::Context&) override { return {}; }
  std::vector<sdk::Route> routes() override { return {}; }
  sdk::Result<std::string> normalize(std::string_view project) const override {
    return std::string(project);
  }
  sdk::Result<sdk::Indexed> index(std::string_view, std::string_view key,
                                  std::string_view record) const override {
    if (record == "bad") return sdk::Error(sdk::Errc::Corrupt, "bad record");
    return sdk::Indexed{{{"of/" + std::string(key), std::string(record)}}, {}};
  }
  sdk::Response render(const sdk::Request&, const sdk::Failure&) const override { return {}; }
};

class FormatHostFakesTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(FormatHostFakesTest);
  CPPUNIT_TEST(commitsDeriveEntries);
  CPPUNIT_TEST(refusedRecordsChangeNothing);
  CPPUNIT_TEST(blobsMustMatchTheirDigest);
  CPPUNIT_TEST(faultsComeOnTheStatedCall);
  CPPUNIT_TEST(ambiguousSuccessIsPerformed);
  CPPUNIT_TEST(truncatedBodiesEndEarly);
  CPPUNIT_TEST(jobsRunInOrderOfTheirDelay);
  CPPUNIT_TEST(requestsAskTheGate);
  CPPUNIT_TEST(settingsAreFound);
  CPPUNIT_TEST_SUITE_END();

  larder::CallContext ctx{"test", 60s};
  FakeFormatHost host;
  TinyFormat format;

  sdk::Result<std::uint64_t> commit(std::vector<sdk::Change> changes) {
    return host.journal("main").commit(
        ctx, [&](sdk::Context&, sdk::RecordReader&) -> sdk::Result<std::vector<sdk::Change>> {
          return changes;
        });
  }

 public:
  void setUp() override { host.use(format); }

  void commitsDeriveEntries() {
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, commit({{"a", "1"}, {"b", "1"}}).value());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, commit({{"a", "2"}, {"b", std::nullopt}}).value());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, commit({}).value());
    auto& journal = host.journal("main");
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, journal.entries().all().size());
    const auto entry = journal.entries().get(ctx, std::string("of/a"));
    CPPUNIT_ASSERT_EQUAL(std::string("2"), entry.value()->value);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host.journals(ctx)->size());
  }

  void refusedRecordsChangeNothing() {
    CPPUNIT_ASSERT(commit({{"a", "1"}, {"b", "bad"}}).is(sdk::Errc::Corrupt));
    CPPUNIT_ASSERT(commit({{"", "1"}}).is(sdk::Errc::Invalid));
    CPPUNIT_ASSERT(commit({{"a", std::string(65537, ' ')}}).is(sdk::Errc::TooLarge));
    CPPUNIT_ASSERT(host.journal("main").records().all().empty());
    CPPUNIT_ASSERT(host.journals(ctx)->empty());
  }

  void blobsMustMatchTheirDigest() {
    StringContent content("bytes");
    CPPUNIT_ASSERT(host.blobs().put(ctx, content, std::string(64, '0'), "").is(sdk::Errc::Corrupt));
    const auto digest = larder::content::digestOf(sdk::DigestAlgorithm::Sha256, "bytes");
    const auto blob = host.blobs().put(ctx, content, digest, "text/plain");
    LARDER_ASSERT_OK(blob);
    CPPUNIT_ASSERT_EQUAL(std::string("bytes"), *host.blobs().storage().bytes(blob->key));
  }

  void faultsComeOnTheStatedCall() {
    host.faults().on(Op::Apply, 2, {.error = sdk::Errc::Unavailable});
    LARDER_ASSERT_OK(commit({{"a", "1"}}));
    CPPUNIT_ASSERT(commit({{"a", "2"}}).is(sdk::Errc::Unavailable));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, host.faults().pending());
    LARDER_ASSERT_OK(commit({{"a", "3"}}));
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, host.faults().calls(Op::Apply));
  }

  void ambiguousSuccessIsPerformed() {
    larder::test::MemoryCache memory;
    larder::test::FaultyCache cache(memory);
    cache.faults().on(Op::Apply, 1, {.error = sdk::Errc::Timeout, .performed = true});
    CPPUNIT_ASSERT(cache.apply(ctx, {.put = {{"a", "1"}}}).is(sdk::Errc::Timeout));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, memory.entries().size());
  }

  void truncatedBodiesEndEarly() {
    host.blobs().storage().set("a", "0123456789");
    host.faults().on(Op::Open, 1, {.truncate = 4});
    auto brief = host.blobs().open(ctx, "a", {});
    CPPUNIT_ASSERT_EQUAL(std::string("0123"), larder::test::readAll(*brief->body).value());
    host.faults().on(Op::Open, 1, {.error = sdk::Errc::Unavailable, .truncate = 4});
    auto broken = host.blobs().open(ctx, "a", {});
    CPPUNIT_ASSERT(larder::test::readAll(*broken->body).is(sdk::Errc::Unavailable));
  }

  void jobsRunInOrderOfTheirDelay() {
    std::string order;
    const auto job = [&](char name) {
      return [&order, name](sdk::Context&) -> sdk::Result<void> {
        order += name;
        return {};
      };
    };
    host.jobs().schedule("late", 2s, job('L'));
    host.jobs().schedule("soon", 1s, job('x'));
    host.jobs().schedule("soon", 1s, job('S'));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host.jobs().run(ctx, 1s).size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host.jobs().run(ctx).size());
    CPPUNIT_ASSERT_EQUAL(std::string("SL"), order);
    CPPUNIT_ASSERT(host.jobs().turn(ctx, "none").is(sdk::Errc::NotFound));
  }

  void requestsAskTheGate() {
    FakeRequest request;
    request.headers = {{"Accept", "a"}, {"accept", "b"}};
    CPPUNIT_ASSERT(request.header("ACCEPT") == "a, b");
    request.gate = [](sdk::Verb, std::string_view project) -> sdk::Result<void> {
      if (project == "secret") return sdk::Error(sdk::Errc::Forbidden, "no");
      return {};
    };
    CPPUNIT_ASSERT(request.require(ctx, sdk::Verb::Read, "secret").is(sdk::Errc::Forbidden));
    CPPUNIT_ASSERT(!request.decided());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1},
                         request.filter(ctx, sdk::Verb::Read, {"secret", "open"})->size());
    CPPUNIT_ASSERT(request.decided());
    request.addFile("content", "a.txt", "bytes");
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{5}, request.form(ctx).value()->files[0].content->size());
  }

  void settingsAreFound() {
    larder::test::FakeSettings settings;
    settings.set("path", "/x").set("sync", true);
    settings.at("users", "bob").set("password", "p");
    settings.at("users", "alice").set("password", "q");
    settings.add("grants").set("user", "bob");
    const sdk::Settings& view = settings;
    CPPUNIT_ASSERT_EQUAL(std::string("/x"), view.string("path"));
    CPPUNIT_ASSERT(view.boolean("sync") && view.given("users") && !view.given("groups"));
    CPPUNIT_ASSERT_EQUAL(std::string("bob"), view.keys("users").at(0));
    CPPUNIT_ASSERT_EQUAL(std::string("q"), view.entry("users", "alice").string("password"));
    CPPUNIT_ASSERT_EQUAL(std::string("bob"), view.items("grants").at(0)->string("user"));
    CPPUNIT_ASSERT_THROW(view.string("absent"), std::logic_error);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FormatHostFakesTest);

}  // namespace
