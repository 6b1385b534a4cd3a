#include "core/base/deadlines.h"

#include <cppunit/TestFixture.h>

#include <vector>

#include "tests/support/test.h"

namespace larder::test {
namespace {

using std::chrono::milliseconds;

struct Waiter final : Deadline {
  void expired(WaitKind) override {}
};

class DeadlinesTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(DeadlinesTest);
  CPPUNIT_TEST(dueOnesComeOnce);
  CPPUNIT_TEST(settingAgainStartsAnew);
  CPPUNIT_TEST(clearedOnesNeverCome);
  CPPUNIT_TEST(oldestIsTheOneThatWaitedLongest);
  CPPUNIT_TEST(nextIsTheEarliestOfAllKinds);
  CPPUNIT_TEST_SUITE_END();

 public:
  void dueOnesComeOnce() {
    deadlines_.set(one_, 1, start_);
    CPPUNIT_ASSERT(deadlines_.takeDue(start_ + milliseconds(9)).deadline == nullptr);
    const auto due = deadlines_.takeDue(start_ + milliseconds(10));
    CPPUNIT_ASSERT(due.deadline == &one_ && due.kind == 1);
    CPPUNIT_ASSERT(one_.waitingFor() == 0);
    CPPUNIT_ASSERT(deadlines_.takeDue(start_ + milliseconds(1000)).deadline == nullptr);
  }
  void settingAgainStartsAnew() {
    deadlines_.set(one_, 1, start_);
    deadlines_.set(two_, 1, start_ + milliseconds(1));
    deadlines_.set(one_, 1, start_ + milliseconds(5));
    CPPUNIT_ASSERT(deadlines_.takeDue(start_ + milliseconds(12)).deadline == &two_);
    CPPUNIT_ASSERT(deadlines_.takeDue(start_ + milliseconds(12)).deadline == nullptr);
    deadlines_.set(one_, 2, start_);
    CPPUNIT_ASSERT(deadlines_.takeDue(start_ + milliseconds(15)).deadline == nullptr);
  }
  void clearedOnesNeverCome() {
    for (Waiter* waiter : {&one_, &two_, &three_}) deadlines_.set(*waiter, 1, start_);
    deadlines_.clear(two_);
    deadlines_.clear(two_);
    const auto later = start_ + milliseconds(50);
    CPPUNIT_ASSERT(deadlines_.takeDue(later).deadline == &one_);
    CPPUNIT_ASSERT(deadlines_.takeDue(later).deadline == &three_);
    CPPUNIT_ASSERT(deadlines_.takeDue(later).deadline == nullptr);
    CPPUNIT_ASSERT(!deadlines_.next());
  }
  void oldestIsTheOneThatWaitedLongest() {
    CPPUNIT_ASSERT(deadlines_.oldest(1) == nullptr);
    deadlines_.set(one_, 1, start_);
    deadlines_.set(two_, 1, start_);
    CPPUNIT_ASSERT(deadlines_.oldest(1) == &one_);
    deadlines_.set(one_, 1, start_);
    CPPUNIT_ASSERT(deadlines_.oldest(1) == &two_);
    CPPUNIT_ASSERT(deadlines_.oldest(2) == nullptr);
  }
  void nextIsTheEarliestOfAllKinds() {
    deadlines_.set(one_, 2, start_);
    deadlines_.set(two_, 1, start_ + milliseconds(3));
    CPPUNIT_ASSERT(deadlines_.next() == start_ + milliseconds(13));
    deadlines_.clear(two_);
    CPPUNIT_ASSERT(deadlines_.next() == start_ + milliseconds(20));
  }

 private:
  const Deadlines::Time start_{};
  Deadlines deadlines_{Deadlines::Durations{milliseconds(0), milliseconds(10), milliseconds(20)}};
  Waiter one_, two_, three_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(DeadlinesTest);

}  // namespace
}  // namespace larder::test
