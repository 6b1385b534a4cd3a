#include <atomic>
#include <deque>
#include <future>
#include <thread>

#include "core/repo/commit_round.h"
#include "tests/fakes/faulty_storage.h"
#include "tests/unit/repo/host.h"

namespace {

using larder::CallContext;
using larder::repo::CommitQueue;
using larder::repo::CommitRound;
using larder::repo::Committer;
using larder::repo::Follower;
using larder::repo::Shared;
using larder::sdk::Change;
using larder::sdk::Context;
using larder::sdk::Errc;
using larder::sdk::Error;
using larder::sdk::RecordReader;
using larder::sdk::Result;
using larder::test::FakeClock;
using larder::test::FaultyStorage;
using larder::test::MemoryCache;
using larder::test::MemoryStorage;
using larder::test::Op;
using larder::test::RepoHost;
using Changes = Result<std::vector<Change>>;

/// Lets one thread wait for another's step.
class Gate {
 public:
  void open() { opened_.set_value(); }
  void pass() { opened_.get_future().wait(); }

 private:
  std::promise<void> opened_;
};

class GroupCommitTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(GroupCommitTest);
  CPPUNIT_TEST(nobodyIsAskedWhileAnEntryIsBeingPut);
  CPPUNIT_TEST(whatWaitsGoesIntoOneEntry);
  CPPUNIT_TEST(aHundredParallelCommitsLoseNothing);
  CPPUNIT_TEST(aRefusalFailsAlone);
  CPPUNIT_TEST(oneBarrierServesAnEntryAndComesBeforeIt);
  CPPUNIT_TEST(noBarrierWithoutBlobs);
  CPPUNIT_TEST(aPowerCutNeverLeavesARecordWithoutItsBlob);
  CPPUNIT_TEST(puttingABlobAgainDoesNotEndangerTheFirst);
  CPPUNIT_TEST(aWaiterWhoseTimeIsOverLeaves);
  CPPUNIT_TEST(aWaiterThatIsCancelledLeaves);
  CPPUNIT_TEST(nobodyIsAskedAfterItsCallEnded);
  CPPUNIT_TEST(aLeaderWhoseTimeIsOverLeavesTheOthersAnotherRound);
  CPPUNIT_TEST(aBackendThatIsOutOfTimeFailsTheCommit);
  CPPUNIT_TEST_SUITE_END();

  FakeClock clock_;
  MemoryStorage storage_{{.barrier = true, .clock = &clock_}};
  MemoryCache cache_;
  FaultyStorage faulty_{storage_};
  std::unique_ptr<RepoHost> host_;

 public:
  void setUp() override {
    host_ = std::make_unique<RepoHost>(faulty_, cache_, clock_);
    LARDER_ASSERT_OK(host_->open());
  }

  std::size_t entries() { return storage_.keys("repositories/pkgs/journals/main/entries/").size(); }

