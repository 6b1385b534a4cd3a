#include <set>

#include "core/repo/collector.h"
#include "tests/fakes/faults.h"
#include "tests/unit/repo/host.h"

namespace {

using larder::sdk::Change;
using larder::sdk::Context;
using larder::sdk::Errc;
using larder::sdk::RecordReader;
using larder::sdk::Result;
using larder::test::FakeClock;
using larder::test::Fault;
using larder::test::MemoryCache;
using larder::test::MemoryStorage;
using larder::test::RepoHost;
using Changes = Result<std::vector<Change>>;

/// Kills a host between any two of its operations: from the chosen one on, nothing that it
/// does reaches storage or cache any more.
class Killer {
 public:
  explicit Killer(std::size_t at, bool performed) : at_(at), performed_(performed) {}

  bool dead() const { return count_ > at_; }

  /// What happens to the next operation.
  Fault next() {
    const std::size_t n = count_++;
    if (n < at_) return {};
    return {.error = Errc::Forbidden, .performed = performed_ && n == at_};
  }

 private:
  const std::size_t at_;
  const bool performed_;  ///< The last operation reaches its backend, its answer nobody.
  std::size_t count_ = 0;
};

class MortalStorage final : public larder::sdk::Storage {
 public:
  MortalStorage(MemoryStorage& inner, Killer& killer) : inner_(inner), killer_(killer) {}
  Result<void> health(Context&) override { return {}; }
  Result<larder::sdk::ObjectInfo> stat(Context& ctx, std::string_view key) override {
    return withFault(killer_.next(), "stat", [&] { return inner_.stat(ctx, key); });
  }
  Result<larder::sdk::OpenObject> open(Context& ctx, std::string_view key,
                                       larder::sdk::ByteRange range) override {
    return withFault(killer_.next(), "open", [&] { return inner_.open(ctx, key, range); });
  }
  Result<larder::sdk::ObjectInfo> put(Context& ctx, std::string_view key,
                                      larder::sdk::Content& content,
                                      const larder::sdk::PutOptions& options) override {
    return withFault(killer_.next(), "put", [&] { return inner_.put(ctx, key, content, options); });
  }
  Result<void> remove(Context& ctx, std::string_view key) override {
    return withFault(killer_.next(), "remove", [&] { return inner_.remove(ctx, key); });
  }
  Result<larder::sdk::ObjectPage> list(Context& ctx, std::string_view prefix,
                                       std::string_view after, std::size_t limit) override {
    return withFault(killer_.next(), "list",
                     [&] { return inner_.list(ctx, prefix, after, limit); });
  }

 private:
  MemoryStorage& inner_;
  Killer& killer_;
};

class MortalCache final : public larder::sdk::Cache {
 public:
  MortalCache(MemoryCache& inner, Killer& killer) : inner_(inner), killer_(killer) {}
  Result<void> health(Context&) override { return {}; }
  Result<larder::sdk::RecordSet> get(Context& ctx, std::span<const std::string> keys) override {
    return withFault(killer_.next(), "get", [&] { return inner_.get(ctx, keys); });
  }
  Result<larder::sdk::RecordPage> scan(Context& ctx, std::string_view prefix,
                                       std::string_view after, std::size_t limit) override {
    return withFault(killer_.next(), "scan",
                     [&] { return inner_.scan(ctx, prefix, after, limit); });
  }
  Result<void> apply(Context& ctx, const larder::sdk::Batch& batch) override {
    return withFault(killer_.next(), "apply", [&] { return inner_.apply(ctx, batch); });
  }

 private:
  MemoryCache& inner_;
  Killer& killer_;
};

class CrashTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(CrashTest);
  CPPUNIT_TEST(commitsSurviveAKillBetweenAnyTwoOperations);
  CPPUNIT_TEST(largeCommitsSurviveAKillBetweenAnyTwoOperations);
  CPPUNIT_TEST(rebuildsSurviveAKillBetweenAnyTwoOperations);
  CPPUNIT_TEST(maintenanceSurvivesAKillBetweenAnyTwoOperations);
  CPPUNIT_TEST(collectionSurvivesAKillBetweenAnyTwoOperations);
  CPPUNIT_TEST_SUITE_END();

