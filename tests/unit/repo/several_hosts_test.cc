#include <atomic>
#include <thread>

#include "tests/fakes/faulty_cache.h"
#include "tests/fakes/faulty_storage.h"
#include "tests/unit/repo/host.h"

namespace {

using larder::CallContext;
using larder::sdk::Change;
using larder::sdk::Context;
using larder::sdk::Errc;
using larder::sdk::RecordReader;
using larder::sdk::Result;
using larder::test::FakeClock;
using larder::test::FaultyCache;
using larder::test::FaultyStorage;
using larder::test::MemoryCache;
using larder::test::MemoryStorage;
using larder::test::Op;
using larder::test::RepoHost;
using Changes = Result<std::vector<Change>>;

/// The rules that keep several hosts right, one test or more for each.
class SeveralHostsTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(SeveralHostsTest);
  // A reader notices a cache that is behind.
  CPPUNIT_TEST(readersCatchUpWithAWriterThatDiedAfterItsEntry);
  CPPUNIT_TEST(readersAreNotHeldUpByAnAnnouncementWithoutAnEntry);
  CPPUNIT_TEST(aDeadWritersAnnouncementIsWithdrawn);
  CPPUNIT_TEST(scansCatchUpToo);
  CPPUNIT_TEST(aCommitIsAcknowledgedThoughTheCacheFailed);
  CPPUNIT_TEST(tailingFindsWhatAnotherCachesHostWrote);
  // Numbers are never reused.
  CPPUNIT_TEST(aHostThatSleptPastTheRetentionDoesNotReuseANumber);
  CPPUNIT_TEST(aClockThatWasAheadDoesNotMakeAHeadFresh);
  // An ambiguous put is resolved.
  CPPUNIT_TEST(aPutThatSucceededUnheardIsASuccessOnce);
  CPPUNIT_TEST(aPutThatFailedIsPutAgain);
  CPPUNIT_TEST(anEntryThatShowsUpLaterIsNotDoubled);
  CPPUNIT_TEST(aStorageThatStaysAwayFailsTheCommit);
  // No update is lost.
  CPPUNIT_TEST(whoLosesTheRaceDecidesAgain);
  CPPUNIT_TEST(aRefusalIsGivenOnTheTrueHead);
  CPPUNIT_TEST(twoHostsOnOneCacheLoseNothing);
  CPPUNIT_TEST(twoHostsOnTheirOwnCachesLoseNothing);
  // A cache that went back is noticed.
  CPPUNIT_TEST(aCacheThatWentBackIsComparedBeforeItAnswers);
  CPPUNIT_TEST(anEmptiedCacheIsBuiltAnew);
  CPPUNIT_TEST(aCacheAheadOfItsStorageIsBuiltAnew);
  CPPUNIT_TEST(aStorageThatWentBackIsNoticedByTailing);
  CPPUNIT_TEST(withJobsReadersDoNotBuildTheIndexThemselves);
  CPPUNIT_TEST(openingBuildsTheIndexAtOnce);
  CPPUNIT_TEST(aReaderWritesNothing);
  CPPUNIT_TEST_SUITE_END();

  FakeClock clock_;
  MemoryStorage storage_{{.clock = &clock_}};
  MemoryCache cache_;

 public:
  void tearDown() override { storage_.clear(); }

