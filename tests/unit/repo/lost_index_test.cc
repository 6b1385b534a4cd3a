#include "core/repo/follower.h"
#include "core/repo/rebuilder.h"
#include "tests/fakes/faulty_cache.h"
#include "tests/unit/repo/host.h"

namespace {

using larder::repo::Follower;
using larder::repo::Rebuilder;
using larder::repo::Shared;
using larder::sdk::Change;
using larder::sdk::Context;
using larder::sdk::Errc;
using larder::sdk::RecordReader;
using larder::sdk::Result;
using larder::test::FakeClock;
using larder::test::FaultyCache;
using larder::test::MemoryCache;
using larder::test::MemoryStorage;
using larder::test::Op;
using larder::test::RepoHost;

/// Caches and entries that go away or change at the wrong moment.
class LostIndexTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(LostIndexTest);
  CPPUNIT_TEST(aFlushDuringARebuildLeavesNoHalfIndex);
  CPPUNIT_TEST(aCacheThatGoesBackDuringARebuildLeavesNoHalfIndex);
  CPPUNIT_TEST(aCacheThatGoesBackDuringTheSwapLeavesNoHalfIndex);
  CPPUNIT_TEST(hostsThatOpenAtOnceOnAnEmptyCacheAllStart);
  CPPUNIT_TEST(aRebuildInAJobGivesWayToAnothersIndex);
  CPPUNIT_TEST(aScanIsNotReadFromAReplacedGeneration);
  CPPUNIT_TEST(recordsThatDeriveTheSameEntryStopNoRebuild);
  CPPUNIT_TEST(aDamagedEntryAtTheHeadStopsNobody);
  CPPUNIT_TEST(readersPassAnAnnouncedEntryThatIsDamaged);
  CPPUNIT_TEST(anEntryThatIsHalfInAndGoneStopsNobody);
  CPPUNIT_TEST_SUITE_END();

  static constexpr const char* kSecond =
      "repositories/pkgs/journals/main/entries/00000000000000000002";

  FakeClock clock_;
  MemoryStorage storage_{{.clock = &clock_}};
  MemoryCache cache_;
  int epochs_ = 0;

 public:
  std::string newEpoch() { return "epoch after " + std::to_string(++epochs_); }

  std::string fill() {
    MemoryCache own({.epoch = "own"});
    RepoHost host(storage_, own, clock_);
    LARDER_ASSERT_OK(host.open());
    for (const char* journal : {"main", "other", "third"}) {
      for (const char* key : {"a", "b", "c"})
        LARDER_ASSERT_OK(host.set(key, std::string("1\nentry e/") + key + " 1", journal));
    }
    return host.everything();
  }

  /// Opens a host on an empty cache that `lose` spoils at the n-th batch; then another.
  /// Whether there was an n-th batch.
  bool losing(std::size_t n, const std::string& wanted,
              const std::function<larder::test::Fault(MemoryCache&)>& lose) {
    MemoryCache cache({.epoch = newEpoch()});
    FaultyCache spoiled(cache);
    RepoHost first(storage_, spoiled, clock_);
    spoiled.faults().on(Op::Apply, n, lose(cache));
    const auto opened = first.open();
    const bool happened = spoiled.faults().pending() == 0;
    spoiled.faults().clear();
    CPPUNIT_ASSERT(opened || opened.is(Errc::Unavailable));
    RepoHost second(storage_, cache, clock_);
    LARDER_ASSERT_OK(second.open());
    CPPUNIT_ASSERT_EQUAL(wanted, second.everything());
    CPPUNIT_ASSERT_EQUAL(wanted, first.everything());
    return happened;
  }

  void aFlushDuringARebuildLeavesNoHalfIndex() {
    const std::string wanted = fill();
    const auto flush = [this](MemoryCache& cache) {
      return larder::test::Fault{.hook = [&cache, this] { cache.reset(newEpoch()); }};
    };
    std::size_t n = 1;
    while (losing(n, wanted, flush)) ++n;
    CPPUNIT_ASSERT(n > 5);
  }

