#include "core/jobs/jobs.h"

#include <atomic>
#include <future>
#include <stdexcept>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_logger.h"
#include "tests/fakes/fake_metrics.h"
#include "tests/support/test.h"

namespace {

namespace sdk = larder::sdk;
using larder::jobs::Jobs;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// Counts runs and lets a test wait for them.
class Runs {
 public:
  void add() {
    {
      auto count = count_.lock();
      ++*count;
    }
    changed_.notify_all();
  }
  /// Whether `wanted` runs happened within a generous time.
  bool reach(int wanted) {
    auto count = count_.lock();
    return changed_.wait_for(count.raw(), seconds(20), [&] { return *count >= wanted; });
  }
  int now() { return *count_.lock(); }

 private:
  larder::Guarded<int> count_{0};
  std::condition_variable changed_;
};

class JobsTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(JobsTest);
  CPPUNIT_TEST(jobRunsOnce);
  CPPUNIT_TEST(jobWaitsForItsDelay);
  CPPUNIT_TEST(sameKeyReplacesWhatHasNotStarted);
  CPPUNIT_TEST(sameKeyFollowsWhatRuns);
  CPPUNIT_TEST(retryableFailureIsTriedAgainWithBackoff);
  CPPUNIT_TEST(otherFailuresEndTheJob);
  CPPUNIT_TEST(exceptionIsAFailure);
  CPPUNIT_TEST(repeatedJobSurvivesFailures);
  CPPUNIT_TEST(stopCancelsWhatRuns);
  CPPUNIT_TEST_SUITE_END();

  larder::test::FakeClock clock_;
  larder::test::FakeLogger logger_;
  larder::test::FakeMetrics metrics_;

  void pass(Jobs& jobs, milliseconds time) {
    clock_.advance(time);
    jobs.wake();
  }

  /// Moves the clock on until a job has run so often; gives up after a generous time.
  bool passUntil(Jobs& jobs, Runs& runs, int wanted) {
    const auto giveUp = std::chrono::steady_clock::now() + seconds(20);
    while (runs.now() < wanted && std::chrono::steady_clock::now() < giveUp) {
      pass(jobs, seconds(1));
      std::this_thread::yield();
    }
    return runs.now() >= wanted;
  }

 public:
  void jobRunsOnce() {
    Jobs jobs({}, clock_, logger_, metrics_);
    Runs runs;
    jobs.schedule("a", milliseconds(0), [&](sdk::Context&) -> sdk::Result<void> {
      runs.add();
      return {};
    });
    CPPUNIT_ASSERT(runs.reach(1));
    jobs.stop();
    CPPUNIT_ASSERT_EQUAL(1, runs.now());
  }

  void jobWaitsForItsDelay() {
    Jobs jobs({}, clock_, logger_, metrics_);
    Runs early;
    Runs late;
    jobs.schedule("late", seconds(100), [&](sdk::Context&) -> sdk::Result<void> {
      late.add();
      return {};
    });
    jobs.schedule("early", seconds(10), [&](sdk::Context&) -> sdk::Result<void> {
      early.add();
      return {};
    });
    pass(jobs, seconds(50));
    CPPUNIT_ASSERT(early.reach(1));
    CPPUNIT_ASSERT_EQUAL(0, late.now());
    pass(jobs, seconds(50));
    CPPUNIT_ASSERT(late.reach(1));
  }

  void sameKeyReplacesWhatHasNotStarted() {
    Jobs jobs({}, clock_, logger_, metrics_);
    Runs first;
    Runs second;
    jobs.schedule("a", seconds(5), [&](sdk::Context&) -> sdk::Result<void> {
      first.add();
      return {};
    });
    jobs.schedule("a", seconds(5), [&](sdk::Context&) -> sdk::Result<void> {
      second.add();
      return {};
    });
    pass(jobs, seconds(5));
    CPPUNIT_ASSERT(second.reach(1));
    jobs.stop();
    CPPUNIT_ASSERT_EQUAL(0, first.now());
  }

