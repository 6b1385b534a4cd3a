#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "fixture.h"

namespace larder::sqlite::test {
namespace {

using sdk::Errc;

class RecordsTest : public CacheFixture {
  CPPUNIT_TEST_SUITE(RecordsTest);
  CPPUNIT_TEST(recordsComeBackInTheOrderAsked);
  CPPUNIT_TEST(keysAndValuesAreAnyBytes);
  CPPUNIT_TEST(scansAreByPrefixInByteOrder);
  CPPUNIT_TEST(prefixesOfHighBytesEndNowhereTooEarly);
  CPPUNIT_TEST(randomBatchesBehaveLikeASortedMap);
  CPPUNIT_TEST(failedExpectationsChangeNothing);
  CPPUNIT_TEST(batchesOfExpectationsOnlyChangeNothing);
  CPPUNIT_TEST(versionsAreNeverReused);
  CPPUNIT_TEST(limitsAreEnforced);
  CPPUNIT_TEST(limitsThemselvesFit);
  CPPUNIT_TEST(readersSeeWholeBatchesOnly);
  CPPUNIT_TEST(changesStandStillUntilABatch);
  CPPUNIT_TEST(lateAndCancelledBatchesChangeNothing);
  CPPUNIT_TEST(createMakesDirectoriesAndNamesTheSetting);
  CPPUNIT_TEST_SUITE_END();

 public:
  void recordsComeBackInTheOrderAsked() {
    put("b", "2");
    put("a", "1");
    const std::vector<std::string> asked{"b", "absent", "a", "b"};
    const auto found = cache->get(ctx, asked);
    LARDER_ASSERT_OK(found);
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, found->records.size());
    CPPUNIT_ASSERT_EQUAL(std::string("2"), found->records[0]->value);
    CPPUNIT_ASSERT(!found->records[1]);
    CPPUNIT_ASSERT_EQUAL(std::string("a"), found->records[2]->key);
    CPPUNIT_ASSERT_EQUAL(std::string("2"), found->records[3]->value);
  }

  void keysAndValuesAreAnyBytes() {
    std::string all;
    for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
    put(all, all);
    put("empty", "");
    CPPUNIT_ASSERT_EQUAL(all, valueOf(all));
    CPPUNIT_ASSERT_EQUAL(std::string(), valueOf("empty"));
    CPPUNIT_ASSERT_EQUAL(std::string("(absent)"), valueOf(all.substr(0, 255)));
    CPPUNIT_ASSERT((keys(std::string(1, '\0')) == std::vector<std::string>{all}));
  }

  void scansAreByPrefixInByteOrder() {
    for (const char* key : {"b", "a\xff", "a/b", "a", "a-b", "ab"}) put(key, key);
    const std::vector<std::string> sorted{"a", "a-b", "a/b", "ab", "a\xff"};
    for (const std::size_t limit : {1U, 2U, 4U, 5U, 1000U})
      CPPUNIT_ASSERT(keys("a", limit) == sorted);
    CPPUNIT_ASSERT_EQUAL(std::size_t{6}, keys().size());
    const auto page = cache->scan(ctx, "a", "a/b", 1);
    CPPUNIT_ASSERT_EQUAL(std::string("ab"), page->records.at(0).key);
    CPPUNIT_ASSERT(cache->scan(ctx, "a", "b", 10)->records.empty());
    CPPUNIT_ASSERT(cache->scan(ctx, "a", "a\xff", 10)->next.empty());
  }

  void prefixesOfHighBytesEndNowhereTooEarly() {
    const std::string longest(sdk::kMaxRecordKey, '\xff');
    for (const std::string& key : {std::string("\xff"), std::string("\xff\xff\x01"), longest,
                                   std::string("a\xff\xff"), std::string("b")}) {
      put(key, "");
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, keys("\xff").size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, keys("\xff\xff").size());
    CPPUNIT_ASSERT((keys("a\xff") == std::vector<std::string>{"a\xff\xff"}));
    CPPUNIT_ASSERT((keys(longest) == std::vector<std::string>{longest}));
  }