  void aCacheThatGoesBackDuringARebuildLeavesNoHalfIndex() {
    const std::string wanted = fill();
    for (std::size_t lost = 1; lost < 7; ++lost) {
      // A replica takes over that hasn't heard of the records yet.
      const auto goBack = [&](MemoryCache& cache) {
        return larder::test::Fault{.after = [&cache, this] {
          auto entries = cache.entries();
          std::erase_if(entries, [](const auto& entry) {
            return entry.first.find("/r/") != std::string::npos;
          });
          cache.goBack(entries, newEpoch());
        }};
      };
      losing(lost, wanted, goBack);
    }
  }

  void aCacheThatGoesBackDuringTheSwapLeavesNoHalfIndex() {
    const std::string wanted = fill();
    MemoryCache cache({.epoch = newEpoch()});
    FaultyCache spoiled(cache);
    RepoHost first(storage_, spoiled, clock_);
    // The swap itself survives; a record that was filled in doesn't.
    spoiled.faults().on(Op::Apply, 1,
                        {.after =
                             [&] {
                               auto entries = cache.entries();
                               std::erase_if(entries, [](const auto& entry) {
                                 return entry.first.find("/r/b") != std::string::npos;
                               });
                               cache.goBack(entries, newEpoch());
                             }},
                        "pkgs/generation");
    CPPUNIT_ASSERT(first.open().is(Errc::Unavailable));
    RepoHost second(storage_, cache, clock_);
    LARDER_ASSERT_OK(second.open());
    CPPUNIT_ASSERT_EQUAL(wanted, second.everything());
  }