  /// They come while the first one's entry is being put.
  void nobodyIsAskedWhileAnEntryIsBeingPut() {
    constexpr int kThreads = 50;
    std::vector<std::thread> threads;
    std::atomic<int> started = 0;
    std::atomic<int> asked = 0;
    Gate gate;
    faulty_.faults().on(Op::Put, 1, {.hook = [&] { gate.pass(); }}, "/entries/");
    std::thread first([&] { CPPUNIT_ASSERT(host_->append("first", "x").ok()); });
    while (faulty_.faults().pending() > 0) std::this_thread::yield();
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, i] {
        CallContext ctx("waits", std::chrono::minutes(1));
        ++started;
        const auto done = host_->journal().commit(ctx, [&, i](Context&, RecordReader&) {
          ++asked;
          return Changes(std::vector<Change>{{"k" + std::to_string(i), "x"}});
        });
        CPPUNIT_ASSERT(done.ok());
      });
    }
    while (started < kThreads) std::this_thread::yield();
    const int askedMeanwhile = asked;
    gate.open();
    first.join();
    for (std::thread& thread : threads) thread.join();
    CPPUNIT_ASSERT_EQUAL(0, askedMeanwhile);
    for (int i = 0; i < kThreads; ++i) {
      CPPUNIT_ASSERT_EQUAL(std::string("x"), host_->value("k" + std::to_string(i)));
    }
  }

  void whatWaitsGoesIntoOneEntry() {
    constexpr int kWaiting = 50;
    Shared shared({"pkgs", faulty_, cache_, host_->logger, host_->metrics, clock_});
    shared.indexer.emplace(host_->format, host_->logger, host_->metrics);
    Follower follower(shared, "main");
    CommitQueue queue;
    std::deque<larder::sdk::Journal::Decide> decisions;
    std::vector<std::shared_ptr<Committer>> waiting;
    for (int i = 0; i < kWaiting; ++i) {
      decisions.emplace_back([i](Context&, RecordReader&) {
        return Changes(std::vector<Change>{{"k" + std::to_string(i), "x"}});
      });
      waiting.push_back(std::make_shared<Committer>(host_->ctx, decisions.back()));
      queue.putBack(waiting.back());
    }
    CommitRound(shared, follower, queue).run(host_->ctx);
    for (const auto& committer : waiting)
      CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, **committer->answer);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, entries());
  }

  void aHundredParallelCommitsLoseNothing() {
    std::vector<std::thread> threads;
    std::atomic<int> failed = 0;
    for (int t = 0; t < 20; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 5; ++i) {
          if (!host_->append("same", "x")) ++failed;
          if (!host_->append("own" + std::to_string(t), "x")) ++failed;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CPPUNIT_ASSERT_EQUAL(0, failed.load());
    CPPUNIT_ASSERT_EQUAL(std::string(100, 'x'), host_->value("same"));
    for (int t = 0; t < 20; ++t) {
      CPPUNIT_ASSERT_EQUAL(std::string(5, 'x'), host_->value("own" + std::to_string(t)));
    }
  }

  void aRefusalFailsAlone() {
    Shared shared({"pkgs", faulty_, cache_, host_->logger, host_->metrics, clock_});
    shared.indexer.emplace(host_->format, host_->logger, host_->metrics);
    Follower follower(shared, "main");
    CommitQueue queue;
    larder::sdk::Journal::Decide refuse = [](Context&, RecordReader&) -> Changes {
      return Error(Errc::Forbidden, "refused");
    };
    larder::sdk::Journal::Decide fail = [](Context&, RecordReader&) -> Changes {
      throw std::runtime_error("oops");
    };
    larder::sdk::Journal::Decide append = [](Context& ctx, RecordReader& now) -> Changes {
      LARDER_TRY_ASSIGN(const auto record, now.get(ctx, "k"));
      return std::vector<Change>{{"k", (record ? record->value : "") + "x"}};
    };
    std::vector<std::shared_ptr<Committer>> waiting;
    for (int i = 0; i < 4; ++i) {
      for (auto* decide : {&append, &refuse, &fail}) {
        waiting.push_back(std::make_shared<Committer>(host_->ctx, *decide));
        queue.putBack(waiting.back());
      }
    }
    CommitRound(shared, follower, queue).run(host_->ctx);
    for (std::size_t i = 0; i < waiting.size(); i += 3) {
      CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, **waiting[i]->answer);
      CPPUNIT_ASSERT(waiting[i + 1]->answer->is(Errc::Forbidden));
      CPPUNIT_ASSERT(waiting[i + 2]->answer->is(Errc::Internal));
    }
    CPPUNIT_ASSERT_EQUAL(std::string("xxxx"), host_->value("k"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, entries());
  }

  void oneBarrierServesAnEntryAndComesBeforeIt() {
    const auto blob = host_->blob("content");
    const auto other = host_->blob("other content");
    const auto before = storage_.calls();
    std::size_t synced = 0;
    faulty_.faults().on(Op::Put, 1, {.hook = [&] { synced = storage_.calls().sync; }}, "/entries/");
    LARDER_ASSERT_OK(host_->set("k", RepoHost::needs(blob, "k") + RepoHost::needs(other, "k")));
    CPPUNIT_ASSERT_EQUAL(before.sync + 1, synced);
    CPPUNIT_ASSERT_EQUAL(before.sync + 1, storage_.calls().sync);
  }

  void noBarrierWithoutBlobs() {
    const auto before = storage_.calls();
    LARDER_ASSERT_OK(host_->set("k", "1"));
    LARDER_ASSERT_OK(host_->set("k", "2"));
    CPPUNIT_ASSERT_EQUAL(before.sync, storage_.calls().sync);
  }

  void aPowerCutNeverLeavesARecordWithoutItsBlob() {
    const auto blob = host_->blob("content");
    storage_.powerCut();
    CPPUNIT_ASSERT(!storage_.bytes(blob.key));  // Put, and nothing said it would last.
    // The same upload again, and another process's put of it that isn't durable yet.
    const auto again = host_->blob("content");
    RepoHost other(storage_, cache_, clock_);
    LARDER_ASSERT_OK(other.open());
    const auto found = other.blob("content");
    LARDER_ASSERT_OK(other.set("k", RepoHost::needs(found, "k")));
    storage_.powerCut();
    CPPUNIT_ASSERT(storage_.bytes(again.key) == std::string("content"));
    const auto report = other.repository.verify(other.ctx);
    LARDER_ASSERT_OK(report);
    CPPUNIT_ASSERT(report->clean());
    faulty_.faults().on(Op::Sync, 1, {.error = Errc::Unavailable});
    const auto more = host_->blob("more");
    CPPUNIT_ASSERT(host_->set("k", RepoHost::needs(more, "k")).is(Errc::Unavailable));
    CPPUNIT_ASSERT_EQUAL(RepoHost::needs(found, "k"), host_->value("k"));
    LARDER_ASSERT_OK(host_->set("k", RepoHost::needs(more, "k")));
    storage_.powerCut();
    CPPUNIT_ASSERT(storage_.bytes(more.key) == std::string("more"));
  }

  void puttingABlobAgainDoesNotEndangerTheFirst() {
    const auto blob = host_->blob("content");
    LARDER_ASSERT_OK(host_->set("k", RepoHost::needs(blob, "k")));
    RepoHost other(storage_, cache_, clock_);
    LARDER_ASSERT_OK(other.open());
    other.blob("content");
    storage_.powerCut();
    CPPUNIT_ASSERT(storage_.bytes(blob.key) == std::string("content"));
  }

  void aWaiterWhoseTimeIsOverLeaves() {
    Gate gate;
    faulty_.faults().on(Op::Put, 1, {.hook = [&] { gate.pass(); }}, "/entries/");
    std::thread first([&] { CPPUNIT_ASSERT(host_->append("k", "first").ok()); });
    while (faulty_.faults().pending() > 0) std::this_thread::yield();
    CallContext hurried("hurried", std::chrono::milliseconds(20));
    const auto late = host_->journal().commit(hurried, [](Context&, RecordReader&) {
      return Changes(std::vector<Change>{{"k", "late"}});
    });
    CPPUNIT_ASSERT(late.is(Errc::Timeout));
    gate.open();
    first.join();
    LARDER_ASSERT_OK(host_->append("k", "!"));
    CPPUNIT_ASSERT_EQUAL(std::string("first!"), host_->value("k"));
  }

  void aWaiterThatIsCancelledLeaves() {
    Gate gate;
    faulty_.faults().on(Op::Put, 1, {.hook = [&] { gate.pass(); }}, "/entries/");
    std::thread first([&] { CPPUNIT_ASSERT(host_->append("k", "first").ok()); });
    while (faulty_.faults().pending() > 0) std::this_thread::yield();
    CallContext gone("gone", std::chrono::minutes(1));
    gone.cancel();
    const auto cancelled = host_->journal().commit(gone, [](Context&, RecordReader&) {
      return Changes(std::vector<Change>{{"k", "gone"}});
    });
    CPPUNIT_ASSERT(cancelled.is(Errc::Cancelled));
    gate.open();
    first.join();
    CPPUNIT_ASSERT_EQUAL(std::string("first"), host_->value("k"));
  }

  void nobodyIsAskedAfterItsCallEnded() {
    CommitQueue queue;
    CallContext ctx("t", std::chrono::milliseconds(1));
    larder::sdk::Journal::Decide decide = [](Context&, RecordReader&) {
      return Changes(std::vector<Change>());
    };
    const auto self = std::make_shared<Committer>(ctx, decide);
    bool taken = false;
    const auto answer = queue.wait(self, [&](Context&) {
      const auto next = queue.next();
      taken = next == self;
      while (std::chrono::steady_clock::now() <= ctx.deadline()) std::this_thread::yield();
    });
    CPPUNIT_ASSERT(taken);
    CPPUNIT_ASSERT(answer.is(Errc::Timeout));
    CPPUNIT_ASSERT(answer.error().message().find("effect is unknown") != std::string::npos);
    CPPUNIT_ASSERT(!queue.startDeciding(*self));
    queue.putBack(self);
    CPPUNIT_ASSERT(queue.next() == nullptr);
  }

  /// The leader's entry is written, but nobody hears of it before its time is over. The
  /// other's change was in that entry and must not be made twice.
  void aLeaderWhoseTimeIsOverLeavesTheOthersAnotherRound() {
    Shared shared({"pkgs", faulty_, cache_, host_->logger, host_->metrics, clock_});
    shared.indexer.emplace(host_->format, host_->logger, host_->metrics);
    Follower follower(shared, "main");
    CommitQueue queue;
    larder::sdk::Journal::Decide append = [](Context& ctx, RecordReader& now) -> Changes {
      LARDER_TRY_ASSIGN(const auto record, now.get(ctx, "k"));
      return std::vector<Change>{{"k", (record ? record->value : "") + "x"}};
    };
    CallContext hurried("leader", std::chrono::milliseconds(50));
    CallContext patient("other", std::chrono::minutes(1));
    const auto other = std::make_shared<Committer>(patient, append);
    const auto third = std::make_shared<Committer>(patient, append);
    queue.putBack(other);
    queue.putBack(third);
    const auto untilTheDeadline = [&] {
      while (std::chrono::steady_clock::now() <= hurried.deadline()) std::this_thread::yield();
    };
    faulty_.faults().on(Op::Put, 1,
                        {.error = Errc::Timeout, .performed = true, .after = untilTheDeadline},
                        "/entries/");
    faulty_.faults().always(Op::Open, {.error = Errc::Unavailable}, "/entries/");
    CommitRound(shared, follower, queue).run(hurried);
    CPPUNIT_ASSERT(other->queued && !other->answer && third->queued);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, entries());

    faulty_.faults().clear();
    CommitRound(shared, follower, queue).run(patient);
    CPPUNIT_ASSERT(other->answer && other->answer->ok());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, **other->answer);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, **third->answer);
    CPPUNIT_ASSERT_EQUAL(std::string("xx"), host_->value("k"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, entries());
  }

  void aBackendThatIsOutOfTimeFailsTheCommit() {
    faulty_.faults().always(Op::Stat, {.error = Errc::Timeout}, "/entries/");
    const auto done = host_->journal().commit(
        host_->ctx, [](Context&, RecordReader&) { return Changes(std::vector<Change>()); });
    CPPUNIT_ASSERT(done.is(Errc::Timeout));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(GroupCommitTest);

}  // namespace
