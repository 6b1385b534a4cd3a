#include "core/auth/login_throttle.h"

#include "tests/support/test.h"

namespace {

using namespace std::chrono_literals;
using larder::auth::LoginThrottle;
using larder::auth::throttleAddress;

constexpr LoginThrottle::Options kOptions = {.freeFailuresPerUser = 3,
                                             .freeFailuresPerAddress = 5,
                                             .firstWait = 1s,
                                             .longestWait = 8s,
                                             .forgetAfter = 10min,
                                             .addressKnownFor = 24h,
                                             .entries = 100};

class LoginThrottleTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(LoginThrottleTest);
  CPPUNIT_TEST(someFailuresAreFree);
  CPPUNIT_TEST(eachFurtherFailureDoublesTheWaitUpToALimit);
  CPPUNIT_TEST(aUserIsSlowedFromEveryUnknownAddress);
  CPPUNIT_TEST(anAddressIsSlowedForEveryUnknownUser);
  CPPUNIT_TEST(guessingElsewhereDoesNotLockAUserOut);
  CPPUNIT_TEST(guessingOthersAtMyAddressDoesNotLockMeOut);
  CPPUNIT_TEST(guessingFromAKnownAddressIsSlowedToo);
  CPPUNIT_TEST(aSuccessResetsThePairOnly);
  CPPUNIT_TEST(afterAWaitOneIsLetInAtATime);
  CPPUNIT_TEST(anAbandonedAttemptCountsNothing);
  CPPUNIT_TEST(failuresAreForgottenAfterAWhile);
  CPPUNIT_TEST(anAddressIsKnownForADay);
  CPPUNIT_TEST(aBadTokenDoesNotSlowOtherTokens);
  CPPUNIT_TEST(memoryIsBounded);
  CPPUNIT_TEST(addressesAreCountedByNetwork);
  CPPUNIT_TEST_SUITE_END();

 public:
  void someFailuresAreFree() {
    CPPUNIT_ASSERT(!fail("alice", "1"));
    CPPUNIT_ASSERT(!fail("alice", "1"));
    CPPUNIT_ASSERT_EQUAL(0L, wait("alice", "1"));
    CPPUNIT_ASSERT(fail("alice", "1"));
    CPPUNIT_ASSERT_EQUAL(1000L, wait("alice", "1"));
  }

  void eachFurtherFailureDoublesTheWaitUpToALimit() {
    for (int i = 0; i < 3; ++i) fail("alice", "1");
    for (const long expected : {1000L, 2000L, 4000L, 8000L, 8000L, 8000L}) {
      CPPUNIT_ASSERT_EQUAL(expected, wait("alice", "9"));
      now_ += std::chrono::milliseconds(expected - 1);
      CPPUNIT_ASSERT_EQUAL(1L, wait("alice", "9"));
      now_ += 1ms;
      CPPUNIT_ASSERT_EQUAL(0L, wait("alice", "9"));
      fail("alice", "1");
    }
  }

  void aUserIsSlowedFromEveryUnknownAddress() {
    for (const char* address : {"1", "2", "3"}) fail("alice", address);
    CPPUNIT_ASSERT_EQUAL(1000L, wait("alice", "4"));
    CPPUNIT_ASSERT_EQUAL(0L, wait("bob", "4"));
  }

  void anAddressIsSlowedForEveryUnknownUser() {
    for (const char* user : {"a", "b", "c", "d", "e"}) fail(user, "1");
    CPPUNIT_ASSERT_EQUAL(1000L, wait("f", "1"));
    CPPUNIT_ASSERT_EQUAL(0L, wait("f", "2"));
  }

  void guessingElsewhereDoesNotLockAUserOut() {
    succeed("alice", "home");
    for (int i = 0; i < 20; ++i) fail("alice", "evil");
    CPPUNIT_ASSERT(wait("alice", "evil") > 0);
    CPPUNIT_ASSERT(wait("alice", "elsewhere") > 0);
    CPPUNIT_ASSERT_EQUAL(0L, wait("alice", "home"));
  }

  void guessingOthersAtMyAddressDoesNotLockMeOut() {
    succeed("alice", "office");
    for (int i = 0; i < 20; ++i) fail("bob" + std::to_string(i), "office");
    CPPUNIT_ASSERT(wait("carol", "office") > 0);
    CPPUNIT_ASSERT_EQUAL(0L, wait("alice", "office"));
  }

  void guessingFromAKnownAddressIsSlowedToo() {
    succeed("alice", "office");
    CPPUNIT_ASSERT(!fail("alice", "office"));
    CPPUNIT_ASSERT(!fail("alice", "office"));
    CPPUNIT_ASSERT(fail("alice", "office"));
    CPPUNIT_ASSERT_EQUAL(1000L, wait("alice", "office"));
    // … which says nothing about alice elsewhere or others there.
    CPPUNIT_ASSERT_EQUAL(0L, wait("alice", "home"));
    CPPUNIT_ASSERT_EQUAL(0L, wait("bob", "office"));
  }

