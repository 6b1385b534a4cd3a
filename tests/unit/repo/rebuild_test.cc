#include <atomic>
#include <thread>

#include "tests/fakes/faulty_cache.h"
#include "tests/fakes/faulty_storage.h"
#include "tests/unit/repo/host.h"

namespace {

using larder::sdk::Change;
using larder::sdk::Context;
using larder::sdk::Errc;
using larder::sdk::RecordReader;
using larder::sdk::Result;
using larder::test::FakeClock;
using larder::test::FaultyCache;
using larder::test::FaultyStorage;
using larder::test::MemoryCache;
using larder::test::MemoryStorage;
using larder::test::Op;
using larder::test::RepoHost;
using Changes = Result<std::vector<Change>>;

const std::string kEntries = "repositories/pkgs/journals/main/entries/";
const std::string kCheckpoints = "repositories/pkgs/journals/main/checkpoints/";

class RebuildTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(RebuildTest);
  CPPUNIT_TEST(aRebuildShowsTheSameByteForByte);
  CPPUNIT_TEST(readersSeeTheOldIndexUntilTheSwap);
  CPPUNIT_TEST(aWriteDuringARebuildIsNotLost);
  CPPUNIT_TEST(writesAtEveryMomentOfARebuildAreNotLost);
  CPPUNIT_TEST(writersRacingWithRebuildsLoseNothing);
  CPPUNIT_TEST(aSlowWriterLeavesNothingInAnErasedGeneration);
  CPPUNIT_TEST(theSlowerOfTwoRebuildsGivesWay);
  CPPUNIT_TEST(recordsTheFormatRefusesAreCountedAndKept);
  CPPUNIT_TEST(damagedEntriesAreCountedAndLeftOut);
  CPPUNIT_TEST(aFailingBackendFailsTheRebuildAndNothingElse);
  CPPUNIT_TEST(replacedGenerationsAreErasedLater);
  CPPUNIT_TEST(progressIsReported);
  CPPUNIT_TEST(checkpointsTakeThePlaceOfEntries);
  CPPUNIT_TEST(manyBytesAreWorthACheckpoint);
  CPPUNIT_TEST(entriesAreDeletedOnlyAfterTheRetention);
  CPPUNIT_TEST(untouchedShardsAreTakenOver);
  CPPUNIT_TEST(shardsStayOfAUsefulSize);
  CPPUNIT_TEST(aDamagedJournalIsNotCompacted);
  CPPUNIT_TEST(anOlderCheckpointServesWhenTheLastIsDamaged);
  CPPUNIT_TEST(oneHostAtATimeMaintains);
  CPPUNIT_TEST(twentyThousandRecordsTakeAHandfulOfRequests);
  CPPUNIT_TEST_SUITE_END();

  FakeClock clock_;
  MemoryStorage storage_{{.clock = &clock_}};
  MemoryCache cache_;
  larder::repo::Options options_ = {.checkpointEntries = 4, .shardRecords = 8};

  void fill(RepoHost& host) {
    LARDER_ASSERT_OK(host.open());
    for (int i = 0; i < 30; ++i) {
      const std::string n = std::to_string(i % 12);
      LARDER_ASSERT_OK(host.set("k" + n, "v" + std::to_string(i) + "\nentry e/" + n + " " + n));
      if (i % 5 == 0) LARDER_ASSERT_OK(host.set("k" + n, std::nullopt));
    }
    LARDER_ASSERT_OK(host.set("k", "1", "another journal"));
  }

