#include <atomic>
#include <thread>

#include "fixture.h"
#include "syscalls.h"

namespace larder::filesystem::test {
namespace {

using sdk::Errc;
using sdk::Error;

/// Counts how often a caller that waits has looked whether it is still wanted.
class AskedContext final : public sdk::Context {
 public:
  std::chrono::steady_clock::time_point deadline() const noexcept override {
    return std::chrono::steady_clock::time_point::max();
  }
  bool cancelled() const noexcept override {
    ++times;
    return false;
  }
  std::string_view requestId() const noexcept override { return "test"; }

  mutable std::atomic<int> times = 0;
};

class FailuresTest : public StorageFixture {
  CPPUNIT_TEST_SUITE(FailuresTest);
  CPPUNIT_TEST(systemErrorsSayWhatToDo);
  CPPUNIT_TEST(killAtAnyCallLeavesOldOrNew);
  CPPUNIT_TEST(killDuringRemoveLeavesOldOrNothing);
  CPPUNIT_TEST(leftoversAreSweptButNotThoseInUse);
  CPPUNIT_TEST(putSurvivesARacingRemoveOfItsDirectory);
  CPPUNIT_TEST(aRepeatedLinkIsASuccess);
  CPPUNIT_TEST(putNowWritesOutFileAndDirectories);
  CPPUNIT_TEST(putLaterWritesOutNothingUntilSync);
  CPPUNIT_TEST(aLostWriteFailsEverySyncFromThenOn);
  CPPUNIT_TEST(syncsAreShared);
  CPPUNIT_TEST(ofManyPutsIfAbsentOneSucceeds);
  CPPUNIT_TEST(putAndRemoveOfOneKeyDoNotFail);
  CPPUNIT_TEST(healthNoticesAReplacedDirectory);
  CPPUNIT_TEST(healthNoticesThatItCannotWrite);
  CPPUNIT_TEST(fileSystemsWithoutHardLinksAreRefused);
  CPPUNIT_TEST(createNamesTheSetting);
  CPPUNIT_TEST_SUITE_END();

  /// All of it in a process that dies at call number `nth`; false: it finished.
  bool diesAt(std::size_t nth, Trap::Do how, const std::function<void()>& work) {
    const int status = inChild([&] {
      clearTraps();
      setTrap({.nth = nth, .what = how});
      work();
    });
    if (WIFSIGNALED(status)) return true;
    CPPUNIT_ASSERT_EQUAL(0, status);
    return false;
  }

 public:
  void tearDown() override { clearTraps(); }

  void systemErrorsSayWhatToDo() {
    const struct {
      const char* call;
      int error;
      Errc code;
      const char* advice;
    } cases[] = {
        {"write", ENOSPC, Errc::Unavailable, "free space"},
        {"write", EDQUOT, Errc::Unavailable, "quota"},
        {"write", EIO, Errc::Unavailable, "check the disk"},
        {"write", EFBIG, Errc::TooLarge, "larger file"},
        {"fsync", EIO, Errc::Unavailable, "check the disk"},
        {"openat", EMFILE, Errc::Unavailable, "LimitNOFILE"},
        {"openat", EROFS, Errc::Unavailable, "writable"},
        {"mkdirat", EACCES, Errc::Unavailable, "access"},
        {"renameat", ENAMETOOLONG, Errc::Unsupported, "200 bytes"},
        {"renameat", EXDEV, Errc::Unsupported, "one file system"},
        {"renameat", ESTALE, Errc::Unavailable, "network file system"},
    };
    for (const auto& one : cases) {
      clearTraps();
      setTrap({.call = one.call, .error = one.error});
      const auto stored = put("dir/a", "bytes");
      clearTraps();
      CPPUNIT_ASSERT_MESSAGE(one.advice, stored.is(one.code));
      const std::string text = stored.error().message();
      CPPUNIT_ASSERT_MESSAGE(text, text.find(one.advice) != std::string::npos);
      CPPUNIT_ASSERT_MESSAGE(text, text.find(root()) != std::string::npos);
      CPPUNIT_ASSERT_MESSAGE(text, storage->stat(ctx, "dir/a").is(Errc::NotFound));
      CPPUNIT_ASSERT_MESSAGE(text, staged().empty());
    }
  }