  void sameKeyFollowsWhatRuns() {
    Jobs jobs({}, clock_, logger_, metrics_);
    std::promise<void> started;
    std::promise<void> release;
    auto released = release.get_future().share();
    Runs second;
    std::atomic<bool> firstDone = false;
    jobs.schedule("a", milliseconds(0), [&](sdk::Context&) -> sdk::Result<void> {
      started.set_value();
      released.wait();
      firstDone = true;
      return {};
    });
    started.get_future().wait();
    jobs.schedule("a", milliseconds(0), [&](sdk::Context&) -> sdk::Result<void> {
      if (firstDone) second.add();
      return {};
    });
    release.set_value();
    CPPUNIT_ASSERT(second.reach(1));
  }

  void retryableFailureIsTriedAgainWithBackoff() {
    Jobs jobs({.workers = 1}, clock_, logger_, metrics_);
    Runs runs;
    jobs.schedule("a", milliseconds(0), [&](sdk::Context&) -> sdk::Result<void> {
      runs.add();
      if (runs.now() < 3) return sdk::Error(sdk::Errc::Unavailable, "not yet");
      return {};
    });
    CPPUNIT_ASSERT(runs.reach(1));
    CPPUNIT_ASSERT(passUntil(jobs, runs, 3));
    jobs.stop();
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, logger_.count("job.failed"));
  }

  void otherFailuresEndTheJob() {
    Jobs jobs({.workers = 1}, clock_, logger_, metrics_);
    Runs runs;
    Runs after;
    jobs.schedule("a", milliseconds(0), [&](sdk::Context&) -> sdk::Result<void> {
      runs.add();
      return sdk::Error(sdk::Errc::Corrupt, "broken for good");
    });
    CPPUNIT_ASSERT(runs.reach(1));
    pass(jobs, std::chrono::hours(1));
    jobs.schedule("b", milliseconds(0), [&](sdk::Context&) -> sdk::Result<void> {
      after.add();
      return {};
    });
    CPPUNIT_ASSERT(after.reach(1));
    CPPUNIT_ASSERT_EQUAL(1, runs.now());
  }

  void exceptionIsAFailure() {
    Jobs jobs({}, clock_, logger_, metrics_);
    Runs runs;
    jobs.schedule("a", milliseconds(0), [&](sdk::Context&) -> sdk::Result<void> {
      runs.add();
      throw std::runtime_error("boom");
    });
    CPPUNIT_ASSERT(runs.reach(1));
    const auto giveUp = std::chrono::steady_clock::now() + seconds(20);
    while (logger_.count("job.failed") == 0 && std::chrono::steady_clock::now() < giveUp) {
      std::this_thread::yield();
    }
    CPPUNIT_ASSERT(logger_.mentions("boom"));
  }

  void repeatedJobSurvivesFailures() {
    Jobs jobs({.workers = 2}, clock_, logger_, metrics_);
    Runs runs;
    jobs.repeat("a", seconds(10), [&](sdk::Context&) -> sdk::Result<void> {
      runs.add();
      return sdk::Error(sdk::Errc::Internal, "again and again");
    });
    CPPUNIT_ASSERT_EQUAL(0, runs.now());
    CPPUNIT_ASSERT(passUntil(jobs, runs, 3));
  }

  void stopCancelsWhatRuns() {
    Jobs jobs({}, clock_, logger_, metrics_);
    std::promise<void> started;
    std::atomic<bool> cancelled = false;
    jobs.schedule("a", milliseconds(0), [&](sdk::Context& ctx) -> sdk::Result<void> {
      started.set_value();
      while (!ctx.cancelled()) std::this_thread::yield();
      cancelled = true;
      return sdk::Error(sdk::Errc::Cancelled, "stopping");
    });
    started.get_future().wait();
    jobs.stop();
    CPPUNIT_ASSERT(cancelled);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(JobsTest);

}  // namespace