 public:
  void aRebuildShowsTheSameByteForByte() {
    RepoHost host(storage_, cache_, clock_, "pkgs", options_);
    fill(host);
    const std::string before = host.everything();
    const auto report = host.repository.rebuild(host.ctx);
    LARDER_ASSERT_OK(report);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, report->journals);
    CPPUNIT_ASSERT_EQUAL(before, host.everything());
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    CPPUNIT_ASSERT(!storage_.keys(kCheckpoints).empty());
    LARDER_ASSERT_OK(host.repository.rebuild(host.ctx));
    CPPUNIT_ASSERT_EQUAL(before, host.everything());
    LARDER_ASSERT_OK(host.append("k1", "more"));
    LARDER_ASSERT_OK(host.set("k2", std::nullopt));
    const std::string after = host.everything();
    cache_.reset("deleted");
    LARDER_ASSERT_OK(host.repository.rebuild(host.ctx));
    CPPUNIT_ASSERT_EQUAL(after, host.everything());
  }

  void readersSeeTheOldIndexUntilTheSwap() {
    FaultyCache watched(cache_);
    RepoHost host(storage_, watched, clock_);
    RepoHost reader(storage_, cache_, clock_);
    fill(host);
    const std::string before = reader.everything();
    watched.faults().always(Op::Apply,
                            {.after = [&] { CPPUNIT_ASSERT_EQUAL(before, reader.everything()); }});
    LARDER_ASSERT_OK(host.repository.rebuild(host.ctx));
    CPPUNIT_ASSERT_EQUAL(before, reader.everything());
  }

  void aWriteDuringARebuildIsNotLost() {
    FaultyStorage slow(storage_);
    RepoHost host(slow, cache_, clock_);
    RepoHost writer(storage_, cache_, clock_);
    fill(host);
    slow.faults().on(Op::Open, 3, {.after = [&] {
                       LARDER_ASSERT_OK(writer.append("k1", "during"));
                       LARDER_ASSERT_OK(writer.set("new", "1", "a new journal"));
                     }});
    LARDER_ASSERT_OK(host.repository.rebuild(host.ctx));
    CPPUNIT_ASSERT(host.value("k1").ends_with("during"));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), host.value("new", "a new journal"));
    CPPUNIT_ASSERT(writer.value("k1").ends_with("during"));
  }

  void writesAtEveryMomentOfARebuildAreNotLost() {
    for (std::size_t nth = 1;; ++nth) {
      storage_.clear();
      MemoryCache cache({.epoch = "epoch " + std::to_string(nth)});
      FaultyCache watched(cache);
      RepoHost host(storage_, watched, clock_);
      RepoHost writer(storage_, cache, clock_);
      LARDER_ASSERT_OK(writer.open());
      for (int i = 0; i < 3; ++i) LARDER_ASSERT_OK(writer.append("k", "x"));
      for (const Op op : {Op::Apply, Op::Get, Op::Scan}) {
        watched.faults().on(op, nth, {.hook = [&] { LARDER_ASSERT_OK(writer.append("k", "y")); }});
      }
      LARDER_ASSERT_OK(host.repository.rebuild(host.ctx));
      const std::size_t written = 3 - watched.faults().pending();
      const std::string wanted = "xxx" + std::string(written, 'y');
      CPPUNIT_ASSERT_EQUAL(wanted, writer.value("k"));
      CPPUNIT_ASSERT_EQUAL(wanted, RepoHost(storage_, cache, clock_).value("k"));
      if (written == 0) break;
    }
  }

  void writersRacingWithRebuildsLoseNothing() {
    RepoHost builder(storage_, cache_, clock_);
    RepoHost writer(storage_, cache_, clock_);
    LARDER_ASSERT_OK(builder.open());
    std::atomic<bool> done = false;
    std::atomic<int> failed = 0;
    std::thread writing([&] {
      for (int i = 0; i < 150; ++i) {
        if (!writer.append("k", "x")) ++failed;
        if (writer.value("k") != std::string(static_cast<std::size_t>(i) + 1, 'x')) ++failed;
      }
      done = true;
    });
    while (!done) {
      if (!builder.repository.rebuild(builder.ctx)) ++failed;
    }
    writing.join();
    CPPUNIT_ASSERT_EQUAL(0, failed.load());
    CPPUNIT_ASSERT_EQUAL(std::string(150, 'x'), builder.value("k"));
  }

  void aSlowWriterLeavesNothingInAnErasedGeneration() {
    FaultyStorage slow(storage_);
    RepoHost writer(slow, cache_, clock_);
    RepoHost other(storage_, cache_, clock_);
    LARDER_ASSERT_OK(writer.open());
    LARDER_ASSERT_OK(writer.append("k", "x"));
    const std::size_t before = cache_.entries().size();
    slow.faults().on(Op::Put, 1,
                     {.after =
                          [&] {
                            LARDER_ASSERT_OK(other.repository.rebuild(other.ctx));
                            clock_.advance(std::chrono::hours(1));
                            LARDER_ASSERT_OK(other.repository.maintain(other.ctx));
                          }},
                     "/entries/");
    LARDER_ASSERT_OK(writer.append("k", "y"));
    CPPUNIT_ASSERT_EQUAL(before, cache_.entries().size());
    CPPUNIT_ASSERT_EQUAL(std::string("xy"), writer.value("k"));
  }

  void theSlowerOfTwoRebuildsGivesWay() {
    FaultyStorage slow(storage_);
    RepoHost host(slow, cache_, clock_);
    RepoHost other(storage_, cache_, clock_);
    fill(host);
    const std::string before = host.everything();
    slow.faults().on(Op::Open, 1,
                     {.hook = [&] { LARDER_ASSERT_OK(other.repository.rebuild(other.ctx)); }});
    CPPUNIT_ASSERT(host.repository.rebuild(host.ctx).is(Errc::Conflict));
    CPPUNIT_ASSERT_EQUAL(before, host.everything());
    CPPUNIT_ASSERT_EQUAL(before, other.everything());
  }

  void recordsTheFormatRefusesAreCountedAndKept() {
    RepoHost host(storage_, cache_, clock_);
    fill(host);
    // A format that has become stricter since the record was written.
    class Stricter final : public larder::sdk::Format {
     public:
      std::vector<larder::sdk::Route> routes() override { return {}; }
      Result<std::string> normalize(std::string_view project) const override {
        return std::string(project);
      }
      Result<void> health(Context&) override { return {}; }
      larder::sdk::Response render(const larder::sdk::Request&,
                                   const larder::sdk::Failure&) const override {
        return {};
      }
      Result<larder::sdk::Indexed> index(std::string_view journal, std::string_view key,
                                         std::string_view record) const override {
        if (key == "k4") return larder::sdk::Error(Errc::Corrupt, "k4 is not wanted any more");
        if (key == "k2") throw std::runtime_error("k2 neither");
        return plain.index(journal, key, record);
      }
      larder::test::LineFormat plain;
    };
    Stricter stricter;
    larder::repo::Repository repository(
        {"pkgs", storage_, cache_, host.logger, host.metrics, clock_});
    repository.attach(stricter);
    const auto report = repository.rebuild(host.ctx);
    LARDER_ASSERT_OK(report);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, report->unindexed);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, host.logger.count("repo.record.unindexed"));
    CPPUNIT_ASSERT(host.value("k4") != "(none)");
    CPPUNIT_ASSERT_EQUAL(std::string("(none)"), host.entry("e/4"));
    CPPUNIT_ASSERT_EQUAL(std::string("3"), host.entry("e/3"));
    // It can be replaced and deleted all the same.
    LARDER_ASSERT_OK(repository.journal("main").commit(host.ctx, [](Context&, RecordReader&) {
      return Changes(std::vector<Change>{{"k4", std::nullopt}, {"k3", "new"}});
    }));
    CPPUNIT_ASSERT_EQUAL(std::string("(none)"), host.value("k4"));
  }

  void damagedEntriesAreCountedAndLeftOut() {
    RepoHost host(storage_, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    for (const char* key : {"a", "b", "c", "d"}) LARDER_ASSERT_OK(host.set(key, "1"));
    std::string bytes = *storage_.bytes(kEntries + "00000000000000000002");
    bytes[bytes.find("value") + 9] ^= 1;
    storage_.set(kEntries + "00000000000000000002", bytes);
    storage_.erase(kEntries + "00000000000000000003");
    const auto report = host.repository.rebuild(host.ctx);
    LARDER_ASSERT_OK(report);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, report->damaged);
    CPPUNIT_ASSERT_EQUAL(std::string("main\nr a@1=1\nr d@4=1\nx of/a@1=1\nx of/d@4=1\n"),
                         host.everything());
    LARDER_ASSERT_OK(host.set("e", "1"));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), host.value("e"));
  }

  void aFailingBackendFailsTheRebuildAndNothingElse() {
    FaultyStorage faulty(storage_);
    FaultyCache faultyCache(cache_);
    RepoHost host(faulty, faultyCache, clock_);
    fill(host);
    const std::string before = host.everything();
    faulty.faults().on(Op::Open, 5, {.error = Errc::Unavailable});
    CPPUNIT_ASSERT(host.repository.rebuild(host.ctx).is(Errc::Unavailable));
    CPPUNIT_ASSERT_EQUAL(before, host.everything());
    faulty.faults().clear();
    faultyCache.faults().on(Op::Apply, 2, {.error = Errc::Unavailable});
    CPPUNIT_ASSERT(host.repository.rebuild(host.ctx).is(Errc::Unavailable));
    CPPUNIT_ASSERT_EQUAL(before, host.everything());
  }

  void replacedGenerationsAreErasedLater() {
    RepoHost host(storage_, cache_, clock_);
    fill(host);
    const std::size_t before = cache_.entries().size();
    LARDER_ASSERT_OK(host.repository.rebuild(host.ctx));
    LARDER_ASSERT_OK(host.repository.rebuild(host.ctx));
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    CPPUNIT_ASSERT(cache_.entries().size() > 2 * before);  // Readers may still use them.
    clock_.advance(std::chrono::minutes(11));
    const std::string seen = host.everything();
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    CPPUNIT_ASSERT_EQUAL(before, cache_.entries().size());
    CPPUNIT_ASSERT_EQUAL(seen, host.everything());
    // Of a rebuild that died, too.
    FaultyCache dying(cache_);
    RepoHost dead(storage_, dying, clock_);
    dying.faults().on(Op::Apply, 3, {.error = Errc::Unavailable});
    CPPUNIT_ASSERT(!dead.repository.rebuild(dead.ctx));
    CPPUNIT_ASSERT(cache_.entries().size() > before);
    clock_.advance(std::chrono::hours(25));
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    CPPUNIT_ASSERT_EQUAL(before, cache_.entries().size());
  }

  void progressIsReported() {
    RepoHost host(storage_, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    LARDER_ASSERT_OK(host.journal().commit(host.ctx, [](Context&, RecordReader&) {
      std::vector<Change> changes;
      for (int i = 0; i < 2500; ++i) changes.push_back({"k" + std::to_string(i), "v"});
      return Changes(changes);
    }));
    std::vector<std::uint64_t> done;
    LARDER_ASSERT_OK(host.repository.rebuild(
        host.ctx, [&](const larder::repo::Progress& at) { done.push_back(at.done); }));
    CPPUNIT_ASSERT((std::vector<std::uint64_t>{1000, 2000}) == done);
  }

  void checkpointsTakeThePlaceOfEntries() {
    RepoHost host(storage_, cache_, clock_, "pkgs", options_);
    LARDER_ASSERT_OK(host.open());
    for (int i = 0; i < 3; ++i) LARDER_ASSERT_OK(host.append("k", "x"));
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    CPPUNIT_ASSERT(storage_.keys(kCheckpoints).empty());
    LARDER_ASSERT_OK(host.append("k", "x"));
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    CPPUNIT_ASSERT(std::vector<std::string>{kCheckpoints + "00000000000000000004"} ==
                   storage_.keys(kCheckpoints));
    const auto before = storage_.calls();
    MemoryCache own({.epoch = "own"});
    RepoHost fresh(storage_, own, clock_);
    LARDER_ASSERT_OK(fresh.repository.rebuild(fresh.ctx));
    CPPUNIT_ASSERT_EQUAL(before.open + 2, storage_.calls().open);  // Manifest and shard.
    CPPUNIT_ASSERT_EQUAL(host.everything(), fresh.everything());
  }

  void manyBytesAreWorthACheckpoint() {
    options_.checkpointBytes = 10000;
    RepoHost host(storage_, cache_, clock_, "pkgs", options_);
    LARDER_ASSERT_OK(host.open());
    LARDER_ASSERT_OK(host.append("k", "x"));
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    CPPUNIT_ASSERT(storage_.keys(kCheckpoints).empty());
    LARDER_ASSERT_OK(host.append("k", std::string(10000, 'x')));
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, storage_.keys(kCheckpoints).size());
  }

  void entriesAreDeletedOnlyAfterTheRetention() {
    RepoHost host(storage_, cache_, clock_, "pkgs", options_);
    LARDER_ASSERT_OK(host.open());
    for (int i = 0; i < 5; ++i) LARDER_ASSERT_OK(host.append("k", "x"));
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    clock_.advance(std::chrono::hours(23));
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    CPPUNIT_ASSERT_EQUAL(std::size_t{5}, storage_.keys(kEntries).size());
    LARDER_ASSERT_OK(host.append("k", "x"));
    clock_.advance(std::chrono::hours(2));
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    CPPUNIT_ASSERT(std::vector<std::string>{kEntries + "00000000000000000006"} ==
                   storage_.keys(kEntries));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, storage_.keys(kCheckpoints).size());
    for (int i = 0; i < 4; ++i) LARDER_ASSERT_OK(host.append("k", "y"));
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, storage_.keys(kCheckpoints).size());
    clock_.advance(std::chrono::hours(25));
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    CPPUNIT_ASSERT(storage_.keys(kEntries).empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, storage_.keys(kCheckpoints).size());
    const auto number = host.append("k", "z");
    LARDER_ASSERT_OK(number);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{11}, *number);
    cache_.reset("deleted");
    CPPUNIT_ASSERT_EQUAL(std::string("xxxxxxyyyyz"), host.value("k"));
  }

  void commitRange(RepoHost& host, int from, int to, const std::string& value) {
    LARDER_ASSERT_OK(host.journal().commit(host.ctx, [=](Context&, RecordReader&) {
      std::vector<Change> changes;
      for (int i = from; i < to; ++i) {
        std::string digits = std::to_string(100000 + i);
        changes.push_back({"k" + digits, value.empty() ? std::nullopt : std::optional(value)});
      }
      return Changes(changes);
    }));
  }

  void untouchedShardsAreTakenOver() {
    RepoHost host(storage_, cache_, clock_, "pkgs", options_);
    LARDER_ASSERT_OK(host.open());
    for (int i = 0; i < 4; ++i) commitRange(host, i * 20, i * 20 + 20, "v");
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    const std::size_t shards = storage_.keys("blobs/").size();
    CPPUNIT_ASSERT_EQUAL(std::size_t{10}, shards);
    for (int i = 0; i < 4; ++i) LARDER_ASSERT_OK(host.set("k100033", "w" + std::to_string(i)));
    const auto before = storage_.calls();
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    CPPUNIT_ASSERT_EQUAL(shards + 1, storage_.keys("blobs/").size());
    // The lease, the manifest and one shard are read, and four entries.
    CPPUNIT_ASSERT(storage_.calls().open - before.open <= 8);
    const std::string seen = host.everything();
    LARDER_ASSERT_OK(host.repository.rebuild(host.ctx));
    CPPUNIT_ASSERT_EQUAL(seen, host.everything());
  }

  void shardsStayOfAUsefulSize() {
    RepoHost host(storage_, cache_, clock_, "pkgs", options_);
    LARDER_ASSERT_OK(host.open());
    for (int round = 0; round < 12; ++round) {
      for (int i = 0; i < 4; ++i)
        commitRange(host, round * 40 + i * 10, round * 40 + i * 10 + 10, "v");
      LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    }
    // All but every 16th record go again: ten times fewer records, not as many shards.
    for (int i = 0; i < 480; i += 16) commitRange(host, i + 1, i + 16, "");
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    const std::string seen = host.everything();
    MemoryCache own({.epoch = "own"});
    RepoHost fresh(storage_, own, clock_);
    const auto before = storage_.calls();
    LARDER_ASSERT_OK(fresh.repository.rebuild(fresh.ctx));
    CPPUNIT_ASSERT(storage_.calls().open - before.open <= 1 + 15);
    CPPUNIT_ASSERT_EQUAL(seen, fresh.everything());
  }

  void aDamagedJournalIsNotCompacted() {
    RepoHost host(storage_, cache_, clock_, "pkgs", options_);
    LARDER_ASSERT_OK(host.open());
    for (int i = 0; i < 5; ++i) LARDER_ASSERT_OK(host.append("k", "x"));
    storage_.set(kEntries + "00000000000000000002", "rubbish");
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    CPPUNIT_ASSERT(storage_.keys(kCheckpoints).empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host.logger.count("repo.checkpoint.damaged"));
    CPPUNIT_ASSERT_EQUAL(std::string("xxxxx"), host.value("k"));
  }

  void anOlderCheckpointServesWhenTheLastIsDamaged() {
    RepoHost host(storage_, cache_, clock_, "pkgs", options_);
    LARDER_ASSERT_OK(host.open());
    for (int i = 0; i < 8; ++i) {
      LARDER_ASSERT_OK(host.append("k", "x"));
      LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, storage_.keys(kCheckpoints).size());
    const std::string before = host.everything();
    storage_.set(kCheckpoints + "00000000000000000008", "rubbish");
    const auto report = host.repository.rebuild(host.ctx);
    LARDER_ASSERT_OK(report);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, report->damaged);
    CPPUNIT_ASSERT_EQUAL(before, host.everything());
  }

  void oneHostAtATimeMaintains() {
    FaultyStorage slow(storage_);
    RepoHost a(slow, cache_, clock_, "pkgs", options_);
    RepoHost b(storage_, cache_, clock_, "pkgs", options_);
    LARDER_ASSERT_OK(a.open());
    for (int i = 0; i < 5; ++i) LARDER_ASSERT_OK(a.append("k", "x"));
    bool looked = false;
    slow.faults().on(Op::Put, 1,
                     {.hook =
                          [&] {
                            LARDER_ASSERT_OK(b.repository.maintain(b.ctx));
                            looked = storage_.keys(kCheckpoints).empty();
                          }},
                     "/checkpoints/");
    LARDER_ASSERT_OK(a.repository.maintain(a.ctx));
    CPPUNIT_ASSERT(looked);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, storage_.keys(kCheckpoints).size());
  }

  void twentyThousandRecordsTakeAHandfulOfRequests() {
    RepoHost host(storage_, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    for (int i = 0; i < 200; ++i) commitRange(host, i * 100, i * 100 + 100, "v");
    clock_.advance(std::chrono::hours(25));
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    CPPUNIT_ASSERT_EQUAL(std::size_t{20}, storage_.keys("blobs/").size());

    auto before = storage_.calls();
    const auto report = host.repository.rebuild(host.ctx);
    LARDER_ASSERT_OK(report);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{20000}, report->records);
    auto after = storage_.calls();
    const std::size_t requests = after.open + after.list + after.stat + after.put - before.open -
                                 before.list - before.stat - before.put;
    CPPUNIT_ASSERT(requests <= 25);

    before = storage_.calls();
    const auto cacheBefore = cache_.calls();
    LARDER_ASSERT_OK(host.append("k119999", "more"));
    after = storage_.calls();
    CPPUNIT_ASSERT_EQUAL(before.put + 1, after.put);
    CPPUNIT_ASSERT(after.open + after.list + after.stat - before.open - before.list - before.stat <=
                   3);
    CPPUNIT_ASSERT(cache_.calls().get - cacheBefore.get <= 3);
    CPPUNIT_ASSERT_EQUAL(cacheBefore.apply + 2, cache_.calls().apply);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RebuildTest);

}  // namespace
