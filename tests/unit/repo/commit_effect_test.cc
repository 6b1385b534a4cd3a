#include <future>
#include <thread>

#include "core/repo/commit_round.h"
#include "tests/fakes/faulty_cache.h"
#include "tests/fakes/faulty_storage.h"
#include "tests/unit/repo/host.h"

namespace {

using larder::CallContext;
using larder::repo::CommitQueue;
using larder::repo::CommitRound;
using larder::repo::Committer;
using larder::repo::Follower;
using larder::repo::JournalIndex;
using larder::repo::Shared;
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

/// A call whose time is over when the test says so.
class SwitchedContext final : public Context {
 public:
  std::chrono::steady_clock::time_point deadline() const noexcept override {
    const auto now = std::chrono::steady_clock::now();
    return over ? now - std::chrono::seconds(1) : now + std::chrono::minutes(5);
  }
  bool cancelled() const noexcept override { return false; }
  std::string_view requestId() const noexcept override { return "switched"; }

  std::atomic<bool> over = false;
};

/// A cache that does nothing for calls whose time is over.
class PunctualCache final : public larder::sdk::Cache {
 public:
  explicit PunctualCache(larder::sdk::Cache& inner) : inner_(inner) {}
  Result<void> health(Context& ctx) override { return inner_.health(ctx); }
  Result<larder::sdk::RecordSet> get(Context& ctx, std::span<const std::string> keys) override {
    LARDER_TRY(larder::repo::stillWanted(ctx));
    return inner_.get(ctx, keys);
  }
  Result<larder::sdk::RecordPage> scan(Context& ctx, std::string_view prefix,
                                       std::string_view after, std::size_t limit) override {
    LARDER_TRY(larder::repo::stillWanted(ctx));
    return inner_.scan(ctx, prefix, after, limit);
  }
  Result<void> apply(Context& ctx, const larder::sdk::Batch& batch) override {
    LARDER_TRY(larder::repo::stillWanted(ctx));
    return inner_.apply(ctx, batch);
  }

 private:
  larder::sdk::Cache& inner_;
};

/// What a commit's answer means: success is visible, for everybody and for ever.
class CommitEffectTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(CommitEffectTest);
  CPPUNIT_TEST(aWrittenEntryBecomesVisibleThoughItsCallIsOver);
  CPPUNIT_TEST(whatWasWithdrawnMeanwhileIsAnnouncedAgain);
  CPPUNIT_TEST(whatNobodyCouldBeToldIsNoSuccess);
  CPPUNIT_TEST(aSlowReaderDoesNotWithdrawWhatHasArrived);
  CPPUNIT_TEST(anAnnouncementExpectsTheIndexAsItWasSeen);
  CPPUNIT_TEST(aHostThatStoodStillForADayDoesNotReuseANumber);
  CPPUNIT_TEST(aSuccessThatCannotBeReadIsNoConflict);
  CPPUNIT_TEST(aConflictWithNothingIsNoConflict);
  CPPUNIT_TEST(anExceptionFailsTheCommitAndNothingElse);
  CPPUNIT_TEST(anExceptionAnswersAllThatWait);
  CPPUNIT_TEST(anExceptionAtWorkLeavesTheQueue);
  CPPUNIT_TEST(anExceptionInARebuildLetsTheNextBeScheduled);
  CPPUNIT_TEST(journalNamesHaveALimitThatFitsIntoTheCache);
  CPPUNIT_TEST_SUITE_END();

  FakeClock clock_;
  MemoryStorage storage_{{.clock = &clock_}};
  MemoryCache cache_;
  FaultyStorage slow_{storage_};
  FaultyCache failing_{cache_};

