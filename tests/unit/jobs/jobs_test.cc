#include "core/jobs/jobs.h"

#include <atomic>
#include <future>
#include <thread>

#include "core/base/call_context.h"
#include "core/jobs/job_table.h"
#include "core/observe/clock.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_logger.h"
#include "tests/fakes/fake_metrics.h"
#include "tests/support/test.h"

namespace {

using larder::jobs::Jobs;
using larder::jobs::JobTable;
using larder::sdk::Context;
using larder::sdk::Errc;
using larder::sdk::Error;
using larder::sdk::Result;
using larder::test::FakeClock;
using larder::test::FakeLogger;
using larder::test::FakeMetrics;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Outcome = JobTable::Outcome;

const JobTable::Time kStart{};

class JobTableTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(JobTableTest);
  CPPUNIT_TEST(nothingStartsBeforeItsTime);
  CPPUNIT_TEST(theLongestDueStartsFirst);
  CPPUNIT_TEST(aJobNotStartedIsReplaced);
  CPPUNIT_TEST(aJobThatRunsIsFollowed);
  CPPUNIT_TEST(aRetryableFailureIsTriedAgainLaterAndLater);
  CPPUNIT_TEST(aFollowerTakesTheRetrysPlace);
  CPPUNIT_TEST(repeatedJobsNeverRunTwiceAtATime);
  CPPUNIT_TEST_SUITE_END();

  JobTable table_{{.firstPause = seconds(1), .longestPause = seconds(5)}};
  std::string ran_;

  larder::sdk::Jobs::Work mark(char c) {
    return [this, c](Context&) {
      ran_ += c;
      return Result<void>();
    };
  }
  std::string runDue(JobTable::Time now) {
    ran_.clear();
    larder::CallContext ctx("job", seconds(1));
    while (const auto start = table_.start(now)) {
      static_cast<void>(start->work(ctx));
      table_.finish(start->key, now, Outcome::Done);
    }
    return ran_;
  }

 public:
  void nothingStartsBeforeItsTime() {
    CPPUNIT_ASSERT(!table_.nextDue());
    table_.schedule("a", kStart + seconds(5), mark('a'));
    CPPUNIT_ASSERT(table_.nextDue() == kStart + seconds(5));
    CPPUNIT_ASSERT_EQUAL(std::string(), runDue(kStart + milliseconds(4999)));
    CPPUNIT_ASSERT_EQUAL(std::string("a"), runDue(kStart + seconds(5)));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, table_.size());
  }

  void theLongestDueStartsFirst() {
    table_.schedule("a", kStart + seconds(3), mark('a'));
    table_.schedule("b", kStart + seconds(1), mark('b'));
    table_.schedule("c", kStart + seconds(2), mark('c'));
    CPPUNIT_ASSERT_EQUAL(std::string("bca"), runDue(kStart + seconds(9)));
  }

  void aJobNotStartedIsReplaced() {
    table_.schedule("a", kStart + seconds(1), mark('1'));
    table_.schedule("a", kStart + seconds(3), mark('2'));
    CPPUNIT_ASSERT_EQUAL(std::string(), runDue(kStart + seconds(2)));
    CPPUNIT_ASSERT_EQUAL(std::string("2"), runDue(kStart + seconds(3)));
  }

  void aJobThatRunsIsFollowed() {
    table_.schedule("a", kStart, mark('1'));
    const auto first = table_.start(kStart);
    table_.schedule("a", kStart, mark('2'));
    table_.schedule("a", kStart, mark('3'));
    CPPUNIT_ASSERT(!table_.start(kStart));
    table_.finish("a", kStart, Outcome::Done);
    CPPUNIT_ASSERT_EQUAL(std::string("3"), runDue(kStart));
  }

  void aRetryableFailureIsTriedAgainLaterAndLater() {
    table_.schedule("a", kStart, mark('a'));
    JobTable::Time now = kStart;
    for (const int pause : {1, 2, 4, 5, 5}) {
      CPPUNIT_ASSERT(table_.start(now));
      const auto next = table_.finish("a", now, Outcome::Retryable);
      CPPUNIT_ASSERT(next.retried && next.pause == seconds(pause));
      CPPUNIT_ASSERT(!table_.start(now + next.pause - milliseconds(1)));
      now += next.pause;
    }
    CPPUNIT_ASSERT(table_.start(now));
    CPPUNIT_ASSERT(!table_.finish("a", now, Outcome::Failed).retried);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, table_.size());
  }

  void aFollowerTakesTheRetrysPlace() {
    table_.schedule("a", kStart, mark('1'));
    CPPUNIT_ASSERT(table_.start(kStart));
    table_.schedule("a", kStart, mark('2'));
    CPPUNIT_ASSERT(!table_.finish("a", kStart, Outcome::Retryable).retried);
    CPPUNIT_ASSERT_EQUAL(std::string("2"), runDue(kStart));
  }

  void repeatedJobsNeverRunTwiceAtATime() {
    table_.repeat("r", kStart, seconds(10), mark('r'));
    CPPUNIT_ASSERT_EQUAL(std::string(), runDue(kStart + seconds(9)));
    CPPUNIT_ASSERT(table_.start(kStart + seconds(10)));
    CPPUNIT_ASSERT(!table_.start(kStart + seconds(30)));
    table_.finish("r", kStart + seconds(30), Outcome::Failed);
    CPPUNIT_ASSERT(!table_.start(kStart + seconds(39)));
    CPPUNIT_ASSERT_EQUAL(std::string("r"), runDue(kStart + seconds(40)));
  }
};

class JobsTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(JobsTest);
  CPPUNIT_TEST(jobsRunWhenTheirTimeComes);
  CPPUNIT_TEST(aRetryableFailureRunsAgain);
  CPPUNIT_TEST(anExceptionIsAFailure);
  CPPUNIT_TEST(stoppingCancelsAndForgets);
  CPPUNIT_TEST_SUITE_END();

  FakeClock clock_;
  FakeLogger logger_;
  FakeMetrics metrics_;

 public:
  void jobsRunWhenTheirTimeComes() {
    std::promise<void> ran;
    std::atomic<bool> early = true;
    Jobs jobs({}, clock_, logger_, metrics_);
    jobs.schedule("later", seconds(60), [&](Context&) {
      CPPUNIT_ASSERT(!early);
      ran.set_value();
      return Result<void>();
    });
    std::promise<void> other;
    jobs.schedule("now", {}, [&](Context&) {
      other.set_value();
      return Result<void>();
    });
    other.get_future().wait();
    early = false;
    clock_.advance(seconds(60));
    jobs.wake();
    ran.get_future().wait();
  }

  void aRetryableFailureRunsAgain() {
    std::promise<void> done;
    std::atomic<int> runs = 0;
    Jobs jobs({.firstPause = milliseconds(1)}, larder::observe::systemClock(), logger_, metrics_);
    jobs.schedule("a", {}, [&](Context&) -> Result<void> {
      if (++runs < 3) return Error(Errc::Unavailable, "away");
      done.set_value();
      return {};
    });
    done.get_future().wait();
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, logger_.count("job.failed"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, logger_.count("job.retry"));
  }

  void anExceptionIsAFailure() {
    std::promise<void> done;
    Jobs jobs({.workers = 1}, clock_, logger_, metrics_);
    jobs.schedule("a", {}, [](Context&) -> Result<void> { throw std::runtime_error("oops"); });
    jobs.schedule("b", {}, [](Context&) -> Result<void> { throw 7; });
    jobs.schedule("c", {}, [&](Context&) -> Result<void> {
      done.set_value();
      return Error(Errc::Invalid, "a failure");
    });
    done.get_future().wait();
    jobs.stop();
    CPPUNIT_ASSERT(logger_.count("job.failed") >= 2);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, logger_.count("job.retry"));
  }

  void stoppingCancelsAndForgets() {
    std::promise<void> running;
    std::atomic<bool> cancelled = false;
    std::atomic<bool> ranAfter = false;
    Jobs jobs({.workers = 1}, clock_, logger_, metrics_);
    jobs.schedule("long", {}, [&](Context& ctx) -> Result<void> {
      running.set_value();
      while (!ctx.cancelled()) std::this_thread::yield();
      cancelled = true;
      return Error(Errc::Unavailable, "stopped");
    });
    running.get_future().wait();
    jobs.schedule("next", {}, [&](Context&) {
      ranAfter = true;
      return Result<void>();
    });
    jobs.stop();
    jobs.schedule("after", {}, [&](Context&) {
      ranAfter = true;
      return Result<void>();
    });
    CPPUNIT_ASSERT(cancelled);
    CPPUNIT_ASSERT(!ranAfter);
    jobs.stop();
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(JobTableTest);
CPPUNIT_TEST_SUITE_REGISTRATION(JobsTest);

}  // namespace
