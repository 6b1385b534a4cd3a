#include "core/auth/single_flight.h"

#include <atomic>
#include <future>
#include <stdexcept>
#include <string>

#include "core/base/call_context.h"
#include "tests/support/test.h"

namespace {

using namespace std::chrono_literals;
namespace sdk = larder::sdk;
using Flights = larder::auth::SingleFlight<std::string, int>;

/// Tells when it is looked at: a caller that waits for another's answer has begun to.
class WatchedContext final : public sdk::Context {
 public:
  std::chrono::steady_clock::time_point deadline() const noexcept override { return deadline_; }
  bool cancelled() const noexcept override {
    if (!seen_.exchange(true)) waiting_.set_value();
    return false;
  }
  std::string_view requestId() const noexcept override { return "test"; }

  void awaitWaiting() { waiting_.get_future().wait(); }

 private:
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::now() + 60s;
  mutable std::atomic<bool> seen_ = false;
  mutable std::promise<void> waiting_;
};

class SingleFlightTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(SingleFlightTest);
  CPPUNIT_TEST(whoWaitsGetsTheAnswer);
  CPPUNIT_TEST(whoWaitsGetsTheFailure);
  CPPUNIT_TEST(anothersTimeoutIsNotOurs);
  CPPUNIT_TEST(anExceptionLetsTheOthersGo);
  CPPUNIT_TEST(differentKeysDoNotWait);
  CPPUNIT_TEST(nothingIsKept);
  CPPUNIT_TEST_SUITE_END();

 public:
  void whoWaitsGetsTheAnswer() { expectShared(7, 7); }

  void whoWaitsGetsTheFailure() {
    const auto second = together(sdk::Error(sdk::Errc::Unavailable, "away"));
    CPPUNIT_ASSERT(second.is(sdk::Errc::Unavailable));
  }

  void anothersTimeoutIsNotOurs() {
    expectShared(sdk::Error(sdk::Errc::Timeout, "late"), 8);
    expectShared(sdk::Error(sdk::Errc::Cancelled, "gone"), 8);
  }

  void anExceptionLetsTheOthersGo() {
    const auto second = together(std::runtime_error("boom"));
    CPPUNIT_ASSERT(second.is(sdk::Errc::Internal));
    expectShared(7, 7);
  }

  void differentKeysDoNotWait() {
    larder::CallContext ctx("test", 60s);
    const auto outer = flights_.run(ctx, "a", [&]() -> sdk::Result<int> {
      return flights_.run(ctx, "b", []() -> sdk::Result<int> { return 2; });
    });
    CPPUNIT_ASSERT_EQUAL(2, *outer);
  }

  void nothingIsKept() {
    larder::CallContext ctx("test", 60s);
    CPPUNIT_ASSERT_EQUAL(1, *flights_.run(ctx, "a", []() -> sdk::Result<int> { return 1; }));
    CPPUNIT_ASSERT_EQUAL(2, *flights_.run(ctx, "a", []() -> sdk::Result<int> { return 2; }));
  }

 private:
  static sdk::Result<int> land(const sdk::Result<int>& answer) { return answer; }
  static sdk::Result<int> land(const std::runtime_error& failure) { throw failure; }

  /// What the second of two callers gets when the first one's work ends in `answer`; doing the work
  /// itself would give 8.
  template <class Answer>
  sdk::Result<int> together(const Answer& answer) {
    std::promise<void> begun;
    std::promise<void> release;
    auto first = std::async(std::launch::async, [&] {
      larder::CallContext ctx("first", 60s);
      return flights_.run(ctx, "key", [&]() -> sdk::Result<int> {
        begun.set_value();
        release.get_future().wait();
        return land(answer);
      });
    });
    begun.get_future().wait();
    WatchedContext ctx;
    auto second = std::async(std::launch::async, [&] {
      return flights_.run(ctx, "key", []() -> sdk::Result<int> { return 8; });
    });
    ctx.awaitWaiting();
    release.set_value();
    try {
      static_cast<void>(first.get());
    } catch (const std::runtime_error&) {
    }
    return second.get();
  }
  void expectShared(const sdk::Result<int>& answer, int expected) {
    const auto second = together(answer);
    LARDER_ASSERT_OK(second);
    CPPUNIT_ASSERT_EQUAL(expected, *second);
  }

  Flights flights_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SingleFlightTest);

}  // namespace
