#include "core/repo/collector.h"

#include "core/repo/layout.h"
#include "tests/fakes/faulty_storage.h"
#include "tests/unit/repo/host.h"

namespace {

using larder::repo::CollectReport;
using larder::sdk::BlobRef;
using larder::sdk::Errc;
using larder::test::FakeClock;
using larder::test::FaultyStorage;
using larder::test::MemoryCache;
using larder::test::MemoryStorage;
using larder::test::Op;
using larder::test::RepoHost;

class CollectorTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(CollectorTest);
  CPPUNIT_TEST(garbageIsCondemnedThenDeleted);
  CPPUNIT_TEST(whatRecordsNeedStays);
  CPPUNIT_TEST(aYoungBlobMayBelongToAnUpload);
  CPPUNIT_TEST(repositoriesThisHostDoesNotServeCount);
  CPPUNIT_TEST(checkpointsNeedTheirShards);
  CPPUNIT_TEST(aWriterThatFoundTheBlobBeforeItWasCondemnedSavesIt);
  CPPUNIT_TEST(aCondemnedBlobIsNotReused);
  CPPUNIT_TEST(aKeyIsNotReusedWhileADeletionMayBeUnderWay);
  CPPUNIT_TEST(aBlobStoredAnewIsAsGoodAsAny);
  CPPUNIT_TEST(aDamagedJournalStopsItBeforeItDeletes);
  CPPUNIT_TEST(aStorageThatIsAwayStopsIt);
  CPPUNIT_TEST(oneHostAtATimeCollects);
  CPPUNIT_TEST(aCollectorThatWasAsleepDeletesNothing);
  CPPUNIT_TEST(theVerdictIsRenewedBeforeItsBlobGoes);
  CPPUNIT_TEST(keysWrittenWithEscapedSlashesCount);
  CPPUNIT_TEST(aStorageWithoutConditionsIsCollectedToo);
  CPPUNIT_TEST_SUITE_END();

  FakeClock clock_;
  MemoryStorage storage_{{.clock = &clock_}};
  MemoryCache cache_;
  larder::repo::Options options_ = {.checkpointEntries = 4};
  std::unique_ptr<RepoHost> host_;

 public:
  void setUp() override {
    host_ = std::make_unique<RepoHost>(storage_, cache_, clock_, "pkgs", options_);
    LARDER_ASSERT_OK(host_->open());
  }

  larder::sdk::Result<CollectReport> tryCollect(larder::sdk::Storage& storage) {
    larder::repo::Collector collector({storage, host_->logger, host_->metrics, clock_, options_});
    return collector.run(host_->ctx);
  }
  CollectReport collect() {
    auto report = tryCollect(storage_);
    LARDER_ASSERT_OK(report);
    return *report;
  }
  void aDay() { clock_.advance(std::chrono::hours(25)); }
  bool there(const BlobRef& blob) { return storage_.bytes(blob.key).has_value(); }