  void randomBatchesBehaveLikeASortedMap() {
    std::mt19937 random(20260101);
    std::map<std::string, std::string> model;
    const auto below = [&](std::size_t n) {
      return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
    };
    const auto someKey = [&] {
      static constexpr std::string_view kBytes("\0\x01/a\xfe\xff", 6);
      std::string key;
      for (std::size_t i = 0; i <= below(4); ++i) key.push_back(kBytes[below(kBytes.size())]);
      return key;
    };
    for (int round = 0; round < 150; ++round) {
      std::map<std::string, std::optional<std::string>> changes;
      for (std::size_t i = 0; i <= below(8); ++i) {
        changes[someKey()] =
            below(3) == 0 ? std::nullopt : std::optional(std::string(below(3000), 'v'));
      }
      sdk::Batch batch;
      for (const auto& [key, value] : changes) {
        if (value) batch.put.push_back({key, *value});
        if (!value) batch.erase.push_back(key);
        if (value) model[key] = *value;
        if (!value) model.erase(key);
      }
      LARDER_ASSERT_OK(cache->apply(ctx, batch));
      const std::string prefix = someKey().substr(0, below(4));
      std::vector<std::string> expected;
      for (const auto& [key, value] : model) {
        if (key.starts_with(prefix)) expected.push_back(key);
      }
      CPPUNIT_ASSERT(keys(prefix, 1 + below(5)) == expected);
    }
    for (const auto& [key, value] : model) CPPUNIT_ASSERT_EQUAL(value, valueOf(key));
  }

  void failedExpectationsChangeNothing() {
    put("a", "1");
    const auto version = get("a")->version;
    const auto changes = cache->changes();
    CPPUNIT_ASSERT(
        cache->apply(ctx, {.expect = {{"a", 0}}, .put = {{"a", "2"}}}).is(Errc::Conflict));
    CPPUNIT_ASSERT(
        cache
            ->apply(ctx,
                    {.expect = {{"a", version}, {"b", 7}}, .put = {{"c", "2"}}, .erase = {"a"}})
            .is(Errc::Conflict));
    CPPUNIT_ASSERT(keys() == std::vector<std::string>{"a"});
    CPPUNIT_ASSERT_EQUAL(version, get("a")->version);
    CPPUNIT_ASSERT(changes == cache->changes());
    LARDER_ASSERT_OK(cache->apply(
        ctx, {.expect = {{"a", version}, {"b", 0}}, .put = {{"c", "2"}}, .erase = {"a"}}));
    CPPUNIT_ASSERT(keys() == std::vector<std::string>{"c"});
  }

  void batchesOfExpectationsOnlyChangeNothing() {
    put("a", "1");
    const auto changes = cache->changes();
    LARDER_ASSERT_OK(cache->apply(ctx, {.expect = {{"a", get("a")->version}}}));
    CPPUNIT_ASSERT(cache->apply(ctx, {.expect = {{"a", 1}}}).is(Errc::Conflict));
    CPPUNIT_ASSERT(changes && changes == cache->changes());
  }

  void versionsAreNeverReused() {
    std::uint64_t last = 0;
    for (int i = 0; i < 5; ++i) {
      put("a", "same");
      CPPUNIT_ASSERT(get("a")->version > last);
      last = get("a")->version;
      LARDER_ASSERT_OK(cache->apply(ctx, {.erase = {"a", "absent"}}));
      if (i == 2) cache = make();
    }
  }

  void limitsAreEnforced() {
    const std::string longKey(sdk::kMaxRecordKey + 1, 'k');
    const std::string longValue(sdk::kMaxRecordValue + 1, 'v');
    CPPUNIT_ASSERT(cache->apply(ctx, {.put = {{longKey, ""}}}).is(Errc::TooLarge));
    CPPUNIT_ASSERT(cache->apply(ctx, {.erase = {longKey}}).is(Errc::TooLarge));
    CPPUNIT_ASSERT(cache->apply(ctx, {.put = {{"a", longValue}}}).is(Errc::TooLarge));
    CPPUNIT_ASSERT(cache->apply(ctx, {.put = {{"", "x"}}}).is(Errc::Invalid));
    CPPUNIT_ASSERT(cache->apply(ctx, {.put = {{"a", "x"}}, .erase = {"a"}}).is(Errc::Invalid));
    sdk::Batch many;
    for (std::size_t i = 0; i <= sdk::kMaxBatchOps; ++i)
      many.put.push_back({std::to_string(i), ""});
    CPPUNIT_ASSERT(cache->apply(ctx, many).is(Errc::TooLarge));
    CPPUNIT_ASSERT(keys().empty());
  }

