#include <future>
#include <thread>

#include "core/repo/codec.h"
#include "core/repo/layout.h"
#include "core/repo/lease.h"
#include "tests/fakes/faulty_storage.h"
#include "tests/unit/repo/host.h"

namespace {

using larder::CallContext;
using larder::repo::blobDigest;
using larder::repo::blobKey;
using larder::repo::Entry;
using larder::repo::Lease;
using larder::repo::Manifest;
using larder::repo::Store;
using larder::repo::StoredRecord;
using larder::sdk::BlobRef;
using larder::sdk::Errc;
using larder::test::FakeClock;
using larder::test::FaultyStorage;
using larder::test::MemoryCache;
using larder::test::MemoryStorage;
using larder::test::Op;
using larder::test::RepoHost;
using larder::test::StringContent;

class RepoPartsTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(RepoPartsTest);
  CPPUNIT_TEST(entriesComeBackAsTheyWere);
  CPPUNIT_TEST(manifestsComeBackAsTheyWere);
  CPPUNIT_TEST(recordsComeBackAsTheyWere);
  CPPUNIT_TEST(rubbishIsCorrupt);
  CPPUNIT_TEST(blobKeysAreRecognised);
  CPPUNIT_TEST(blobsAreStoredOnce);
  CPPUNIT_TEST(aWrongDigestIsCorruptAndStoresNothing);
  CPPUNIT_TEST(aWrongDigestIsCorruptAlsoWhenItsBlobIsStored);
  CPPUNIT_TEST(aBlobOfTheWrongSizeIsReplaced);
  CPPUNIT_TEST(onlyBlobsAreOpened);
  CPPUNIT_TEST(aLeaseHasOneHolder);
  CPPUNIT_TEST(aLeaseRunsOut);
  CPPUNIT_TEST(aLeaseLeavesOneObject);
  CPPUNIT_TEST(theProbeLeavesNothing);
  CPPUNIT_TEST(ofTwoClaimsAtTheSameMomentOneStands);
  CPPUNIT_TEST(entriesStayWhenACheckpointsShardIsDamaged);
  CPPUNIT_TEST_SUITE_END();

  FakeClock clock_;
  MemoryStorage storage_{{.clock = &clock_}};
  MemoryCache cache_;

 public:
  static Entry entry() {
    return {"j\xc3\xb6urnal", 7,
            "nonce",          "host \xff",
            1767225600,       {{"k", "v\n\"\\"}, {"gone", std::nullopt}, {"\xfe", "\xff"}}};
  }

  void entriesComeBackAsTheyWere() {
    const auto decoded = larder::repo::decodeEntry(encode(entry()));
    LARDER_ASSERT_OK(decoded);
    const Entry wanted = entry();
    CPPUNIT_ASSERT_EQUAL(wanted.journal, decoded->journal);
    CPPUNIT_ASSERT_EQUAL(wanted.number, decoded->number);
    CPPUNIT_ASSERT_EQUAL(wanted.nonce, decoded->nonce);
    CPPUNIT_ASSERT_EQUAL(wanted.host, decoded->host);
    CPPUNIT_ASSERT_EQUAL(wanted.time, decoded->time);
    CPPUNIT_ASSERT_EQUAL(wanted.changes.size(), decoded->changes.size());
    for (std::size_t i = 0; i < wanted.changes.size(); ++i) {
      CPPUNIT_ASSERT_EQUAL(wanted.changes[i].key, decoded->changes[i].key);
      CPPUNIT_ASSERT(wanted.changes[i].value == decoded->changes[i].value);
    }
    CPPUNIT_ASSERT(encode(entry()).find("\"2026-01-01T00:00:00Z\"") != std::string::npos);
  }