 public:
  void aWrittenEntryBecomesVisibleThoughItsCallIsOver() {
    PunctualCache punctual(cache_);
    RepoHost host(slow_, punctual, clock_);
    LARDER_ASSERT_OK(host.open());
    SwitchedContext ctx;
    slow_.faults().on(Op::Put, 1, {.after = [&] { ctx.over = true; }}, "/entries/");
    LARDER_ASSERT_OK(host.journal().commit(ctx, [](Context&, RecordReader&) {
      return Changes(std::vector<Change>{{"k", "1"}});
    }));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, host.logger.count("repo.commit.unapplied"));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), host.value("k"));
  }

  /// The writer's put takes so long that a reader gives the writer up.
  Result<std::uint64_t> setSlowly(RepoHost& writer, RepoHost& reader) {
    slow_.faults().on(Op::Put, 1,
                      {.hook =
                           [&] {
                             clock_.advance(std::chrono::minutes(10));
                             CPPUNIT_ASSERT_EQUAL(std::string("1"), reader.value("k"));
                           }},
                      "/entries/");
    return writer.set("k", "2");
  }

  void whatWasWithdrawnMeanwhileIsAnnouncedAgain() {
    RepoHost writer(slow_, failing_, clock_);
    RepoHost reader(storage_, cache_, clock_);
    LARDER_ASSERT_OK(writer.open());
    LARDER_ASSERT_OK(writer.set("k", "1"));
    failing_.faults().on(Op::Apply, 2, {.error = Errc::Unavailable});
    LARDER_ASSERT_OK(setSlowly(writer, reader));
    CPPUNIT_ASSERT_EQUAL(std::string("2"), reader.value("k"));
  }

  void whatNobodyCouldBeToldIsNoSuccess() {
    RepoHost writer(slow_, failing_, clock_);
    RepoHost reader(storage_, cache_, clock_);
    LARDER_ASSERT_OK(writer.open());
    LARDER_ASSERT_OK(writer.set("k", "1"));
    failing_.faults().on(Op::Apply, 2, {.error = Errc::Unavailable});
    failing_.faults().on(Op::Apply, 3, {.error = Errc::Unavailable});
    const auto done = setSlowly(writer, reader);
    CPPUNIT_ASSERT(done.is(Errc::Unavailable));
    CPPUNIT_ASSERT(done.error().message().find("effect is unknown") != std::string::npos);
    LARDER_ASSERT_OK(reader.append("k", "3"));
    CPPUNIT_ASSERT_EQUAL(std::string("23"), reader.value("k"));
  }

  void aSlowReaderDoesNotWithdrawWhatHasArrived() {
    // The reader looks for the entry just before it arrives, and goes on after a long pause.
    RepoHost writer(slow_, failing_, clock_);
    FaultyStorage paused(storage_);
    RepoHost reader(paused, cache_, clock_);
    RepoHost another(storage_, cache_, clock_);
    for (RepoHost* host : {&writer, &reader, &another}) LARDER_ASSERT_OK(host->open());
    LARDER_ASSERT_OK(writer.set("k", "1"));
    std::promise<void> looked;
    std::promise<void> goOn;
    paused.faults().on(Op::Stat, 1,
                       {.after =
                            [&] {
                              looked.set_value();
                              goOn.get_future().wait();
                            }},
                       "/entries/");
    std::thread slowly;
    const auto startReader = [&] {
      slowly =
          std::thread([&] { static_cast<void>(reader.journal().records().get(reader.ctx, "k")); });
      looked.get_future().wait();
    };
    failing_.faults().on(Op::Apply, 2, {.error = Errc::Unavailable});
    slow_.faults().on(Op::Put, 1, {.hook = startReader}, "/entries/");
    const auto done = writer.set("k", "2");
    clock_.advance(std::chrono::minutes(10));
    goOn.set_value();
    slowly.join();
    LARDER_ASSERT_OK(done);
    CPPUNIT_ASSERT_EQUAL(std::string("2"), another.value("k"));
  }

  void anAnnouncementExpectsTheIndexAsItWasSeen() {
    RepoHost host(storage_, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    LARDER_ASSERT_OK(host.set("k", "1"));
    Shared shared({"pkgs", storage_, cache_, host.logger, host.metrics, clock_});
    JournalIndex index(cache_, shared.keys, "main");
    const auto generation = index.state(host.ctx, "")->generation;
    const auto seen = index.state(host.ctx, generation);
    LARDER_ASSERT_OK(seen);
    LARDER_ASSERT_OK(index.advance(host.ctx, *seen, {2, 0, 0, 0}, {}));
    CPPUNIT_ASSERT(index.announce(host.ctx, *seen, {1, 0}).is(Errc::Conflict));
    const auto again = index.state(host.ctx, generation);
    LARDER_ASSERT_OK(again);
    LARDER_ASSERT_OK(host.repository.rebuild(host.ctx));
    CPPUNIT_ASSERT(index.announce(host.ctx, *again, {3, 0}).is(Errc::Conflict));
  }

  void aHostThatStoodStillForADayDoesNotReuseANumber() {
    MemoryCache own({.epoch = "own"});
    const larder::repo::Options options{.checkpointEntries = 4};
    RepoHost awake(storage_, cache_, clock_, "pkgs", options);
    RepoHost still(slow_, own, clock_, "pkgs", options);
    LARDER_ASSERT_OK(awake.open());
    LARDER_ASSERT_OK(awake.set("k", "a"));
    LARDER_ASSERT_OK(still.open());
    const auto meanwhile = [&] {
      for (int i = 0; i < 6; ++i) LARDER_ASSERT_OK(awake.append("k", "b"));
      LARDER_ASSERT_OK(awake.repository.maintain(awake.ctx));
      clock_.advance(std::chrono::hours(25));
      LARDER_ASSERT_OK(awake.repository.maintain(awake.ctx));
    };
    slow_.faults().on(Op::Put, 1, {.hook = meanwhile}, "/entries/");
    CPPUNIT_ASSERT(still.append("k", "x").is(Errc::Unavailable));
    LARDER_ASSERT_OK(still.append("k", "c"));
    CPPUNIT_ASSERT_EQUAL(std::string("abbbbbbc"), still.value("k"));
    LARDER_ASSERT_OK(awake.append("k", "d"));
    CPPUNIT_ASSERT_EQUAL(std::string("abbbbbbcd"), awake.value("k"));
  }

  void aSuccessThatCannotBeReadIsNoConflict() {
    RepoHost host(slow_, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    slow_.faults().on(Op::Put, 1, {.error = Errc::Unavailable, .performed = true}, "/entries/");
    slow_.faults().always(Op::Open, {.error = Errc::Unavailable}, "/entries/");
    CPPUNIT_ASSERT(host.set("k", "1").is(Errc::Unavailable));
    slow_.faults().clear();
    CPPUNIT_ASSERT_EQUAL(std::string("1"), host.value("k"));
  }

  void aConflictWithNothingIsNoConflict() {
    RepoHost host(slow_, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    slow_.faults().always(Op::Put, {.error = Errc::Conflict}, "/entries/");
    CPPUNIT_ASSERT(host.set("k", "1").is(Errc::Unavailable));
  }

  static larder::test::Fault throwing() {
    return {.hook = [] { throw std::runtime_error("a backend's bug"); }};
  }

  void anExceptionFailsTheCommitAndNothingElse() {
    RepoHost host(slow_, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    slow_.faults().on(Op::Put, 1, throwing(), "/entries/");
    CPPUNIT_ASSERT(host.set("k", "1").is(Errc::Internal));
    LARDER_ASSERT_OK(host.set("k", "2"));
    CPPUNIT_ASSERT_EQUAL(std::string("2"), host.value("k"));
  }

  void anExceptionAnswersAllThatWait() {
    RepoHost host(slow_, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    Shared shared({"pkgs", slow_, cache_, host.logger, host.metrics, clock_});
    shared.indexer.emplace(host.format, host.logger, host.metrics);
    Follower follower(shared, "main");
    CommitQueue queue;
    larder::sdk::Journal::Decide decide = [](Context&, RecordReader&) {
      return Changes(std::vector<Change>{{"k", "1"}});
    };
    const auto one = std::make_shared<Committer>(host.ctx, decide);
    const auto two = std::make_shared<Committer>(host.ctx, decide);
    queue.putBack(one);
    queue.putBack(two);
    slow_.faults().on(Op::Put, 1, throwing(), "/entries/");
    CommitRound(shared, follower, queue).run(host.ctx);
    CPPUNIT_ASSERT(one->answer && one->answer->is(Errc::Internal));
    CPPUNIT_ASSERT(two->answer && two->answer->is(Errc::Internal));
  }

  void anExceptionAtWorkLeavesTheQueue() {
    CommitQueue queue;
    CallContext ctx("t", std::chrono::minutes(1));
    larder::sdk::Journal::Decide decide = [](Context&, RecordReader&) {
      return Changes(std::vector<Change>());
    };
    const auto self = std::make_shared<Committer>(ctx, decide);
    CPPUNIT_ASSERT_THROW(queue.wait(self, [](Context&) { throw std::runtime_error("oops"); }),
                         std::runtime_error);
    CPPUNIT_ASSERT(queue.next() == nullptr);
    CPPUNIT_ASSERT(!queue.startDeciding(*self));
  }

  void anExceptionInARebuildLetsTheNextBeScheduled() {
    larder::test::FakeJobs jobs;
    RepoHost host(slow_, cache_, clock_, "pkgs", {}, &jobs);
    LARDER_ASSERT_OK(host.open());
    LARDER_ASSERT_OK(host.set("k", "1"));
    cache_.reset("empty");
    CPPUNIT_ASSERT(host.journal().records().get(host.ctx, "k").is(Errc::Unavailable));
    slow_.faults().on(Op::List, 1, throwing());
    CPPUNIT_ASSERT_THROW(jobs.run(host.ctx), std::runtime_error);
    CPPUNIT_ASSERT(host.journal().records().get(host.ctx, "k").is(Errc::Unavailable));
    for (const auto& ran : jobs.run(host.ctx)) LARDER_ASSERT_OK(ran.result);
    CPPUNIT_ASSERT_EQUAL(std::string("1"), host.value("k"));
  }

  void journalNamesHaveALimitThatFitsIntoTheCache() {
    const std::string repository(64, 'r');
    RepoHost host(storage_, cache_, clock_, repository);
    LARDER_ASSERT_OK(host.open());
    const std::string longest(100, 'j');
    const std::string key(300, 'k');
    // The record's own index entry has three bytes more.
    LARDER_ASSERT_OK(host.set(key.substr(3), "1\nentry " + std::string(300, 'e') + " 1", longest));
    CPPUNIT_ASSERT(host.set("k", "1", longest + "j").is(Errc::Invalid));
    CPPUNIT_ASSERT(host.set("k", "1", "").is(Errc::Invalid));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, storage_.keys("repositories/").size());
    for (const auto& [name, entry] : cache_.entries()) {
      CPPUNIT_ASSERT(name.size() <= larder::sdk::kMaxRecordKey);
    }
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CommitEffectTest);

}  // namespace