  void killAtAnyCallLeavesOldOrNew() {
    const std::string old(1000, 'o');
    const std::string fresh(600'000, 'n');  // Several write calls.
    for (const bool ifAbsent : {false, true}) {
      for (const auto how : {Trap::Do::KillBefore, Trap::Do::KillAfter}) {
        std::size_t nth = 1;
        for (; nth < 100; ++nth) {
          const std::string key = "d" + std::to_string(nth) + "/e/f" + (ifAbsent ? "x" : "r") +
                                  (how == Trap::Do::KillBefore ? "b" : "a");
          if (!ifAbsent) LARDER_ASSERT_OK(put(key, old));
          const bool died =
              diesAt(nth, how, [&] { (void)put(key, fresh, {.ifAbsent = ifAbsent}); });
          auto now = get(key);
          if (now) {
            CPPUNIT_ASSERT(*now == fresh || (!ifAbsent && *now == old));
          } else {
            CPPUNIT_ASSERT(ifAbsent && now.is(Errc::NotFound));
          }
          if (!died) CPPUNIT_ASSERT(*now == fresh);
          const auto listed = keys();
          CPPUNIT_ASSERT_EQUAL(now.ok() ? 1L : 0L, std::count(listed.begin(), listed.end(), key));
          LARDER_ASSERT_OK(put(key, "again"));
          if (!died) break;
        }
        CPPUNIT_ASSERT(nth > 6 && nth < 100);
      }
    }
  }

  void killDuringRemoveLeavesOldOrNothing() {
    std::size_t nth = 1;
    bool died = true;
    for (; died && nth < 100; ++nth) {
      LARDER_ASSERT_OK(put("d/e/f", "old"));
      died = diesAt(nth, Trap::Do::KillAfter, [&] { (void)storage->remove(ctx, "d/e/f"); });
      const auto now = get("d/e/f");
      CPPUNIT_ASSERT(now ? died && *now == "old" : now.is(Errc::NotFound));
      LARDER_ASSERT_OK(put("d/e/f", "again"));
      LARDER_ASSERT_OK(storage->remove(ctx, "d/e/f"));
      LARDER_ASSERT_OK(put("d", "a key where directories were"));
      LARDER_ASSERT_OK(storage->remove(ctx, "d"));
    }
    CPPUNIT_ASSERT(nth > 4 && nth < 100);
  }

  void leftoversAreSweptButNotThoseInUse() {
    diesAt(2, Trap::Do::KillBefore, [&] { (void)put("a", "bytes"); });
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, staged().size());
    auto staging = Staging::open(::open(root().c_str(), O_DIRECTORY), root());
    LARDER_ASSERT_OK(staging);
    const auto inUse = staging->create();
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, staged().size());
    const auto now = std::chrono::system_clock::now();
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, staging->sweep(now, std::chrono::hours(1)));
    const auto later = now + std::chrono::hours(2);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, staging->sweep(later, std::chrono::hours(1)));
    CPPUNIT_ASSERT(staged() == std::vector<std::string>{inUse->name()});
    host.clock().setWall(later);
    make();
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, host.logger().count("filesystem.leftovers.removed"));
  }

  void putSurvivesARacingRemoveOfItsDirectory() {
    for (const bool ifAbsent : {false, true}) {
      clearTraps();
      setTrap({.call = ifAbsent ? "linkat" : "renameat", .what = Trap::Do::Call, .hook = [&] {
                 std::filesystem::remove_all(pathOf("d"));
               }});
      LARDER_ASSERT_OK(put("d/e/f", "bytes", {.ifAbsent = ifAbsent}));
      CPPUNIT_ASSERT_EQUAL(std::string("bytes"), get("d/e/f").value());
      LARDER_ASSERT_OK(storage->remove(ctx, "d/e/f"));
    }
  }

  void aRepeatedLinkIsASuccess() {
    setTrap({.call = "linkat", .what = Trap::Do::Call, .hook = [&] {
               const auto names = staged();
               std::filesystem::create_hard_link(root() + "/" + kStagingName + "/" + names.at(0),
                                                 pathOf("d/f"));
             }});
    LARDER_ASSERT_OK(put("d/f", "bytes", {.ifAbsent = true}));
    CPPUNIT_ASSERT_EQUAL(std::string("bytes"), get("d/f").value());
  }

  void putNowWritesOutFileAndDirectories() {
    LARDER_ASSERT_OK(put("d/e/f", "1"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, callsOf("syncfs"));
    clearTraps();
    LARDER_ASSERT_OK(put("d/e/g", "1"));
    // The file and its directory: those above are known to be safe.
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, callsOf("fsync"));
    storage = make();  // A process that knows nothing yet.
    clearTraps();
    LARDER_ASSERT_OK(put("d/e/h", "1"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, callsOf("fsync"));
    clearTraps();
    setTrap({.call = "fsync", .nth = 2, .error = EIO});
    CPPUNIT_ASSERT(put("d/e/i", "1").is(Errc::Unavailable));
  }

  void putLaterWritesOutNothingUntilSync() {
    LARDER_ASSERT_OK(put("d/e/f", "1", {.durability = sdk::Durability::Later}));
    clearTraps();
    LARDER_ASSERT_OK(put("d/e/g", "1", {.durability = sdk::Durability::Later}));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, callsOf("fsync") + callsOf("syncfs"));
    LARDER_ASSERT_OK(sdk::facet<sdk::DurabilityBarrier>(*storage)->sync(ctx));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, callsOf("syncfs"));
    storage = make(false);
    clearTraps();
    LARDER_ASSERT_OK(put("d/e/h", "1"));
    LARDER_ASSERT_OK(storage->sync(ctx));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, callsOf("fsync") + callsOf("syncfs"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host.logger().count("filesystem.sync.off"));
  }

  void aLostWriteFailsEverySyncFromThenOn() {
    setTrap({.call = "syncfs", .error = EIO});
    CPPUNIT_ASSERT(storage->sync(ctx).is(Errc::Unavailable));
    CPPUNIT_ASSERT(storage->sync(ctx).is(Errc::Unavailable));
    CPPUNIT_ASSERT(storage->health(ctx).is(Errc::Unavailable));
    storage = make();
    LARDER_ASSERT_OK(storage->sync(ctx));
    LARDER_ASSERT_OK(storage->health(ctx));
  }

  void syncsAreShared() {
    constexpr int kCallers = 8;
    AskedContext asked;
    // The first one holds on until all others wait for it.
    setTrap({.call = "syncfs", .what = Trap::Do::Call, .hook = [&] {
               while (asked.times < kCallers) std::this_thread::yield();
             }});
    std::vector<std::thread> threads;
    std::atomic<int> failures = 0;
    for (int i = 0; i < kCallers; ++i) {
      threads.emplace_back([&] { failures += storage->sync(asked).ok() ? 0 : 1; });
    }
    for (std::thread& thread : threads) thread.join();
    CPPUNIT_ASSERT_EQUAL(0, failures.load());
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, callsOf("syncfs"));
    // One that gives up while another's runs says so.
    CallContext late("test", std::chrono::steady_clock::time_point{});
    CPPUNIT_ASSERT(storage->sync(late).is(Errc::Timeout));
  }

  void ofManyPutsIfAbsentOneSucceeds() {
    for (int round = 0; round < 20; ++round) {
      const std::string key = "n/" + std::to_string(round);
      std::atomic<int> won = 0;
      std::atomic<int> lost = 0;
      std::vector<std::thread> threads;
      for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, i] {
          const auto result = put(key, std::to_string(i), {.ifAbsent = true});
          won += result.ok() ? 1 : 0;
          lost += result.is(Errc::Conflict) ? 1 : 0;
        });
      }
      for (std::thread& thread : threads) thread.join();
      CPPUNIT_ASSERT_EQUAL(1, won.load());
      CPPUNIT_ASSERT_EQUAL(7, lost.load());
    }
  }

  void putAndRemoveOfOneKeyDoNotFail() {
    storage = make(false);
    std::atomic<int> failures = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int n = 0; n < 300; ++n) {
          if (i % 2 == 0 && !put("d/e/f", "whole")) ++failures;
          if (i % 2 == 1 && !storage->remove(ctx, "d/e/f")) ++failures;
          const auto bytes = get("d/e/f");
          if (bytes ? *bytes != "whole" : !bytes.is(Errc::NotFound)) ++failures;
          if (!storage->list(ctx, "", "", 10)) ++failures;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CPPUNIT_ASSERT_EQUAL(0, failures.load());
  }

  void healthNoticesAReplacedDirectory() {
    LARDER_ASSERT_OK(storage->health(ctx));
    std::filesystem::rename(root(), root() + ".old");
    CPPUNIT_ASSERT(storage->health(ctx).is(Errc::Unavailable));
    std::filesystem::create_directory(root());
    CPPUNIT_ASSERT(storage->health(ctx).is(Errc::Unavailable));
  }

  void healthNoticesThatItCannotWrite() {
    setTrap({.call = "write", .error = ENOSPC});
    CPPUNIT_ASSERT(storage->health(ctx).is(Errc::Unavailable));
    LARDER_ASSERT_OK(storage->health(ctx));
    CPPUNIT_ASSERT(staged().empty());
  }

  void fileSystemsWithoutHardLinksAreRefused() {
    setTrap({.call = "linkat", .error = EPERM});
    const auto refused = FilesystemStorage::open(host, {root(), true});
    CPPUNIT_ASSERT(refused.is(Errc::Unsupported));
    CPPUNIT_ASSERT(refused.error().message().find("hard links") != std::string::npos);
  }

  void createNamesTheSetting() {
    std::ofstream(directory / "file") << "x";
    larder::test::FakeSettings settings;
    settings.set("path", directory / "file/below").set("sync", true);
    const auto made = FilesystemStorage::create(ctx, host, settings);
    CPPUNIT_ASSERT(made.is(Errc::Invalid));
    const std::string text = made.error().message();
    CPPUNIT_ASSERT_MESSAGE(text, text.find("test.yaml:1:1: path: ") == 0);
    CPPUNIT_ASSERT_MESSAGE(text, text.find(directory / "file/below") != std::string::npos);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FailuresTest);

}  // namespace
}  // namespace larder::filesystem::test