  void manifestsComeBackAsTheyWere() {
    const Manifest wanted{"j", 9, 1767225600, {{{"blobs/x", "d", 5}, "a", "\xff", 3}}};
    const auto decoded = larder::repo::decodeManifest(encode(wanted));
    LARDER_ASSERT_OK(decoded);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{9}, decoded->position);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, decoded->shards.size());
    CPPUNIT_ASSERT_EQUAL(std::string("\xff"), decoded->shards[0].last);
    CPPUNIT_ASSERT_EQUAL(std::string("blobs/x"), decoded->shards[0].blob.key);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{3}, decoded->shards[0].count);
  }

  void recordsComeBackAsTheyWere() {
    const std::vector<StoredRecord> wanted = {{"a", "1\n2", 4}, {"b", "\xff", 5}, {"c", "", 6}};
    const auto decoded = larder::repo::decodeRecords(larder::repo::encode(wanted));
    LARDER_ASSERT_OK(decoded);
    CPPUNIT_ASSERT_EQUAL(wanted.size(), decoded->size());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      CPPUNIT_ASSERT_EQUAL(wanted[i].key, (*decoded)[i].key);
      CPPUNIT_ASSERT_EQUAL(wanted[i].value, (*decoded)[i].value);
      CPPUNIT_ASSERT_EQUAL(wanted[i].revision, (*decoded)[i].revision);
    }
    CPPUNIT_ASSERT(larder::repo::decodeRecords("")->empty());
  }

  void rubbishIsCorrupt() {
    for (const char* rubbish : {"", "{}", "null", "[1,2", "{\"sha256\":\"", "\n\n"}) {
      CPPUNIT_ASSERT(larder::repo::decodeEntry(rubbish).is(Errc::Corrupt));
      CPPUNIT_ASSERT(larder::repo::decodeManifest(rubbish).is(Errc::Corrupt));
      if (*rubbish != '\0') CPPUNIT_ASSERT(larder::repo::decodeRecords(rubbish).is(Errc::Corrupt));
    }
    // A whole document of the other kind.
    CPPUNIT_ASSERT(larder::repo::decodeManifest(encode(entry())).is(Errc::Corrupt));
    CPPUNIT_ASSERT(larder::repo::decodeRecords(encode(entry())).is(Errc::Corrupt));
  }

  void blobKeysAreRecognised() {
    const std::string digest(64, 'a');
    CPPUNIT_ASSERT_EQUAL("blobs/sha256/aa/" + digest, blobKey(digest));
    CPPUNIT_ASSERT(blobDigest(blobKey(digest)) == digest);
    CPPUNIT_ASSERT(blobDigest(blobKey(digest, "0123456789abcdef")) == digest);
    for (const std::string& bad :
         {digest, "blobs/sha256/" + digest, "blobs/sha256/ab/" + digest, blobKey(digest) + ".",
          blobKey(digest) + ".0f", blobKey(digest) + "b", blobKey(digest) + "/b",
          "x" + blobKey(digest), "blobs/sha256/aa/" + digest.substr(1)}) {
      CPPUNIT_ASSERT_MESSAGE(bad, !blobDigest(bad));
    }
    const std::string blob = blobKey(digest, "0123456789abcdef");
    CPPUNIT_ASSERT_EQUAL(blob, larder::repo::condemnedBlob(larder::repo::condemnedKey(blob)));
  }

  void blobsAreStoredOnce() {
    RepoHost host(storage_, cache_, clock_);
    const BlobRef first = host.blob("bytes");
    const auto puts = storage_.calls().put;
    const BlobRef second = host.blob("bytes");
    CPPUNIT_ASSERT_EQUAL(first.key, second.key);
    CPPUNIT_ASSERT_EQUAL(puts, storage_.calls().put);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{5}, first.size);
    auto opened = host.repository.blobs().open(host.ctx, first.key, {.offset = 1, .length = 3});
    LARDER_ASSERT_OK(opened);
    CPPUNIT_ASSERT_EQUAL(std::string("yte"), *larder::test::readAll(*opened->body));
  }

  void aWrongDigestIsCorruptAndStoresNothing() {
    RepoHost host(storage_, cache_, clock_);
    StringContent content("bytes");
    const std::string wrong(64, 'a');
    CPPUNIT_ASSERT(
        host.repository.blobs().put(host.ctx, content, wrong, "text/plain").is(Errc::Corrupt));
    CPPUNIT_ASSERT(storage_.keys().empty());
    for (const char* bad : {"", "abc", "../../etc/passwd"}) {
      CPPUNIT_ASSERT(
          host.repository.blobs().put(host.ctx, content, bad, "text/plain").is(Errc::Invalid));
    }
  }

  void aWrongDigestIsCorruptAlsoWhenItsBlobIsStored() {
    RepoHost host(storage_, cache_, clock_);
    const BlobRef stored = host.blob("bytes");
    StringContent content("bytez");
    CPPUNIT_ASSERT(host.repository.blobs()
                       .put(host.ctx, content, stored.sha256, "text/plain")
                       .is(Errc::Corrupt));
    CPPUNIT_ASSERT(storage_.bytes(stored.key) == std::string("bytes"));
  }

  void aBlobOfTheWrongSizeIsReplaced() {
    RepoHost host(storage_, cache_, clock_);
    const BlobRef stored = host.blob("bytes");
    storage_.set(stored.key, "byt");
    host.blob("bytes");
    CPPUNIT_ASSERT(storage_.bytes(stored.key) == std::string("bytes"));
  }

  void onlyBlobsAreOpened() {
    RepoHost host(storage_, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    LARDER_ASSERT_OK(host.set("k", "1"));
    const std::string entry = storage_.keys("repositories/").at(0);
    CPPUNIT_ASSERT(host.repository.blobs().open(host.ctx, entry, {}).is(Errc::NotFound));
  }

  void aLeaseHasOneHolder() {
    RepoHost host(storage_, cache_, clock_);
    Store store({storage_, host.logger, host.metrics, clock_, {.host = "here"}});
    Lease first(store, "work", std::chrono::minutes(1));
    Lease second(store, "work", std::chrono::minutes(1));
    Lease other(store, "other work", std::chrono::minutes(1));
    CPPUNIT_ASSERT(*first.acquire(host.ctx));
    CPPUNIT_ASSERT(!*second.acquire(host.ctx));
    CPPUNIT_ASSERT_EQUAL(std::string("here"), second.holder());
    CPPUNIT_ASSERT(*other.acquire(host.ctx));
    CPPUNIT_ASSERT(*first.acquire(host.ctx));
    LARDER_ASSERT_OK(second.release(host.ctx));  // Not its own to give.
    CPPUNIT_ASSERT(!*second.acquire(host.ctx));
    LARDER_ASSERT_OK(first.release(host.ctx));
    CPPUNIT_ASSERT(*second.acquire(host.ctx));
  }

  void aLeaseRunsOut() {
    RepoHost host(storage_, cache_, clock_);
    Store store({storage_, host.logger, host.metrics, clock_, {}});
    Lease first(store, "work", std::chrono::minutes(1));
    Lease second(store, "work", std::chrono::minutes(1));
    CPPUNIT_ASSERT(*first.acquire(host.ctx));
    clock_.advance(std::chrono::seconds(50));
    CPPUNIT_ASSERT(*first.acquire(host.ctx));
    clock_.advance(std::chrono::seconds(50));
    CPPUNIT_ASSERT(!*second.acquire(host.ctx));
    clock_.advance(std::chrono::seconds(11));
    CPPUNIT_ASSERT(*second.acquire(host.ctx));
    CPPUNIT_ASSERT(!*first.acquire(host.ctx));
  }

  void aLeaseLeavesOneObject() {
    RepoHost host(storage_, cache_, clock_);
    Store store({storage_, host.logger, host.metrics, clock_, {}});
    Lease lease(store, "work", std::chrono::minutes(1));
    for (int i = 0; i < 5; ++i) CPPUNIT_ASSERT(*lease.acquire(host.ctx));
    CPPUNIT_ASSERT(storage_.keys("leases/work/").size() <= 2);
  }

  void entriesStayWhenACheckpointsShardIsDamaged() {
    RepoHost host(storage_, cache_, clock_, "pkgs", {.checkpointEntries = 4});
    LARDER_ASSERT_OK(host.open());
    for (int i = 0; i < 6; ++i) LARDER_ASSERT_OK(host.append("k", "x"));
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    const std::string shard = storage_.keys("blobs/").front();
    std::string bytes = *storage_.bytes(shard);
    bytes.back() ^= 1;
    storage_.set(shard, bytes);
    clock_.advance(std::chrono::hours(25));
    LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    CPPUNIT_ASSERT_EQUAL(std::size_t{6},
                         storage_.keys("repositories/pkgs/journals/main/entries/").size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host.logger.count("repo.checkpoint.damaged"));
  }

  void ofTwoClaimsAtTheSameMomentOneStands() {
    // The slow one has looked before the quick one put, and puts while that one waits.
    MemoryStorage storage({.ifAbsent = MemoryStorage::IfAbsent::Ignored, .clock = &clock_});
    FaultyStorage delayed(storage);
    std::promise<void> looked;
    std::promise<void> claimed;
    std::thread slow;
    larder::test::FakeLogger logger;
    larder::test::FakeMetrics metrics;
    larder::repo::Options options;
    options.pause = [&](std::chrono::milliseconds) {
      claimed.set_value();
      slow.join();
    };
    larder::repo::Options unpaused;
    unpaused.claimPause = {};
    Store quickStore({storage, logger, metrics, clock_, options});
    Store slowStore({delayed, logger, metrics, clock_, unpaused});
    for (Store* store : {&quickStore, &slowStore}) {
      store->setUnconditional([] { return larder::sdk::Result<void>(); });
    }
    delayed.faults().on(Op::Put, 1, {.hook = [&] {
                          looked.set_value();
                          claimed.get_future().wait();
                        }});
    Lease quick(quickStore, "job", std::chrono::seconds(60));
    Lease other(slowStore, "job", std::chrono::seconds(60));
    CallContext ctx("slow", std::chrono::minutes(1));
    bool slowHolds = false;
    slow = std::thread([&] { slowHolds = *other.acquire(ctx); });
    looked.get_future().wait();
    const bool quickHolds = *quick.acquire(ctx);
    CPPUNIT_ASSERT(slowHolds);
    CPPUNIT_ASSERT(!quickHolds);
  }

  void theProbeLeavesNothing() {
    RepoHost host(storage_, cache_, clock_);
    LARDER_ASSERT_OK(host.open());
    CPPUNIT_ASSERT(storage_.keys().empty());
    FaultyStorage faulty(storage_);
    RepoHost away(faulty, cache_, clock_);
    faulty.faults().on(Op::Put, 1, {.error = Errc::Unavailable});
    CPPUNIT_ASSERT(away.open().is(Errc::Unavailable));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RepoPartsTest);

}  // namespace