  void hostsThatOpenAtOnceOnAnEmptyCacheAllStart() {
    const std::string wanted = fill();
    FaultyCache slow(cache_);
    RepoHost slower(storage_, slow, clock_);
    RepoHost quicker(storage_, cache_, clock_);
    slow.faults().on(Op::Apply, 1, {.hook = [&] { LARDER_ASSERT_OK(quicker.open()); }},
                     "pkgs/generation");
    LARDER_ASSERT_OK(slower.open());
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, slow.faults().pending());
    CPPUNIT_ASSERT_EQUAL(wanted, slower.everything());
    CPPUNIT_ASSERT_EQUAL(wanted, quicker.everything());
  }

  void aRebuildInAJobGivesWayToAnothersIndex() {
    const std::string wanted = fill();
    larder::test::FakeJobs jobs;
    FaultyCache slow(cache_);
    RepoHost slower(storage_, slow, clock_, "pkgs", {}, &jobs);
    RepoHost quicker(storage_, cache_, clock_);
    LARDER_ASSERT_OK(slower.open());
    cache_.reset(newEpoch());
    CPPUNIT_ASSERT(slower.journal().records().get(slower.ctx, "a").is(Errc::Unavailable));
    slow.faults().on(Op::Apply, 1, {.hook = [&] { LARDER_ASSERT_OK(quicker.open()); }},
                     "pkgs/generation");
    const auto ran = jobs.run(slower.ctx);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, ran.size());
    LARDER_ASSERT_OK(ran.front().result);
    CPPUNIT_ASSERT_EQUAL(wanted, slower.everything());
  }

  void aScanIsNotReadFromAReplacedGeneration() {
    fill();
    RepoHost other(storage_, cache_, clock_);
    LARDER_ASSERT_OK(other.open());
    FaultyCache slow(cache_);
    Shared shared({"pkgs", storage_, slow, other.logger, other.metrics, clock_});
    shared.indexer.emplace(other.format, other.logger, other.metrics);
    Follower follower(shared, "main");
    const std::string key = "new";
    // While the swap's answer is under way another swap, a change and a read take place.
    slow.faults().on(Op::Apply, 1,
                     {.after =
                          [&] {
                            LARDER_ASSERT_OK(other.repository.rebuild(other.ctx));
                            LARDER_ASSERT_OK(other.set(key, "1"));
                            LARDER_ASSERT_OK(follower.read(other.ctx, Follower::Part::Records,
                                                           std::span(&key, 1)));
                          }},
                     "pkgs/generation");
    static_cast<void>(Rebuilder(shared, {}).run(other.ctx));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, slow.faults().pending());
    const auto page = follower.scan(other.ctx, Follower::Part::Records, key, "", 10);
    LARDER_ASSERT_OK(page);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, page->records.size());
  }

  void recordsThatDeriveTheSameEntryStopNoRebuild() {
    // A format's mistake that commits don't notice.
    RepoHost host(storage_, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    LARDER_ASSERT_OK(host.set("a", "1\nentry e 1"));
    LARDER_ASSERT_OK(host.set("b", "2\nentry e 2"));
    LARDER_ASSERT_OK(host.repository.rebuild(host.ctx));
    CPPUNIT_ASSERT_EQUAL(std::string("2"), host.entry("e"));
    CPPUNIT_ASSERT(host.value("a") != "(none)" && host.value("b") != "(none)");
  }

  void aDamagedEntryAtTheHeadStopsNobody() {
    larder::test::FakeJobs jobs;
    MemoryCache own({.epoch = "behind"});
    RepoHost writer(storage_, cache_, clock_);
    LARDER_ASSERT_OK(writer.open());
    LARDER_ASSERT_OK(writer.set("k", "1"));
    RepoHost behind(storage_, own, clock_, "pkgs", {}, &jobs);
    LARDER_ASSERT_OK(behind.open());
    LARDER_ASSERT_OK(writer.set("k", "2"));
    storage_.set(kSecond, "rubbish");
    RepoHost restarted(storage_, own, clock_, "pkgs", {}, &jobs);
    LARDER_ASSERT_OK(restarted.open());
    CPPUNIT_ASSERT_EQUAL(std::string("1"), restarted.value("k"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, restarted.logger.count("repo.rebuild.damaged"));
    LARDER_ASSERT_OK(restarted.repository.rebuild(restarted.ctx));
    LARDER_ASSERT_OK(behind.repository.tail(behind.ctx));
    LARDER_ASSERT_OK(restarted.append("k", "3"));
    CPPUNIT_ASSERT_EQUAL(std::string("13"), behind.value("k"));
  }

  void readersPassAnAnnouncedEntryThatIsDamaged() {
    FaultyCache dying(cache_);
    RepoHost writer(storage_, dying, clock_);
    LARDER_ASSERT_OK(writer.open());
    LARDER_ASSERT_OK(writer.set("k", "1"));
    dying.faults().on(Op::Apply, 2, {.error = Errc::Unavailable});
    LARDER_ASSERT_OK(writer.set("k", "2"));
    storage_.set(kSecond, "rubbish");
    RepoHost reader(storage_, cache_, clock_);
    CPPUNIT_ASSERT_EQUAL(std::string("1"), reader.value("k"));
    LARDER_ASSERT_OK(reader.append("k", "3"));
    CPPUNIT_ASSERT_EQUAL(std::string("13"), reader.value("k"));
  }

  void anEntryThatIsHalfInAndGoneStopsNobody() {
    larder::test::FakeJobs jobs;
    FaultyCache dying(cache_);
    RepoHost writer(storage_, dying, clock_);
    LARDER_ASSERT_OK(writer.open());
    LARDER_ASSERT_OK(writer.set("k", "1"));
    for (std::size_t n = 3; n < 9; ++n)
      dying.faults().on(Op::Apply, n, {.error = Errc::Unavailable});
    LARDER_ASSERT_OK(writer.journal().commit(writer.ctx, [](Context&, RecordReader&) {
      std::vector<Change> changes;
      for (int i = 0; i < 1500; ++i) changes.push_back({"k" + std::to_string(i), "2"});
      return Result<std::vector<Change>>(changes);
    }));
    storage_.erase(kSecond);
    RepoHost restarted(storage_, cache_, clock_, "pkgs", {}, &jobs);
    LARDER_ASSERT_OK(restarted.open());
    CPPUNIT_ASSERT_EQUAL(std::string("1"), restarted.value("k"));
    CPPUNIT_ASSERT_EQUAL(std::string("(none)"), restarted.value("k0"));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(LostIndexTest);

}  // namespace
