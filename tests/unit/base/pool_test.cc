#include "core/base/pool.h"

#include <cppunit/TestFixture.h>
#include <sys/resource.h>
#include <unistd.h>

#include <future>
#include <latch>

#include "tests/support/test.h"

namespace larder::test {
namespace {

struct Depth final : sdk::Gauge {
  void set(double value) noexcept override { last = value; }
  void add(double) noexcept override {}
  std::atomic<double> last = 0;
};

class PoolTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(PoolTest);
  CPPUNIT_TEST(fullQueueRefuses);
  CPPUNIT_TEST(postIsNeverRefused);
  CPPUNIT_TEST(stopRunsWhatIsQueued);
  CPPUNIT_TEST(nothingRunsAfterStop);
  CPPUNIT_TEST(threadsYieldToOthers);
  CPPUNIT_TEST_SUITE_END();

 public:
  void fullQueueRefuses() {
    Pool pool(1, 2, depth_);
    occupy(pool);
    CPPUNIT_ASSERT(pool.tryPost([] {}));
    CPPUNIT_ASSERT(pool.tryPost([] {}));
    CPPUNIT_ASSERT(!pool.tryPost([] {}));
    CPPUNIT_ASSERT_EQUAL(2.0, depth_.last.load());
    free_.set_value();
  }
  void postIsNeverRefused() {
    Pool pool(1, 0, depth_);
    occupy(pool);
    int ran = 0;
    for (int i = 0; i < 100; ++i) pool.post([&] { ++ran; });
    CPPUNIT_ASSERT(!pool.tryPost([&] { ran = -1000; }));
    free_.set_value();
    pool.stop();
    CPPUNIT_ASSERT_EQUAL(100, ran);
  }
  void stopRunsWhatIsQueued() {
    std::atomic<int> ran = 0;
    Pool pool(4, 1000, depth_);
    for (int i = 0; i < 1000; ++i) CPPUNIT_ASSERT(pool.tryPost([&] { ++ran; }));
    pool.stop();
    CPPUNIT_ASSERT_EQUAL(1000, ran.load());
  }
  void nothingRunsAfterStop() {
    Pool pool(1, 10, depth_);
    pool.stop();
    CPPUNIT_ASSERT(!pool.tryPost([] { std::abort(); }));
    pool.post([] { std::abort(); });
    pool.stop();
  }
  void threadsYieldToOthers() {
    const int here = ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()));
    if (here >= 19) LARDER_SKIP("the tests run at the lowest priority already");
    Pool pool(1, 10, depth_);
    std::promise<int> there;
    pool.post([&] { there.set_value(::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()))); });
    CPPUNIT_ASSERT(there.get_future().get() > here);
    CPPUNIT_ASSERT_EQUAL(here, ::getpriority(PRIO_PROCESS, static_cast<id_t>(::gettid())));
  }

 private:
  /// Keeps the only thread busy until free_.
  void occupy(Pool& pool) {
    auto running = std::make_shared<std::latch>(1);
    pool.post([running, until = free_.get_future().share()] {
      running->count_down();
      until.wait();
    });
    running->wait();
  }

  Depth depth_;
  std::promise<void> free_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(PoolTest);

}  // namespace
}  // namespace larder::test
