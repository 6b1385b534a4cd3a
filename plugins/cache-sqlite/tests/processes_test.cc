#include <atomic>
#include <thread>

#include "fixture.h"
#include "syscalls.h"

namespace larder::sqlite::test {
namespace {

using sdk::Errc;

class ProcessesTest : public CacheFixture {
  CPPUNIT_TEST_SUITE(ProcessesTest);
  CPPUNIT_TEST(processesLoseNoUpdate);
  CPPUNIT_TEST(threadsLoseNoUpdate);
  CPPUNIT_TEST(killAtAnyWriteLosesNothingAcknowledged);
  CPPUNIT_TEST(killWhileCreatingLeavesAUsableFile);
  CPPUNIT_TEST(changesAreUnknownWhileSomebodyWrites);
  CPPUNIT_TEST(changesHealAfterAWriterDied);
  CPPUNIT_TEST(equalChangesMeanNoBatchOfAnotherProcess);
  CPPUNIT_TEST(waitingForAnotherProcessEndsAtTheDeadline);
  CPPUNIT_TEST(waitingForAnotherThreadEndsWhenCancelled);
  CPPUNIT_TEST_SUITE_END();

  /// Adds one to "count" by read, compare and write.
  static bool increment(SqliteCache& on, sdk::Context& ctx) {
    const std::string key = "count";
    while (true) {
      const auto found = on.get(ctx, std::span(&key, 1));
      if (!found) return false;
      const auto& record = found->records[0];
      const int now = record ? std::stoi(record->value) : 0;
      const auto applied = on.apply(ctx, {.expect = {{key, record ? record->version : 0}},
                                          .put = {{key, std::to_string(now + 1)}}});
      if (applied) return true;
      if (!applied.is(Errc::Conflict)) return false;
    }
  }

  std::unique_ptr<ChangeFile> changeFile(Waiting& waiting) {
    auto opened = ChangeFile::openLocked(path() + "-changes", 1, waiting);
    LARDER_ASSERT_OK(opened);
    return std::move(*opened);
  }

 public:
  void processesLoseNoUpdate() {
    constexpr int kProcesses = 4;
    constexpr int kEach = 100;
    std::vector<pid_t> children;
    for (int i = 0; i < kProcesses; ++i) {
      children.push_back(start([&] {
        const auto own = make();
        for (int n = 0; n < kEach; ++n) {
          if (!increment(*own, ctx)) ::_exit(2);
        }
      }));
    }
    for (const pid_t child : children) CPPUNIT_ASSERT_EQUAL(0, finish(child));
    CPPUNIT_ASSERT_EQUAL(std::to_string(kProcesses * kEach), valueOf("count"));
  }