  void aSuccessResetsThePairOnly() {
    for (int i = 0; i < 5; ++i) fail("alice", "1");
    now_ += 1min;
    succeed("alice", "1");
    CPPUNIT_ASSERT(!fail("alice", "1"));
    CPPUNIT_ASSERT(!fail("alice", "1"));
    CPPUNIT_ASSERT_EQUAL(0L, wait("alice", "1"));
    succeed("alice", "1");
    CPPUNIT_ASSERT(!fail("alice", "1"));
    // Else a guesser would get free tries whenever she logs in.
    CPPUNIT_ASSERT(fail("alice", "2"));
    CPPUNIT_ASSERT(wait("alice", "2") > 0);
  }

  void afterAWaitOneIsLetInAtATime() {
    for (int i = 0; i < 3; ++i) fail("alice", "1");
    now_ += 1s;
    const auto first = throttle_.admit("alice", "1", now_);
    CPPUNIT_ASSERT_EQUAL(0L, static_cast<long>(first.wait.count()));
    CPPUNIT_ASSERT_EQUAL(1000L, wait("alice", "1"));
    CPPUNIT_ASSERT(throttle_.admit("alice", "2", now_).wait.count() > 0);
    throttle_.failed("alice", "1", first, now_);
    now_ += 2s;
    CPPUNIT_ASSERT_EQUAL(0L, wait("alice", "1"));
  }

  void anAbandonedAttemptCountsNothing() {
    for (int i = 0; i < 3; ++i) fail("alice", "1");
    now_ += 1s;
    for (int i = 0; i < 5; ++i) {
      const auto admission = throttle_.admit("alice", "1", now_);
      CPPUNIT_ASSERT_EQUAL(0L, static_cast<long>(admission.wait.count()));
      throttle_.abandoned("alice", "1", admission, now_);
    }
    CPPUNIT_ASSERT_EQUAL(0L, wait("alice", "1"));
  }

  void failuresAreForgottenAfterAWhile() {
    for (int i = 0; i < 10; ++i) fail("alice", "1");
    now_ += 10min;
    CPPUNIT_ASSERT_EQUAL(0L, wait("alice", "1"));
    CPPUNIT_ASSERT(!fail("alice", "1"));
    CPPUNIT_ASSERT_EQUAL(0L, wait("alice", "1"));
  }

  void anAddressIsKnownForADay() {
    succeed("alice", "home");
    now_ += 24h;
    for (int i = 0; i < 3; ++i) fail("alice", "evil");
    CPPUNIT_ASSERT_EQUAL(1000L, wait("alice", "home"));
    throttle_.seen("alice", "home", now_);
    CPPUNIT_ASSERT_EQUAL(0L, wait("alice", "home"));
  }

  void aBadTokenDoesNotSlowOtherTokens() {
    for (int i = 0; i < 20; ++i) fail("__token__", "evil");
    CPPUNIT_ASSERT(wait("__token__", "evil") > 0);
    CPPUNIT_ASSERT_EQUAL(0L, wait("__token__", "home"));
  }

  void memoryIsBounded() {
    for (int i = 0; i < 3; ++i) fail("alice", "1");
    CPPUNIT_ASSERT(wait("alice", "2") > 0);
    for (int i = 0; i < 100; ++i) {
      fail("u" + std::to_string(i), "a" + std::to_string(i));
      succeed("v" + std::to_string(i), "b" + std::to_string(i));
    }
    CPPUNIT_ASSERT_EQUAL(0L, wait("alice", "2"));
  }

  void addressesAreCountedByNetwork() {
    CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.1"), throttleAddress("192.0.2.1"));
    CPPUNIT_ASSERT_EQUAL(std::string("192.0.2.1"), throttleAddress("::ffff:192.0.2.1"));
    CPPUNIT_ASSERT_EQUAL(throttleAddress("2001:db8:0:1::1"), throttleAddress("2001:db8:0:1:f::2"));
    CPPUNIT_ASSERT(throttleAddress("2001:db8:0:1::1") != throttleAddress("2001:db8:0:2::1"));
    CPPUNIT_ASSERT_EQUAL(std::string("unix"), throttleAddress("unix"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{100}, throttleAddress(std::string(5000, 'x')).size());
  }

 private:
  long wait(std::string_view user, std::string_view address) {
    return static_cast<long>(throttle_.wait(user, address, now_).count());
  }
  // Whether or not a wait stands: the count must not depend on clients that obey.
  bool fail(std::string_view user, std::string_view address) {
    return throttle_.failed(user, address, throttle_.admit(user, address, now_), now_);
  }
  void succeed(std::string_view user, std::string_view address) {
    throttle_.succeeded(user, address, throttle_.admit(user, address, now_), now_);
  }

  LoginThrottle throttle_{kOptions};
  LoginThrottle::Time now_{1000h};
};

CPPUNIT_TEST_SUITE_REGISTRATION(LoginThrottleTest);

}  // namespace