  void garbageIsCondemnedThenDeleted() {
    const BlobRef garbage = host_->blob("garbage");
    aDay();
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, collect().condemned);
    CPPUNIT_ASSERT(there(garbage));
    clock_.advance(std::chrono::hours(23));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, collect().deleted);
    CPPUNIT_ASSERT(there(garbage));
    clock_.advance(std::chrono::hours(2));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, collect().deleted);
    CPPUNIT_ASSERT(!there(garbage));
    aDay();
    collect();
    CPPUNIT_ASSERT(storage_.keys("collection/").empty());
  }

  void whatRecordsNeedStays() {
    const BlobRef kept = host_->blob("kept");
    const BlobRef replaced = host_->blob("replaced");
    LARDER_ASSERT_OK(host_->set("k", RepoHost::needs(kept, "k")));
    LARDER_ASSERT_OK(host_->set("r", RepoHost::needs(replaced, "r")));
    LARDER_ASSERT_OK(host_->set("r", "without"));
    for (int i = 0; i < 4; ++i) {
      aDay();
      collect();
    }
    CPPUNIT_ASSERT(there(kept));
    CPPUNIT_ASSERT(!there(replaced));
  }

  void aYoungBlobMayBelongToAnUpload() {
    const BlobRef young = host_->blob("young");
    clock_.advance(std::chrono::hours(23));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, collect().condemned);
    LARDER_ASSERT_OK(host_->set("k", RepoHost::needs(young, "k")));
    aDay();
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, collect().condemned);
  }

  void repositoriesThisHostDoesNotServeCount() {
    BlobRef theirs;
    {
      MemoryCache own({.epoch = "own"});
      RepoHost other(storage_, own, clock_, "Other Repository");
      LARDER_ASSERT_OK(other.open());
      theirs = other.blob("theirs");
      LARDER_ASSERT_OK(other.set("k", RepoHost::needs(theirs, "k")));
    }
    for (int i = 0; i < 3; ++i) {
      aDay();
      CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, collect().kept);
    }
    CPPUNIT_ASSERT(there(theirs));
  }

  void checkpointsNeedTheirShards() {
    for (int i = 0; i < 5; ++i) LARDER_ASSERT_OK(host_->append("k", "x"));
    LARDER_ASSERT_OK(host_->repository.maintain(host_->ctx));
    for (int i = 0; i < 4; ++i) {
      aDay();
      collect();
      LARDER_ASSERT_OK(host_->repository.maintain(host_->ctx));
    }
    cache_.reset("deleted");
    CPPUNIT_ASSERT_EQUAL(std::string("xxxxx"), host_->value("k"));
  }

  void aWriterThatFoundTheBlobBeforeItWasCondemnedSavesIt() {
    host_->blob("reused");
    aDay();
    const BlobRef found = host_->blob("reused");  // Stored already.
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, collect().condemned);
    clock_.advance(std::chrono::hours(20));  // A very slow upload commits at last.
    LARDER_ASSERT_OK(host_->set("k", RepoHost::needs(found, "k")));
    clock_.advance(std::chrono::hours(5));
    const CollectReport report = collect();
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, report.deleted);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, report.spared);
    CPPUNIT_ASSERT(there(found));
    CPPUNIT_ASSERT(storage_.keys("collection/").empty());
  }

  void aCondemnedBlobIsNotReused() {
    const BlobRef old = host_->blob("again");
    aDay();
    collect();
    const BlobRef anew = host_->blob("again");
    CPPUNIT_ASSERT(anew.key != old.key);
    CPPUNIT_ASSERT_EQUAL(old.sha256, anew.sha256);
    LARDER_ASSERT_OK(host_->set("k", RepoHost::needs(anew, "k")));
    aDay();
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, collect().deleted);
    CPPUNIT_ASSERT(!there(old));
    const auto report = host_->repository.verify(host_->ctx);
    LARDER_ASSERT_OK(report);
    CPPUNIT_ASSERT(report->found.empty());
  }

  void aKeyIsNotReusedWhileADeletionMayBeUnderWay() {
    const BlobRef old = host_->blob("again");
    aDay();
    collect();
    aDay();
    collect();
    CPPUNIT_ASSERT(!there(old));
    CPPUNIT_ASSERT(host_->blob("again").key != old.key);
    aDay();
    collect();
    CPPUNIT_ASSERT_EQUAL(old.key, host_->blob("again").key);
  }

  void aBlobStoredAnewIsAsGoodAsAny() {
    host_->blob("again");
    aDay();
    collect();
    const BlobRef anew = host_->blob("again");
    LARDER_ASSERT_OK(host_->set("k", RepoHost::needs(anew, "k")));
    for (int i = 0; i < 3; ++i) {
      aDay();
      collect();
    }
    CPPUNIT_ASSERT(there(anew));
    LARDER_ASSERT_OK(host_->set("k", std::nullopt));
    aDay();
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, collect().condemned);
    aDay();
    collect();
    CPPUNIT_ASSERT(!there(anew));
  }

  void aDamagedJournalStopsItBeforeItDeletes() {
    const BlobRef kept = host_->blob("kept");
    LARDER_ASSERT_OK(host_->set("k", RepoHost::needs(kept, "k")));
    const BlobRef garbage = host_->blob("garbage");
    aDay();
    collect();
    aDay();
    storage_.set("repositories/pkgs/journals/main/entries/00000000000000000001", "rubbish");
    CPPUNIT_ASSERT(tryCollect(storage_).is(Errc::Corrupt));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host_->logger.count("repo.collect.stopped"));
    CPPUNIT_ASSERT(there(kept) && there(garbage));
  }

  void aStorageThatIsAwayStopsIt() {
    const BlobRef kept = host_->blob("kept");
    LARDER_ASSERT_OK(host_->set("k", RepoHost::needs(kept, "k")));
    const BlobRef garbage = host_->blob("garbage");
    aDay();
    collect();
    aDay();
    FaultyStorage faulty(storage_);
    faulty.faults().on(Op::Open, 1, {.error = Errc::Unavailable}, "/entries/");
    CPPUNIT_ASSERT(tryCollect(faulty).is(Errc::Unavailable));
    faulty.faults().on(Op::Open, 1, {.error = Errc::NotFound}, "/entries/");
    CPPUNIT_ASSERT(tryCollect(faulty).is(Errc::Corrupt));
    CPPUNIT_ASSERT(there(kept) && there(garbage));
  }

  void theVerdictIsRenewedBeforeItsBlobGoes() {
    const BlobRef garbage = host_->blob("garbage");
    aDay();
    collect();
    aDay();
    const std::string verdict = storage_.keys("collection/condemned/").front();
    larder::test::FaultyStorage dying(storage_);
    dying.faults().on(larder::test::Op::Remove, 1, {.error = Errc::Unavailable}, "blobs/");
    CPPUNIT_ASSERT(tryCollect(dying).is(Errc::Unavailable));
    CPPUNIT_ASSERT(storage_.bytes(verdict)->find("deleted") != std::string::npos);
    // That removal may still arrive: for a period nobody uses the key.
    CPPUNIT_ASSERT(host_->blob("garbage").key != garbage.key);
  }

  void oneHostAtATimeCollects() {
    const BlobRef garbage = host_->blob("garbage");
    aDay();
    collect();
    aDay();
    FaultyStorage slow(storage_);
    bool skipped = false;
    slow.faults().on(Op::List, 1, {.hook = [&] { skipped = collect().skipped; }}, "repositories/");
    LARDER_ASSERT_OK(tryCollect(slow));
    CPPUNIT_ASSERT(skipped);
    CPPUNIT_ASSERT(!there(garbage));
  }

  void aCollectorThatWasAsleepDeletesNothing() {
    const BlobRef garbage = host_->blob("garbage");
    aDay();
    collect();
    aDay();
    FaultyStorage slow(storage_);
    slow.faults().on(Op::List, 1, {.hook = [&] { clock_.advance(std::chrono::hours(13)); }},
                     "repositories/");
    CPPUNIT_ASSERT(!tryCollect(slow));
    CPPUNIT_ASSERT(there(garbage));
  }

  void aStorageWithoutConditionsIsCollectedToo() {
    MemoryStorage storage({.ifAbsent = MemoryStorage::IfAbsent::Refused, .clock = &clock_});
    options_.singleWriter = true;
    RepoHost host(storage, cache_, clock_, "other", options_);
    LARDER_ASSERT_OK(host.open());
    const BlobRef kept = host.blob("kept");
    const BlobRef garbage = host.blob("garbage");
    LARDER_ASSERT_OK(host.set("k", RepoHost::needs(kept, "k")));
    for (int i = 0; i < 2; ++i) {
      aDay();
      LARDER_ASSERT_OK(tryCollect(storage));
    }
    CPPUNIT_ASSERT(storage.bytes(kept.key) && !storage.bytes(garbage.key));
  }

  void keysWrittenWithEscapedSlashesCount() {
    const BlobRef kept = host_->blob("kept");
    std::string escaped;
    for (const char c : kept.key) escaped += c == '/' ? std::string("\\/") : std::string(1, c);
    LARDER_ASSERT_OK(host_->set("k", "{\"blob\":\"" + escaped + "\"}"));
    aDay();
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, collect().kept);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CollectorTest);

}  // namespace