  void threadsLoseNoUpdate() {
    std::atomic<int> failures = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 50; ++n) failures += increment(*cache, ctx) ? 0 : 1;
      });
    }
    for (std::thread& thread : threads) thread.join();
    CPPUNIT_ASSERT_EQUAL(0, failures.load());
    CPPUNIT_ASSERT_EQUAL(std::string("300"), valueOf("count"));
  }

  void killAtAnyWriteLosesNothingAcknowledged() {
    put("a", "0");
    put("b", "0");
    const std::string before = epoch();
    for (const bool after : {false, true}) {
      bool died = true;
      std::size_t nth = 1;
      for (; died && nth < 200; ++nth) {
        const std::string value = std::to_string(nth) + (after ? "a" : "b");
        int acknowledged[2];
        CPPUNIT_ASSERT_EQUAL(0, ::pipe(acknowledged));
        const int status = finish(start([&] {
          const auto own = make();
          dieAtWrite(nth, after);
          const std::string large(40'000, 'x');
          for (int n = 0; n < 3; ++n) {
            const std::string now = value + std::to_string(n);
            if (!own->apply(ctx, {.put = {{"a", now}, {"b", now}, {"large", large + now}}})) {
              ::_exit(2);
            }
            if (::write(acknowledged[1], &"012"[n], 1) != 1) ::_exit(3);
          }
        }));
        ::close(acknowledged[1]);
        char done[4] = {};
        const ssize_t count = ::read(acknowledged[0], done, 3);
        ::close(acknowledged[0]);
        died = WIFSIGNALED(status);
        CPPUNIT_ASSERT(died || status == 0);
        // Either the last that was acknowledged or the one after it.
        const std::string now = valueOf("a");
        CPPUNIT_ASSERT_EQUAL(now, valueOf("b"));
        const bool last = count > 0 && now == value + done[count - 1];
        const bool next = count < 3 && now == value + std::to_string(count);
        CPPUNIT_ASSERT_MESSAGE(now, count == 0 ? next || !now.starts_with(value) : last || next);
        CPPUNIT_ASSERT_EQUAL(before, epoch());
        CPPUNIT_ASSERT(cache->changes().has_value());
      }
      CPPUNIT_ASSERT(nth > 6 && nth < 200);
    }
  }

  void killWhileCreatingLeavesAUsableFile() {
    for (const bool after : {false, true}) {
      bool died = true;
      for (std::size_t nth = 1; died && nth < 100; ++nth) {
        const std::string file = directory / ("new" + std::to_string(nth) + (after ? "a" : "b"));
        const int status = finish(start([&] {
          dieAtWrite(nth, after);
          if (!SqliteCache::open(ctx, host, {file, "boot"})) ::_exit(2);
        }));
        died = WIFSIGNALED(status);
        CPPUNIT_ASSERT(died || status == 0);
        auto opened = SqliteCache::open(ctx, host, {file, "boot"});
        LARDER_ASSERT_OK(opened);
        LARDER_ASSERT_OK((*opened)->apply(ctx, {.put = {{"a", "1"}}}));
      }
      CPPUNIT_ASSERT(!died);
    }
  }

  void changesAreUnknownWhileSomebodyWrites() {
    Waiting waiting(ctx, host.clock());
    const auto file = changeFile(waiting);
    auto lock = std::make_unique<ChangeFile::Lock>(file->adopt());
    CPPUNIT_ASSERT(cache->changes().has_value());
    lock->begin();
    CPPUNIT_ASSERT(!cache->changes());
    (void)valueOf("a");  // Must not take a live writer for a dead one.
    CPPUNIT_ASSERT(!cache->changes());
    lock->finish();
    CPPUNIT_ASSERT(cache->changes().has_value());
  }

  void changesHealAfterAWriterDied() {
    const auto before = cache->changes();
    const int status = finish(start([&] {
      Waiting waiting(ctx, host.clock());
      auto own = ChangeFile::openLocked(path() + "-changes", 1, waiting);
      auto lock = (*own)->adopt();
      lock.begin();
      ::kill(::getpid(), SIGKILL);
    }));
    CPPUNIT_ASSERT(WIFSIGNALED(status));
    CPPUNIT_ASSERT(!cache->changes());
    (void)valueOf("a");
    const auto after = cache->changes();
    CPPUNIT_ASSERT(after.has_value());
    CPPUNIT_ASSERT(after != before);
  }

  // The reader's rule: changes(), read, changes(); when both are equal, what was
  // read is what a writer had acknowledged by then at least.
  void equalChangesMeanNoBatchOfAnotherProcess() {
    int acknowledged[2];
    CPPUNIT_ASSERT_EQUAL(0, ::pipe(acknowledged));
    constexpr int kBatches = 300;
    put("n", "0");
    const pid_t writer = start([&] {
      ::close(acknowledged[0]);
      const auto own = make();
      for (int n = 1; n <= kBatches; ++n) {
        if (!own->apply(ctx, {.put = {{"n", std::to_string(n)}}})) ::_exit(2);
        if (::write(acknowledged[1], "x", 1) != 1) ::_exit(3);
      }
    });
    ::close(acknowledged[1]);
    int seen = 0;  // Acknowledged before the look at changes() that follows.
    int remembered = 0;
    std::optional<std::uint64_t> at;
    char one = 0;
    while (::read(acknowledged[0], &one, 1) == 1) {
      ++seen;
      const auto now = cache->changes();
      if (now && now == at) {
        CPPUNIT_ASSERT(remembered >= seen);
        continue;
      }
      remembered = std::stoi(valueOf("n"));
      at = now;
      CPPUNIT_ASSERT(remembered >= seen);
    }
    ::close(acknowledged[0]);
    CPPUNIT_ASSERT_EQUAL(0, finish(writer));
    CPPUNIT_ASSERT_EQUAL(kBatches, seen);
  }

  void waitingForAnotherProcessEndsAtTheDeadline() {
    Waiting waiting(ctx, host.clock());
    const auto file = changeFile(waiting);  // Another open file: like another process.
    const auto lock = file->adopt();
    // The clock of the call runs; the file stays locked.
    std::atomic<bool> done = false;
    std::thread timeGoesOn([&] {
      while (!done) host.clock().advance(std::chrono::seconds(1));
    });
    CallContext brief("test", host.clock().steady() + std::chrono::seconds(5));
    const auto applied = cache->apply(brief, {.put = {{"a", "1"}}});
    done = true;
    timeGoesOn.join();
    CPPUNIT_ASSERT(applied.is(Errc::Timeout));
    CPPUNIT_ASSERT_EQUAL(std::string("(absent)"), valueOf("a"));
  }

  void waitingForAnotherThreadEndsWhenCancelled() {
    Waiting waiting(ctx, host.clock());
    const auto file = changeFile(waiting);
    const auto lock = file->adopt();
    CallContext gone("test", std::chrono::seconds(60));
    std::atomic<int> cancelled = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        cancelled += cache->apply(gone, {.put = {{"a", "1"}}}).is(Errc::Cancelled) ? 1 : 0;
      });
    }
    gone.cancel();
    for (std::thread& thread : threads) thread.join();
    CPPUNIT_ASSERT_EQUAL(3, cancelled.load());
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ProcessesTest);

}  // namespace
}  // namespace larder::sqlite::test
