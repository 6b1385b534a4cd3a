// Sentences of larder/sdk/cache.h on several callers at once.
#include "tests/conformance/cache_fixture.h"
#include "tests/conformance/storage_fixture.h"

namespace larder::conformance {
namespace {

constexpr int kThreads = 8;

class CacheThreadsSuite : public CacheFixture {
  CPPUNIT_TEST_SUITE(CacheThreadsSuite);
  CPPUNIT_TEST(eightThreadsOnDisjointKeys);
  CPPUNIT_TEST(eightThreadsOnOneKeyLoseNoUpdate);
  CPPUNIT_TEST(eightInstancesOnOneKeyLoseNoUpdate);
  CPPUNIT_TEST(exactlyOneOfConcurrentCreationsSucceeds);
  CPPUNIT_TEST(getSeesWholeBatchesOnly);
  CPPUNIT_TEST(pageOfAScanSeesWholeBatchesOnly);
  CPPUNIT_TEST(conflictsLeaveNoHalfBatch);
  CPPUNIT_TEST(changeCounterNeverMissesAChange);
  CPPUNIT_TEST_SUITE_END();

 public:
  void eightThreadsOnDisjointKeys() {
    together(kThreads, [this](int thread) {
      const std::string mine = "t" + std::to_string(thread) + "/";
      for (int i = 0; i < 25; ++i) {
        const std::string name = mine + std::to_string(i);
        put(name, name);
        CPPUNIT_ASSERT_EQUAL(name, value(name));
        if (i % 2 == 0) erase(name);
        CPPUNIT_ASSERT_EQUAL(std::size_t(i / 2 + i % 2), scan(mine).records.size());
      }
    });
    CPPUNIT_ASSERT_EQUAL(std::size_t{12 * kThreads}, names("").size());
  }

  void eightThreadsOnOneKeyLoseNoUpdate() {
    count([this](int) -> sdk::Cache& { return cache(); });
  }
  void eightInstancesOnOneKeyLoseNoUpdate() {
    backend().needs("several_instances");
    std::vector<std::unique_ptr<sdk::Cache>> instances;
    for (int i = 0; i < kThreads; ++i) instances.push_back(backend().cache());
    count([&](int thread) -> sdk::Cache& { return *instances[static_cast<std::size_t>(thread)]; });
  }

  void exactlyOneOfConcurrentCreationsSucceeds() {
    for (int turn = 0; turn < 20; ++turn) {
      const std::string name = "race" + std::to_string(turn);
      std::atomic<int> winner = -1;
      std::atomic<int> winners = 0;
      together(kThreads, [&](int thread) {
        const auto answer = tryApply(batch({{name, 0}}, {{name, std::to_string(thread)}}));
        if (answer) {
          winner = thread;
          ++winners;
        } else {
          LARDER_ASSERT_CODE(Conflict, answer);
        }
      });
      CPPUNIT_ASSERT_EQUAL(1, winners.load());
      CPPUNIT_ASSERT_EQUAL(std::to_string(winner), value(name));
    }
  }

  /// "One get() and each page of scan() see whole batches only."
  void getSeesWholeBatchesOnly() {
    writeTogether(0);
    const std::vector<std::string> all = {"a", "m/1", "m/2", "z"};
    whileWriting(
        3, 150, [this](int n) { writeTogether(n); },
        [&] {
          const auto found = get(all);
          for (const auto& record : found) {
            CPPUNIT_ASSERT(record.has_value());
            CPPUNIT_ASSERT_EQUAL(found[0]->value, record->value);
          }
        });
  }
  void pageOfAScanSeesWholeBatchesOnly() {
    writeTogether(0);
    whileWriting(
        3, 150, [this](int n) { writeTogether(n); },
        [this] {
          const auto page = scan("");
          CPPUNIT_ASSERT_EQUAL(std::size_t{4}, page.records.size());
          for (const auto& record : page.records) {
            CPPUNIT_ASSERT_EQUAL(page.records[0].value, record.value);
          }
        });
  }

  void conflictsLeaveNoHalfBatch() {
    put("turn", "0");
    std::atomic<int> done = 0;
    together(kThreads, [&](int thread) {
      for (int i = 0; i < 30; ++i) {
        const auto turn = get("turn");
        const std::string mine = std::to_string(thread) + "." + std::to_string(i);
        const auto answer =
            tryApply(batch({{"turn", turn->version}}, {{"turn", mine}, {"of/" + mine, mine}}));
        if (answer) ++done;
        CPPUNIT_ASSERT(answer.ok() || answer.is(sdk::Errc::Conflict));
      }
    });
    CPPUNIT_ASSERT(done > 0);
    CPPUNIT_ASSERT_EQUAL(static_cast<std::size_t>(done), names("of/").size());
  }

  /// What is read under an unchanged counter is current.
  void changeCounterNeverMissesAChange() {
    backend().needs("change_counter");
    auto* counter = sdk::facet<sdk::ChangeCounter>(cache());
    CPPUNIT_ASSERT(counter != nullptr);
    put("a", "0");
    std::atomic<int> acknowledged = 0;
    whileWriting(
        2, 300,
        [&](int n) {
          put("a", std::to_string(n));
          acknowledged = n;
        },
        [&] {
          const auto before = counter->changes();
          const int known = acknowledged;
          const auto seen = std::stoi(value("a"));
          CPPUNIT_ASSERT(seen >= known);
          const int later = acknowledged;
          if (before && before == counter->changes()) CPPUNIT_ASSERT(seen >= later);
        });
  }

 private:
  /// Every thread adds one, fifteen times, by compare and set.
  void count(const std::function<sdk::Cache&(int)>& instance) {
    put("count", "0");
    together(kThreads, [&](int thread) {
      for (int added = 0, tries = 0; added < 15; ++tries) {
        CPPUNIT_ASSERT_MESSAGE("a writer starves", tries < 20'000);
        sdk::Cache& mine = instance(thread);
        const auto now = getSet(mine, {"count"}).records[0];
        const std::string next = std::to_string(std::stoi(now->value) + 1);
        const auto answer = tryApply(mine, batch({{"count", now->version}}, {{"count", next}}));
        if (answer) {
          ++added;
        } else {
          LARDER_ASSERT_CODE(Conflict, answer);
        }
      }
    });
    CPPUNIT_ASSERT_EQUAL(std::to_string(15 * kThreads), value("count"));
  }

  void writeTogether(int n) {
    const std::string now = std::to_string(n);
    apply(batch({}, {{"a", now}, {"m/1", now}, {"m/2", now}, {"z", now}}));
  }
};

CPPUNIT_TEST_SUITE_NAMED_REGISTRATION(CacheThreadsSuite, "cache");

}  // namespace
}  // namespace larder::conformance
