// Sentences of larder/sdk/storage.h on several callers at once: "all members may be
// called from any thread, several at once".
#include "tests/conformance/storage_fixture.h"

namespace larder::conformance {
namespace {

constexpr int kThreads = 8;

class StorageThreadsSuite : public StorageFixture {
  CPPUNIT_TEST_SUITE(StorageThreadsSuite);
  CPPUNIT_TEST(eightThreadsOnDisjointKeys);
  CPPUNIT_TEST(eightThreadsOnOneKey);
  CPPUNIT_TEST(eightThreadsInOneNewFolder);
  CPPUNIT_TEST(readersSeeTheOldObjectOrTheNewOneWhole);
  CPPUNIT_TEST(exactlyOneOfConcurrentPutsIfAbsentSucceeds);
  CPPUNIT_TEST(exactlyOneOfConcurrentPutsIfAbsentSucceedsAcrossInstances);
  CPPUNIT_TEST(removesRaceWithPutsWithoutATrace);
  CPPUNIT_TEST_SUITE_END();

 public:
  void eightThreadsOnDisjointKeys() {
    together(kThreads, [this](int thread) {
      const std::string mine = "t" + std::to_string(thread) + "/";
      for (int i = 0; i < 20; ++i) {
        const std::string name = mine + std::to_string(i);
        const std::string bytes = pattern(static_cast<std::size_t>(1000 * i + thread), thread);
        LARDER_ASSERT_OK(tryPut(name, bytes, {.durability = sdk::Durability::Later}));
        const auto read = tryRead(storage(), name);
        LARDER_ASSERT_OK(read);
        CPPUNIT_ASSERT(bytes == *read);
        LARDER_ASSERT_OK(stat(name));
        if (i % 2 == 0) remove(name);
      }
      CPPUNIT_ASSERT_EQUAL(std::size_t{10}, list(mine).objects.size());
    });
    CPPUNIT_ASSERT_EQUAL(std::size_t{10 * kThreads}, names("").size());
  }

  void eightThreadsOnOneKey() {
    together(kThreads, [this](int thread) {
      for (int i = 0; i < 20; ++i) {
        const std::string bytes = "thread " + std::to_string(thread) + " turn " + std::to_string(i);
        LARDER_ASSERT_OK(tryPut("one", bytes, {.durability = sdk::Durability::Later}));
        const auto read = tryRead(storage(), "one");
        LARDER_ASSERT_OK(read);
        CPPUNIT_ASSERT(read->starts_with("thread "));
        LARDER_ASSERT_OK(stat("one"));
      }
    });
    CPPUNIT_ASSERT(names("") == std::vector<std::string>{"one"});
    const auto info = stat("one");
    LARDER_ASSERT_OK(info);
    CPPUNIT_ASSERT_EQUAL(info->size, std::uint64_t{read("one").size()});
  }

  void eightThreadsInOneNewFolder() {
    for (int turn = 0; turn < 20; ++turn) {
      const std::string folder = "n" + std::to_string(turn) + "/x/y/";
      together(kThreads, [&](int thread) {
        LARDER_ASSERT_OK(
            tryPut(folder + std::to_string(thread), "x", {.durability = sdk::Durability::Later}));
      });
      CPPUNIT_ASSERT_EQUAL(std::size_t{kThreads}, list(folder).objects.size());
    }
  }

  /// "Other callers see the old object or the new one, whole."
  void readersSeeTheOldObjectOrTheNewOneWhole() {
    const auto version = [](int n) {
      return pattern(static_cast<std::size_t>(50'000 + n % 5 * 20'000), n % 5);
    };
    put("a", version(0));
    whileWriting(
        3, 40,
        [&](int n) {
          LARDER_ASSERT_OK(tryPut("a", version(n), {.durability = sdk::Durability::Later}));
        },
        [&] {
          CallContext ctx = makeContext();
          auto object = storage().open(ctx, key("a"), {});
          LARDER_ASSERT_OK(object);
          const auto bytes = test::readAll(*object->body);
          if (!bytes) return;  // "or fails"
          CPPUNIT_ASSERT_EQUAL(object->info.size, std::uint64_t{bytes->size()});
          const int n = static_cast<int>((bytes->size() - 50'000) / 20'000);
          CPPUNIT_ASSERT_MESSAGE("a mixture was read", *bytes == version(n));
        });
  }

  /// "Of several concurrent calls with ifAbsent on one key exactly one succeeds."
  void exactlyOneOfConcurrentPutsIfAbsentSucceeds() {
    backend().needs("conditional_put");
    race([this](int) -> sdk::Storage& { return storage(); });
  }
  void exactlyOneOfConcurrentPutsIfAbsentSucceedsAcrossInstances() {
    backend().needs("conditional_put");
    backend().needs("several_instances");
    std::vector<std::unique_ptr<sdk::Storage>> instances;
    for (int i = 0; i < kThreads; ++i) instances.push_back(backend().storage());
    race([&](int thread) -> sdk::Storage& { return *instances[static_cast<std::size_t>(thread)]; });
  }

  void removesRaceWithPutsWithoutATrace() {
    together(kThreads, [this](int thread) {
      for (int i = 0; i < 30; ++i) {
        if (thread % 2 == 0) {
          LARDER_ASSERT_OK(tryPut("d/e/f", "x", {.durability = sdk::Durability::Later}));
        } else {
          remove("d/e/f");
        }
      }
    });
    remove("d/e/f");
    CPPUNIT_ASSERT(names("").empty());
    put("d/e/f", "again");
    CPPUNIT_ASSERT_EQUAL(std::string("again"), read("d/e/f"));
  }

 private:
  void race(const std::function<sdk::Storage&(int)>& instance) {
    for (int turn = 0; turn < 10; ++turn) {
      const std::string name = "race/" + std::to_string(turn);
      std::atomic<int> winner = -1;
      std::atomic<int> winners = 0;
      together(kThreads, [&](int thread) {
        const auto answer = tryPut(instance(thread), name, pattern(10'000, thread),
                                   {.ifAbsent = true, .durability = sdk::Durability::Later});
        if (answer) {
          winner = thread;
          ++winners;
        } else {
          LARDER_ASSERT_CODE(Conflict, answer);
        }
      });
      CPPUNIT_ASSERT_EQUAL(1, winners.load());
      CPPUNIT_ASSERT(pattern(10'000, winner) == read(name));
    }
  }
};

CPPUNIT_TEST_SUITE_NAMED_REGISTRATION(StorageThreadsSuite, "storage");

}  // namespace
}  // namespace larder::conformance