  void readersCatchUpWithAWriterThatDiedAfterItsEntry() {
    RepoHost reader(storage_, cache_, clock_);
    LARDER_ASSERT_OK(reader.open());
    FaultyCache dying(cache_);
    RepoHost writer(storage_, dying, clock_);
    LARDER_ASSERT_OK(writer.open());
    LARDER_ASSERT_OK(writer.set("a", "1"));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), reader.value("a"));
    dying.faults().on(Op::Apply, 2, {.error = Errc::Unavailable});
    LARDER_ASSERT_OK(writer.set("a", "2\nentry e 2"));
    CPPUNIT_ASSERT_EQUAL(std::string("2\nentry e 2"), reader.value("a"));
    CPPUNIT_ASSERT_EQUAL(std::string("2"), reader.entry("e"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, writer.logger.count("repo.commit.unapplied"));
  }

  void readersAreNotHeldUpByAnAnnouncementWithoutAnEntry() {
    RepoHost reader(storage_, cache_, clock_);
    LARDER_ASSERT_OK(reader.open());
    FaultyStorage slow(storage_);
    RepoHost writer(slow, cache_, clock_);
    LARDER_ASSERT_OK(writer.open());
    LARDER_ASSERT_OK(writer.set("a", "1"));
    std::string seen;
    slow.faults().on(Op::Put, 1, {.hook = [&] { seen = reader.value("a"); }}, "/entries/");
    LARDER_ASSERT_OK(writer.set("a", "2"));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), seen);
    CPPUNIT_ASSERT_EQUAL(std::string("2"), reader.value("a"));
  }

  void aDeadWritersAnnouncementIsWithdrawn() {
    RepoHost reader(storage_, cache_, clock_);
    LARDER_ASSERT_OK(reader.open());
    FaultyStorage dead(storage_);
    RepoHost writer(dead, cache_, clock_);
    LARDER_ASSERT_OK(writer.open());
    LARDER_ASSERT_OK(writer.set("a", "1"));
    dead.faults().always(Op::Put, {.error = Errc::Forbidden}, "/entries/");
    CPPUNIT_ASSERT(writer.set("a", "2").is(Errc::Forbidden));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), reader.value("a"));
    auto before = storage_.calls().stat;
    reader.value("a");
    CPPUNIT_ASSERT_EQUAL(before + 1, storage_.calls().stat);  // It may still come.
    clock_.advance(std::chrono::minutes(6));
    reader.value("a");
    before = storage_.calls().stat;
    reader.value("a");
    CPPUNIT_ASSERT_EQUAL(before, storage_.calls().stat);
    LARDER_ASSERT_OK(reader.set("a", "3"));
    CPPUNIT_ASSERT_EQUAL(std::string("3"), reader.value("a"));
  }

  void scansCatchUpToo() {
    RepoHost reader(storage_, cache_, clock_);
    FaultyCache dying(cache_);
    RepoHost writer(storage_, dying, clock_);
    LARDER_ASSERT_OK(reader.open());
    LARDER_ASSERT_OK(writer.open());
    for (const bool counted : {true, false}) {
      cache_.setChangesKnown(counted);
      dying.faults().on(Op::Apply, 2, {.error = Errc::Unavailable});
      const std::string key = counted ? "a" : "b";
      LARDER_ASSERT_OK(writer.set(key, "1"));
      CPPUNIT_ASSERT(reader.everything().find("r " + key) != std::string::npos);
    }
  }

  void aCommitIsAcknowledgedThoughTheCacheFailed() {
    FaultyCache faulty(cache_);
    RepoHost host(storage_, faulty, clock_);
    LARDER_ASSERT_OK(host.open());
    faulty.faults().on(Op::Apply, 2, {.error = Errc::Unavailable});
    const auto number = host.set("a", "1");
    LARDER_ASSERT_OK(number);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, *number);
    CPPUNIT_ASSERT_EQUAL(std::string("1"), host.value("a"));
    // Before anything was written a failing cache fails the commit.
    faulty.faults().on(Op::Apply, 1, {.error = Errc::Unavailable});
    CPPUNIT_ASSERT(host.set("a", "2").is(Errc::Unavailable));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), host.value("a"));
    CPPUNIT_ASSERT(!storage_.bytes("repositories/pkgs/journals/main/entries/00000000000000000002"));
  }

  void tailingFindsWhatAnotherCachesHostWrote() {
    MemoryCache own;
    RepoHost a(storage_, cache_, clock_);
    RepoHost b(storage_, own, clock_);
    LARDER_ASSERT_OK(a.open());
    LARDER_ASSERT_OK(b.open());
    LARDER_ASSERT_OK(a.set("k", "1"));
    LARDER_ASSERT_OK(a.set("k", "1", "other"));
    CPPUNIT_ASSERT_EQUAL(std::string("(none)"), b.value("k"));
    LARDER_ASSERT_OK(b.repository.tail(b.ctx));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), b.value("k"));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), b.value("k", "other"));
    CPPUNIT_ASSERT_EQUAL(a.everything(), b.everything());
  }

  void aHostThatSleptPastTheRetentionDoesNotReuseANumber() {
    MemoryCache own;
    larder::repo::Options options;
    options.checkpointEntries = 4;
    RepoHost awake(storage_, cache_, clock_, "pkgs", options);
    RepoHost sleeper(storage_, own, clock_, "pkgs", options);
    LARDER_ASSERT_OK(awake.open());
    LARDER_ASSERT_OK(awake.set("k", "a"));
    LARDER_ASSERT_OK(sleeper.open());
    CPPUNIT_ASSERT_EQUAL(std::string("a"), sleeper.value("k"));
    for (int i = 0; i < 6; ++i) LARDER_ASSERT_OK(awake.append("k", "b"));
    LARDER_ASSERT_OK(awake.repository.maintain(awake.ctx));
    clock_.advance(std::chrono::hours(25));
    LARDER_ASSERT_OK(awake.repository.maintain(awake.ctx));
    CPPUNIT_ASSERT(storage_.keys("repositories/pkgs/journals/main/entries/").empty());
    const auto number = sleeper.append("k", "c");
    LARDER_ASSERT_OK(number);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{8}, *number);
    CPPUNIT_ASSERT_EQUAL(std::string("abbbbbbc"), sleeper.value("k"));
    LARDER_ASSERT_OK(awake.append("k", "d"));
    CPPUNIT_ASSERT_EQUAL(std::string("abbbbbbcd"), awake.value("k"));
  }

  void aClockThatWasAheadDoesNotMakeAHeadFresh() {
    MemoryCache own;
    const larder::repo::Options options{.checkpointEntries = 4};
    RepoHost awake(storage_, cache_, clock_, "pkgs", options);
    RepoHost sleeper(storage_, own, clock_, "pkgs", options);
    LARDER_ASSERT_OK(awake.open());
    const auto now = clock_.now();
    clock_.setWall(now + std::chrono::hours(24 * 365));
    LARDER_ASSERT_OK(awake.append("k", "a"));
    clock_.setWall(now);
    LARDER_ASSERT_OK(sleeper.open());
    for (int i = 0; i < 4; ++i) LARDER_ASSERT_OK(awake.append("k", "b"));
    for (const std::string& key : storage_.keys("repositories/")) {
      storage_.setModified(key, std::chrono::floor<std::chrono::seconds>(now));
    }
    LARDER_ASSERT_OK(awake.repository.maintain(awake.ctx));
    clock_.advance(std::chrono::hours(25));
    LARDER_ASSERT_OK(awake.repository.maintain(awake.ctx));
    CPPUNIT_ASSERT(storage_.keys("repositories/pkgs/journals/main/entries/").empty());
    const auto number = sleeper.append("k", "c");
    LARDER_ASSERT_OK(number);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{6}, *number);
  }

  void aPutThatSucceededUnheardIsASuccessOnce() {
    FaultyStorage faulty(storage_);
    RepoHost host(faulty, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    for (const Errc code : {Errc::Unavailable, Errc::Timeout, Errc::Cancelled, Errc::Conflict}) {
      faulty.faults().on(Op::Put, 1, {.error = code, .performed = true}, "/entries/");
      LARDER_ASSERT_OK(host.append("k", "x"));
    }
    CPPUNIT_ASSERT_EQUAL(std::string("xxxx"), host.value("k"));
    int asked = 0;
    faulty.faults().on(Op::Put, 1, {.error = Errc::Unavailable, .performed = true}, "/entries/");
    LARDER_ASSERT_OK(host.journal("asked").commit(host.ctx, [&](Context&, RecordReader&) {
      ++asked;
      return Changes(std::vector<Change>{{"k", "x"}});
    }));
    CPPUNIT_ASSERT_EQUAL(1, asked);
    CPPUNIT_ASSERT_EQUAL(std::size_t{4},
                         storage_.keys("repositories/pkgs/journals/main/entries/").size());
  }

  void aPutThatFailedIsPutAgain() {
    FaultyStorage faulty(storage_);
    RepoHost host(faulty, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    faulty.faults().on(Op::Put, 1, {.error = Errc::Unavailable}, "/entries/");
    faulty.faults().on(Op::Put, 2, {.error = Errc::Timeout}, "/entries/");
    LARDER_ASSERT_OK(host.append("k", "x"));
    CPPUNIT_ASSERT_EQUAL(std::string("x"), host.value("k"));
  }

  void anEntryThatShowsUpLaterIsNotDoubled() {
    // Every answer about the entry is lost, as in a split network, until the caller's
    // time is over; yet the first put arrived.
    FaultyStorage faulty(storage_);
    RepoHost host(faulty, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    faulty.faults().on(Op::Put, 1, {.error = Errc::Unavailable, .performed = true}, "/entries/");
    faulty.faults().always(Op::Put, {.error = Errc::Unavailable}, "/entries/");
    faulty.faults().always(Op::Open, {.error = Errc::Unavailable}, "/entries/");
    CPPUNIT_ASSERT(host.append("k", "x").is(Errc::Unavailable));
    faulty.faults().clear();
    CPPUNIT_ASSERT_EQUAL(std::string("x"), host.value("k"));
    LARDER_ASSERT_OK(host.append("k", "y"));
    CPPUNIT_ASSERT_EQUAL(std::string("xy"), host.value("k"));
  }

  void aStorageThatStaysAwayFailsTheCommit() {
    FaultyStorage faulty(storage_);
    RepoHost host(faulty, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    faulty.faults().always(Op::Put, {.error = Errc::Unavailable}, "/entries/");
    CPPUNIT_ASSERT(host.append("k", "x").is(Errc::Unavailable));
    faulty.faults().clear();
    CPPUNIT_ASSERT_EQUAL(std::string("(none)"), host.value("k"));
    LARDER_ASSERT_OK(host.append("k", "y"));
    CPPUNIT_ASSERT_EQUAL(std::string("y"), host.value("k"));
  }

  void whoLosesTheRaceDecidesAgain() {
    for (const bool shared : {true, false}) {
      storage_.clear();
      MemoryCache first({.epoch = "first"});
      MemoryCache second({.epoch = "second"});
      FaultyStorage faulty(storage_);
      RepoHost slow(faulty, first, clock_);
      RepoHost quick(storage_, shared ? first : second, clock_);
      LARDER_ASSERT_OK(slow.open());
      LARDER_ASSERT_OK(quick.open());
      LARDER_ASSERT_OK(slow.append("k", "a"));
      if (!shared) LARDER_ASSERT_OK(quick.repository.tail(quick.ctx));
      faulty.faults().on(Op::Put, 1, {.hook = [&] { LARDER_ASSERT_OK(quick.append("k", "b")); }},
                         "/entries/");
      LARDER_ASSERT_OK(slow.append("k", "c"));
      CPPUNIT_ASSERT_EQUAL(std::string("abc"), slow.value("k"));
    }
  }

  void aRefusalIsGivenOnTheTrueHead() {
    MemoryCache own({.epoch = "own"});
    RepoHost a(storage_, cache_, clock_);
    RepoHost b(storage_, own, clock_);
    LARDER_ASSERT_OK(a.open());
    LARDER_ASSERT_OK(b.open());
    LARDER_ASSERT_OK(a.set("k", "there"));
    LARDER_ASSERT_OK(b.repository.tail(b.ctx));
    LARDER_ASSERT_OK(a.set("k", std::nullopt));
    // b has not heard of the deletion, and would refuse what is right.
    LARDER_ASSERT_OK(b.journal().commit(b.ctx, [](Context& ctx, RecordReader& now) -> Changes {
      LARDER_TRY_ASSIGN(const auto record, now.get(ctx, "k"));
      if (record) return larder::sdk::Error(Errc::Conflict, "it is there");
      return std::vector<Change>{{"k", "anew"}};
    }));
    CPPUNIT_ASSERT_EQUAL(std::string("anew"), b.value("k"));
  }

  /// Each thread appends its letter; every letter must be there as often as acknowledged.
  static void race(std::vector<RepoHost*> hosts, int threadsPerHost, int commits) {
    std::vector<std::thread> threads;
    std::atomic<int> failed = 0;
    for (RepoHost* host : hosts) {
      for (int t = 0; t < threadsPerHost; ++t) {
        threads.emplace_back([=, &failed] {
          for (int i = 0; i < commits; ++i) {
            if (!host->append("k", "x")) ++failed;
            const auto read = host->journal().records().get(host->ctx, "k");
            if (!read || !*read) ++failed;
          }
        });
      }
    }
    for (std::thread& thread : threads) thread.join();
    CPPUNIT_ASSERT_EQUAL(0, failed.load());
  }

  void twoHostsOnOneCacheLoseNothing() {
    RepoHost a(storage_, cache_, clock_);
    RepoHost b(storage_, cache_, clock_);
    LARDER_ASSERT_OK(a.open());
    LARDER_ASSERT_OK(b.open());
    race({&a, &b}, 4, 25);
    CPPUNIT_ASSERT_EQUAL(std::string(200, 'x'), a.value("k"));
    CPPUNIT_ASSERT_EQUAL(a.everything(), b.everything());
    const std::string before = a.everything();
    LARDER_ASSERT_OK(b.repository.rebuild(b.ctx));
    CPPUNIT_ASSERT_EQUAL(before, a.everything());
  }

  void twoHostsOnTheirOwnCachesLoseNothing() {
    MemoryCache own({.epoch = "own"});
    RepoHost a(storage_, cache_, clock_);
    RepoHost b(storage_, own, clock_);
    LARDER_ASSERT_OK(a.open());
    LARDER_ASSERT_OK(b.open());
    race({&a, &b}, 4, 25);
    LARDER_ASSERT_OK(a.repository.tail(a.ctx));
    LARDER_ASSERT_OK(b.repository.tail(b.ctx));
    CPPUNIT_ASSERT_EQUAL(std::string(200, 'x'), a.value("k"));
    CPPUNIT_ASSERT_EQUAL(a.everything(), b.everything());
  }

  void aCacheThatWentBackIsComparedBeforeItAnswers() {
    RepoHost host(storage_, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    LARDER_ASSERT_OK(host.set("k", "1"));
    const auto snapshot = cache_.entries();
    LARDER_ASSERT_OK(host.set("k", "2"));
    host.value("k");
    cache_.goBack(snapshot, "after the restart");
    CPPUNIT_ASSERT_EQUAL(std::string("2"), host.value("k"));
    cache_.goBack(snapshot, "after another");
    CPPUNIT_ASSERT(host.everything().find("r k@2=2") != std::string::npos);
    cache_.goBack(snapshot, "and another");
    LARDER_ASSERT_OK(host.append("k", "3"));
    CPPUNIT_ASSERT_EQUAL(std::string("23"), host.value("k"));
  }

  void anEmptiedCacheIsBuiltAnew() {
    RepoHost host(storage_, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    LARDER_ASSERT_OK(host.set("k", "1\nentry e 1"));
    LARDER_ASSERT_OK(host.set("k", "2\nentry e 2"));
    const std::string before = host.everything();
    cache_.reset("empty");
    CPPUNIT_ASSERT_EQUAL(before, host.everything());
    cache_.reset("empty again");
    LARDER_ASSERT_OK(host.append("k", "3"));
    MemoryCache own({.epoch = "own"});
    RepoHost other(storage_, own, clock_);
    LARDER_ASSERT_OK(other.open());
    CPPUNIT_ASSERT_EQUAL(host.everything(), other.everything());
  }

  void aCacheAheadOfItsStorageIsBuiltAnew() {
    RepoHost host(storage_, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    LARDER_ASSERT_OK(host.set("k", "1"));
    LARDER_ASSERT_OK(host.set("k", "2"));
    LARDER_ASSERT_OK(host.set("k", "1", "gone"));
    // A restore of yesterday's storage.
    storage_.erase("repositories/pkgs/journals/main/entries/00000000000000000002");
    storage_.erase("repositories/pkgs/journals/gone/entries/00000000000000000001");
    RepoHost restarted(storage_, cache_, clock_);
    LARDER_ASSERT_OK(restarted.open());
    CPPUNIT_ASSERT_EQUAL(std::string("1"), restarted.value("k"));
    CPPUNIT_ASSERT_EQUAL(std::string("(none)"), restarted.value("k", "gone"));
    LARDER_ASSERT_OK(restarted.append("k", "3"));
    CPPUNIT_ASSERT_EQUAL(std::string("13"), restarted.value("k"));
    // Only a journal that is gone altogether.
    LARDER_ASSERT_OK(restarted.set("k", "1", "gone"));
    storage_.erase("repositories/pkgs/journals/gone/entries/00000000000000000001");
    RepoHost again(storage_, cache_, clock_);
    LARDER_ASSERT_OK(again.open());
    CPPUNIT_ASSERT_EQUAL(std::string("(none)"), again.value("k", "gone"));
  }

  void aStorageThatWentBackIsNoticedByTailing() {
    RepoHost host(storage_, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    LARDER_ASSERT_OK(host.set("k", "1"));
    LARDER_ASSERT_OK(host.set("k", "2"));
    storage_.erase("repositories/pkgs/journals/main/entries/00000000000000000002");
    LARDER_ASSERT_OK(host.repository.tail(host.ctx));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), host.value("k"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host.logger.count("repo.index.misfit"));
  }

  void withJobsReadersDoNotBuildTheIndexThemselves() {
    larder::test::FakeJobs jobs;
    RepoHost first(storage_, cache_, clock_);
    LARDER_ASSERT_OK(first.open());
    LARDER_ASSERT_OK(first.set("k", "1"));
    RepoHost host(storage_, cache_, clock_, "pkgs", {}, &jobs);
    LARDER_ASSERT_OK(host.open());
    cache_.reset("empty");
    CPPUNIT_ASSERT(host.journal().records().get(host.ctx, "k").is(Errc::Unavailable));
    CPPUNIT_ASSERT(host.journal().records().get(host.ctx, "k").is(Errc::Unavailable));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, jobs.scheduled().size());
    for (const auto& ran : jobs.run(host.ctx)) LARDER_ASSERT_OK(ran.result);
    CPPUNIT_ASSERT_EQUAL(std::string("1"), host.value("k"));
  }

  void openingBuildsTheIndexAtOnce() {
    RepoHost first(storage_, cache_, clock_);
    LARDER_ASSERT_OK(first.open());
    LARDER_ASSERT_OK(first.set("k", "1"));
    larder::test::FakeJobs jobs;
    MemoryCache own({.epoch = "own"});
    RepoHost host(storage_, own, clock_, "pkgs", {}, &jobs);
    LARDER_ASSERT_OK(host.open());
    CPPUNIT_ASSERT_EQUAL(std::string("1"), host.value("k"));
    CPPUNIT_ASSERT(jobs.scheduled().empty());
  }

  void aReaderWritesNothing() {
    MemoryStorage storage({.ifAbsent = MemoryStorage::IfAbsent::Refused, .clock = &clock_});
    RepoHost writer(storage, cache_, clock_, "pkgs", {.singleWriter = true});
    LARDER_ASSERT_OK(writer.open());
    LARDER_ASSERT_OK(writer.set("k", "1"));
    const auto puts = storage.calls().put;
    MemoryCache own({.epoch = "own"});
    RepoHost reader(storage, own, clock_, "pkgs", {.readOnly = true});
    LARDER_ASSERT_OK(reader.open());
    CPPUNIT_ASSERT_EQUAL(std::string("1"), reader.value("k"));
    LARDER_ASSERT_OK(reader.repository.verify(reader.ctx));
    LARDER_ASSERT_OK(reader.repository.rebuild(reader.ctx));
    CPPUNIT_ASSERT(reader.set("k", "2").is(Errc::Unsupported));
    CPPUNIT_ASSERT(reader.repository.maintain(reader.ctx).is(Errc::Unsupported));
    CPPUNIT_ASSERT_EQUAL(puts, storage.calls().put);
    LARDER_ASSERT_OK(writer.append("k", "2"));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SeveralHostsTest);

}  // namespace