  FakeClock clock_;
  larder::repo::Options options_ = {.host = "test", .checkpointEntries = 3, .shardRecords = 4};

  /// The world of one life.
  struct World {
    explicit World(FakeClock& clock) : storage({.clock = &clock}) {}
    MemoryStorage storage;
    MemoryCache cache;
  };

  /// What holds after any crash: a new host on the old cache, one on an empty cache and a
  /// rebuild all show the same, nothing is damaged, and writing goes on.
  std::string checkSurvivors(World& world) {
    RepoHost heir(world.storage, world.cache, clock_, "pkgs", options_);
    LARDER_ASSERT_OK(heir.open());
    const std::string seen = heir.everything();
    MemoryCache empty({.epoch = "empty"});
    RepoHost fresh(world.storage, empty, clock_, "pkgs", options_);
    LARDER_ASSERT_OK(fresh.open());
    CPPUNIT_ASSERT_EQUAL(seen, fresh.everything());
    LARDER_ASSERT_OK(heir.repository.rebuild(heir.ctx));
    CPPUNIT_ASSERT_EQUAL(seen, heir.everything());
    const auto report = heir.repository.verify(heir.ctx);
    LARDER_ASSERT_OK(report);
    CPPUNIT_ASSERT_MESSAGE(report->found.empty() ? "" : report->found[0].text, report->clean());
    LARDER_ASSERT_OK(heir.append("heir", "x"));
    CPPUNIT_ASSERT_EQUAL(std::string("x"), heir.value("heir"));
    return seen;
  }

  /// Runs `life` with a kill at each of its operations, before and after the operation,
  /// until it lives through; `check` sees each outcome.
  template <class Prepare, class Life, class Check>
  std::size_t everyDeath(Prepare prepare, Life life, Check check) {
    for (std::size_t at = 0;; ++at) {
      bool lived = true;
      for (const bool performed : {false, true}) {
        World world(clock_);
        prepare(world);
        Killer killer(at, performed);
        {
          MortalStorage storage(world.storage, killer);
          MortalCache cache(world.cache, killer);
          RepoHost host(storage, cache, clock_, "pkgs", options_);
          life(host, storage);
        }
        if (killer.dead()) lived = false;
        check(world);
      }
      if (lived) return at;
    }
  }

 public:
  void commitsSurviveAKillBetweenAnyTwoOperations() {
    std::set<int> acknowledged;
    const std::size_t deaths = everyDeath(
        [&](World& world) {
          acknowledged.clear();
          RepoHost before(world.storage, world.cache, clock_, "pkgs", options_);
          LARDER_ASSERT_OK(before.open());
          LARDER_ASSERT_OK(before.set("old", "1\nentry e old"));
        },
        [&](RepoHost& host, larder::sdk::Storage&) {
          if (!host.open()) return;
          for (int i = 0; i < 3; ++i) {
            const std::string key = "k" + std::to_string(i);
            if (host.set(key, "v\nentry e/" + key + " 1")) acknowledged.insert(i);
          }
          if (host.set("old", std::nullopt)) acknowledged.insert(3);
        },
        [&](World& world) {
          const std::string seen = checkSurvivors(world);
          for (int i = 0; i < 3; ++i) {
            const std::string key = "k" + std::to_string(i);
            if (!acknowledged.contains(i)) continue;
            CPPUNIT_ASSERT(seen.find("r " + key + "@") != std::string::npos);
            CPPUNIT_ASSERT(seen.find("x e/" + key + "@") != std::string::npos);
          }
          if (acknowledged.contains(3)) CPPUNIT_ASSERT(seen.find("old") == std::string::npos);
        });
    CPPUNIT_ASSERT(deaths > 15);
  }