  void limitsThemselvesFit() {
    sdk::Batch many;
    for (std::size_t i = 0; i < sdk::kMaxBatchOps; ++i)
      many.put.push_back({std::to_string(i), "x"});
    LARDER_ASSERT_OK(cache->apply(ctx, many));
    std::vector<std::string> asked;
    for (const auto& write : many.put) asked.push_back(write.key);
    CPPUNIT_ASSERT_EQUAL(sdk::kMaxGetKeys, cache->get(ctx, asked)->records.size());
    const std::string key(sdk::kMaxRecordKey, 'k');
    const std::string value(sdk::kMaxRecordValue, 'v');
    put(key, value);
    CPPUNIT_ASSERT(valueOf(key) == value);
    CPPUNIT_ASSERT(cache->scan(ctx, key, "", 1)->records.at(0).value == value);
  }

  void readersSeeWholeBatchesOnly() {
    LARDER_ASSERT_OK(cache->apply(ctx, {.put = {{"a", "0"}, {"b", "0"}}}));
    std::atomic<bool> stop = false;
    std::atomic<int> failures = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        const std::vector<std::string> both{"a", "b"};
        while (!stop) {
          const auto found = cache->get(ctx, both);
          if (!found || found->records[0]->value != found->records[1]->value) ++failures;
          const auto page = cache->scan(ctx, "", "", 10);
          if (!page || page->records[0].value != page->records[1].value) ++failures;
        }
      });
    }
    for (int i = 0; i < 300; ++i) {
      const std::string value = std::to_string(i);
      if (!cache->apply(ctx, {.put = {{"a", value}, {"b", value}}})) ++failures;
    }
    stop = true;
    for (std::thread& thread : threads) thread.join();
    CPPUNIT_ASSERT_EQUAL(0, failures.load());
  }

  void changesStandStillUntilABatch() {
    const auto before = cache->changes();
    CPPUNIT_ASSERT(before.has_value());
    (void)valueOf("a");
    LARDER_ASSERT_OK(cache->health(ctx));
    CPPUNIT_ASSERT(before == cache->changes());
    put("a", "1");
    const auto after = cache->changes();
    CPPUNIT_ASSERT(after && before != after);
    const auto second = make();
    CPPUNIT_ASSERT(after == second->changes());
    LARDER_ASSERT_OK(second->apply(ctx, {.erase = {"a"}}));
    CPPUNIT_ASSERT(after != cache->changes());
    CPPUNIT_ASSERT(sdk::facet<sdk::ChangeCounter>(*cache) != nullptr);
  }

  void lateAndCancelledBatchesChangeNothing() {
    CallContext late("test", std::chrono::steady_clock::time_point{});
    CPPUNIT_ASSERT(cache->apply(late, {.put = {{"a", "1"}}}).is(Errc::Timeout));
    CallContext gone("test", std::chrono::seconds(60));
    gone.cancel();
    CPPUNIT_ASSERT(cache->apply(gone, {.put = {{"a", "1"}}}).is(Errc::Cancelled));
    CPPUNIT_ASSERT(keys().empty());
  }

  void createMakesDirectoriesAndNamesTheSetting() {
    larder::test::FakeSettings settings;
    settings.set("path", directory / "deep/er/cache.db");
    LARDER_ASSERT_OK(SqliteCache::create(ctx, host, settings));
    std::ofstream(directory / "file") << "x";
    settings.set("path", directory / "file/cache.db");
    const auto refused = SqliteCache::create(ctx, host, settings);
    CPPUNIT_ASSERT(refused.is(Errc::Invalid));
    CPPUNIT_ASSERT(refused.error().message().starts_with("test.yaml:1:1: path: "));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RecordsTest);

}  // namespace
}  // namespace larder::sqlite::test