  void largeCommitsSurviveAKillBetweenAnyTwoOperations() {
    bool acknowledged = false;
    const auto many = [](const std::string& value) {
      std::vector<Change> changes;
      for (int i = 0; i < 1200; ++i) {
        changes.push_back(
            {"k" + std::to_string(i), value + "\nentry e/" + std::to_string(i) + " " + value});
      }
      return changes;
    };
    everyDeath(
        [&](World& world) {
          acknowledged = false;
          RepoHost before(world.storage, world.cache, clock_, "pkgs", options_);
          LARDER_ASSERT_OK(before.open());
          LARDER_ASSERT_OK(before.set("k7", "old\nentry e/old 1"));
        },
        [&](RepoHost& host, larder::sdk::Storage&) {
          acknowledged =
              host.open() &&
              host.journal()
                  .commit(host.ctx, [&](Context&, RecordReader&) { return Changes(many("new")); })
                  .ok();
        },
        [&](World& world) {
          const std::string seen = checkSurvivors(world);
          const bool all = seen.find("r k1199@2=new") != std::string::npos;
          CPPUNIT_ASSERT(all || !acknowledged);
          CPPUNIT_ASSERT_EQUAL(all, seen.find("x e/old@1=1") == std::string::npos);
        });
  }

  void fill(World& world) {
    RepoHost before(world.storage, world.cache, clock_, "pkgs", options_);
    LARDER_ASSERT_OK(before.open());
    for (int i = 0; i < 8; ++i) {
      LARDER_ASSERT_OK(before.set("k" + std::to_string(i % 6), "v" + std::to_string(i)));
      LARDER_ASSERT_OK(before.set("k", "v" + std::to_string(i), "other"));
    }
  }

  void rebuildsSurviveAKillBetweenAnyTwoOperations() {
    std::string before;
    everyDeath(
        [&](World& world) {
          fill(world);
          RepoHost reader(world.storage, world.cache, clock_, "pkgs", options_);
          before = reader.everything();
        },
        [](RepoHost& host, larder::sdk::Storage&) {
          static_cast<void>(host.repository.rebuild(host.ctx));
        },
        [&](World& world) { CPPUNIT_ASSERT_EQUAL(before, checkSurvivors(world)); });
  }

  void maintenanceSurvivesAKillBetweenAnyTwoOperations() {
    std::string before;
    everyDeath(
        [&](World& world) {
          fill(world);
          RepoHost reader(world.storage, world.cache, clock_, "pkgs", options_);
          LARDER_ASSERT_OK(reader.repository.maintain(reader.ctx));
          LARDER_ASSERT_OK(reader.repository.rebuild(reader.ctx));
          clock_.advance(std::chrono::hours(25));
          for (int i = 0; i < 4; ++i) LARDER_ASSERT_OK(reader.append("k1", "x"));
          before = reader.everything();
        },
        [](RepoHost& host, larder::sdk::Storage&) {
          static_cast<void>(host.repository.maintain(host.ctx));
        },
        [&](World& world) {
          clock_.advance(std::chrono::minutes(2));  // The dead one's lease runs out.
          CPPUNIT_ASSERT_EQUAL(before, checkSurvivors(world));
          RepoHost next(world.storage, world.cache, clock_, "pkgs", options_);
          LARDER_ASSERT_OK(next.repository.maintain(next.ctx));
          CPPUNIT_ASSERT(world.storage.keys("repositories/pkgs/journals/other/entries/").empty());
        });
  }

  void collectionSurvivesAKillBetweenAnyTwoOperations() {
    larder::sdk::BlobRef kept;
    larder::sdk::BlobRef garbage;
    everyDeath(
        [&](World& world) {
          RepoHost host(world.storage, world.cache, clock_, "pkgs", options_);
          LARDER_ASSERT_OK(host.open());
          kept = host.blob("kept");
          garbage = host.blob("garbage");
          LARDER_ASSERT_OK(host.set("k", RepoHost::needs(kept, "kept")));
          clock_.advance(std::chrono::hours(25));
          larder::repo::Collector collector(
              {world.storage, host.logger, host.metrics, clock_, options_});
          LARDER_ASSERT_OK(collector.run(host.ctx));
          clock_.advance(std::chrono::hours(25));
        },
        [this](RepoHost& host, larder::sdk::Storage& storage) {
          larder::repo::Collector collector({storage, host.logger, host.metrics, clock_, options_});
          static_cast<void>(collector.run(host.ctx));
        },
        [&](World& world) {
          checkSurvivors(world);
          CPPUNIT_ASSERT(world.storage.bytes(kept.key).has_value());
        });
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CrashTest);

}  // namespace
