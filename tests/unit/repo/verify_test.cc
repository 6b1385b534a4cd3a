#include <algorithm>

#include "tests/fakes/faulty_storage.h"
#include "tests/unit/repo/host.h"

namespace {

using larder::repo::Damage;
using larder::repo::VerifyReport;
using larder::sdk::BlobRef;
using larder::sdk::Errc;
using larder::test::FakeClock;
using larder::test::FaultyStorage;
using larder::test::MemoryCache;
using larder::test::MemoryStorage;
using larder::test::Op;
using larder::test::RepoHost;

const std::string kEntries = "repositories/pkgs/journals/main/entries/";
const std::string kCheckpoints = "repositories/pkgs/journals/main/checkpoints/";

class VerifyTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(VerifyTest);
  CPPUNIT_TEST(anUndamagedRepositoryIsClean);
  CPPUNIT_TEST(aFlippedBitIsFoundWithWhoIsHurt);
  CPPUNIT_TEST(aTruncatedBlobIsFound);
  CPPUNIT_TEST(aMissingBlobIsFoundWithEveryoneWhoIsHurt);
  CPPUNIT_TEST(anOrphanIsReportedAndNoDamage);
  CPPUNIT_TEST(otherRepositoriesBlobsAreNoOrphans);
  CPPUNIT_TEST(everyFlippedBitOfAnEntryIsFound);
  CPPUNIT_TEST(aMissingEntryIsFound);
  CPPUNIT_TEST(aDamagedCheckpointIsFound);
  CPPUNIT_TEST(aDamagedShardIsFound);
  CPPUNIT_TEST(entriesBelowACheckpointAreReadToo);
  CPPUNIT_TEST(aRecordTheFormatRefusesIsFound);
  CPPUNIT_TEST(eachBlobIsReadOnce);
  CPPUNIT_TEST(aStorageThatIsAwayIsNoDamage);
  CPPUNIT_TEST(whatIsPrunedMeanwhileIsNoDamage);
  CPPUNIT_TEST(cancellingEndsIt);
  CPPUNIT_TEST(nothingIsChanged);
  CPPUNIT_TEST_SUITE_END();

  FakeClock clock_;
  MemoryStorage storage_{{.clock = &clock_}};
  MemoryCache cache_;
  larder::repo::Options options_ = {.checkpointEntries = 4};
  std::unique_ptr<RepoHost> host_;
  BlobRef blob_;

 public:
  void setUp() override {
    host_ = std::make_unique<RepoHost>(storage_, cache_, clock_, "pkgs", options_);
    LARDER_ASSERT_OK(host_->open());
    blob_ = host_->blob("a wheel");
    LARDER_ASSERT_OK(host_->set("a", RepoHost::needs(blob_, "flywheel-0.1.0")));
    LARDER_ASSERT_OK(host_->set("b", RepoHost::needs(host_->blob("another"), "b")));
  }

  VerifyReport verify() {
    auto report = host_->repository.verify(host_->ctx);
    LARDER_ASSERT_OK(report);
    return *report;
  }

  Damage only(Damage::Kind kind) {
    const VerifyReport report = verify();
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, report.found.size());
    CPPUNIT_ASSERT_EQUAL(larder::repo::kindName(kind),
                         larder::repo::kindName(report.found[0].kind));
    CPPUNIT_ASSERT_EQUAL(kind == Damage::Kind::Orphan, report.clean());
    return report.found[0];
  }

  void anUndamagedRepositoryIsClean() {
    const VerifyReport report = verify();
    CPPUNIT_ASSERT(report.clean() && report.found.empty());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, report.journals);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, report.records);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, report.blobs);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{14}, report.bytes);
  }

  void aFlippedBitIsFoundWithWhoIsHurt() {
    storage_.set(blob_.key, "a wheem");
    const Damage damage = only(Damage::Kind::DamagedBlob);
    CPPUNIT_ASSERT_EQUAL(blob_.key, damage.key);
    CPPUNIT_ASSERT_EQUAL(std::string("flywheel-0.1.0"), damage.label);
    CPPUNIT_ASSERT_EQUAL(std::string("main"), damage.journal);
    CPPUNIT_ASSERT(damage.text.find(blob_.sha256) != std::string::npos);
  }

  void aTruncatedBlobIsFound() {
    storage_.set(blob_.key, "a whe");
    CPPUNIT_ASSERT(only(Damage::Kind::DamagedBlob).text.starts_with("it has 5 bytes"));
  }

  void aMissingBlobIsFoundWithEveryoneWhoIsHurt() {
    LARDER_ASSERT_OK(host_->set("c", RepoHost::needs(blob_, "second-user"), "other"));
    storage_.erase(blob_.key);
    const VerifyReport report = verify();
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, report.damaged);
    CPPUNIT_ASSERT(report.found[0].kind == Damage::Kind::MissingBlob);
    CPPUNIT_ASSERT(report.found[1].kind == Damage::Kind::MissingBlob);
    CPPUNIT_ASSERT_EQUAL(std::string("flywheel-0.1.0"), report.found[0].label);
    CPPUNIT_ASSERT_EQUAL(std::string("second-user"), report.found[1].label);
    CPPUNIT_ASSERT_EQUAL(std::string("other"), report.found[1].journal);
  }

  void anOrphanIsReportedAndNoDamage() {
    const BlobRef orphan = host_->blob("nobody wants it");
    CPPUNIT_ASSERT_EQUAL(orphan.key, only(Damage::Kind::Orphan).key);
    const auto quiet = host_->repository.verify(host_->ctx, {}, {.orphans = false});
    LARDER_ASSERT_OK(quiet);
    CPPUNIT_ASSERT(quiet->found.empty());
  }

  void otherRepositoriesBlobsAreNoOrphans() {
    MemoryCache other({.epoch = "other"});
    RepoHost second(storage_, other, clock_, "second");
    LARDER_ASSERT_OK(second.open());
    LARDER_ASSERT_OK(second.set("k", RepoHost::needs(second.blob("of the second"), "k")));
    CPPUNIT_ASSERT(verify().found.empty());
  }

  void everyFlippedBitOfAnEntryIsFound() {
    const std::string key = kEntries + "00000000000000000001";
    const std::string bytes = *storage_.bytes(key);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ 4);
      storage_.set(key, flipped);
      const VerifyReport report = verify();
      CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, report.damaged);
      CPPUNIT_ASSERT(report.found[0].kind == Damage::Kind::DamagedEntry);
      CPPUNIT_ASSERT_EQUAL(key, report.found[0].key);
    }
  }

  void aMissingEntryIsFound() {
    storage_.erase(kEntries + "00000000000000000001");
    const VerifyReport report = verify();
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, report.damaged);
    CPPUNIT_ASSERT(report.found[0].kind == Damage::Kind::DamagedEntry);
  }

  void compact() {
    for (int i = 0; i < 3; ++i) LARDER_ASSERT_OK(host_->append("c", "x"));
    LARDER_ASSERT_OK(host_->repository.maintain(host_->ctx));
    CPPUNIT_ASSERT(verify().found.empty());
  }

  void aDamagedCheckpointIsFound() {
    compact();
    const std::string key = storage_.keys(kCheckpoints).at(0);
    storage_.set(key, *storage_.bytes(key) + "x");
    CPPUNIT_ASSERT_EQUAL(key, only(Damage::Kind::DamagedCheckpoint).key);
  }

  void aDamagedShardIsFound() {
    compact();
    std::string shard;
    for (const std::string& key : storage_.keys("blobs/")) {
      if (storage_.bytes(key)->find("revision") != std::string::npos) shard = key;
    }
    storage_.set(shard, *storage_.bytes(shard) + "\n");
    const VerifyReport report = verify();
    CPPUNIT_ASSERT(std::any_of(report.found.begin(), report.found.end(), [&](const Damage& it) {
      return it.kind == Damage::Kind::DamagedCheckpoint && it.key == shard;
    }));
  }

  void entriesBelowACheckpointAreReadToo() {
    compact();
    storage_.set(kEntries + "00000000000000000002", "rubbish");
    CPPUNIT_ASSERT_EQUAL(kEntries + "00000000000000000002", only(Damage::Kind::DamagedEntry).key);
  }

  void aRecordTheFormatRefusesIsFound() {
    // Written by a host whose format knew more.
    class Permissive final : public larder::sdk::Format {
     public:
      std::vector<larder::sdk::Route> routes() override { return {}; }
      larder::sdk::Result<std::string> normalize(std::string_view project) const override {
        return std::string(project);
      }
      larder::sdk::Result<void> health(larder::sdk::Context&) override { return {}; }
      larder::sdk::Response render(const larder::sdk::Request&,
                                   const larder::sdk::Failure&) const override {
        return {};
      }
      larder::sdk::Result<larder::sdk::Indexed> index(std::string_view, std::string_view,
                                                      std::string_view) const override {
        return larder::sdk::Indexed();
      }
    };
    Permissive permissive;
    larder::repo::Repository newer(
        {"pkgs", storage_, cache_, host_->logger, host_->metrics, clock_});
    newer.attach(permissive);
    LARDER_ASSERT_OK(newer.journal("main").commit(
        host_->ctx, [](larder::sdk::Context&, larder::sdk::RecordReader&) {
          return larder::sdk::Result<std::vector<larder::sdk::Change>>(
              std::vector<larder::sdk::Change>{{"strange", "refused"}});
        }));
    const Damage damage = only(Damage::Kind::UnreadableRecord);
    CPPUNIT_ASSERT_EQUAL(std::string("strange"), damage.key);
  }

  void eachBlobIsReadOnce() {
    for (int i = 0; i < 20; ++i) {
      LARDER_ASSERT_OK(host_->set("u" + std::to_string(i), RepoHost::needs(blob_, "u")));
    }
    FaultyStorage counting(storage_);
    RepoHost reader(counting, cache_, clock_);
    const auto report = reader.repository.verify(reader.ctx, {}, {.orphans = false});
    LARDER_ASSERT_OK(report);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, report->blobs);
    CPPUNIT_ASSERT_EQUAL(std::size_t{22 + 2}, counting.faults().calls(Op::Open));
  }

  void aStorageThatIsAwayIsNoDamage() {
    FaultyStorage faulty(storage_);
    RepoHost reader(faulty, cache_, clock_);
    for (std::size_t nth = 1; nth <= 4; ++nth) {
      faulty.faults().on(Op::Open, 1, {.error = Errc::Unavailable});
      CPPUNIT_ASSERT(reader.repository.verify(reader.ctx).is(Errc::Unavailable));
      faulty.faults().clear();
    }
    faulty.faults().on(Op::Open, 1, {.error = Errc::Unavailable, .truncate = 3}, "blobs/");
    CPPUNIT_ASSERT(reader.repository.verify(reader.ctx).is(Errc::Unavailable));
  }

  void whatIsPrunedMeanwhileIsNoDamage() {
    MemoryStorage storage({.clock = &clock_});
    FaultyStorage slow(storage);
    const larder::repo::Options options{.checkpointEntries = 4};
    MemoryCache cache({.epoch = "own"});
    RepoHost host(storage, cache, clock_, "pkgs", options);
    RepoHost verifier(slow, cache, clock_, "pkgs", {.readOnly = true});
    LARDER_ASSERT_OK(host.open());
    LARDER_ASSERT_OK(host.set("k", "1", "first"));
    for (int i = 0; i < 4; ++i) LARDER_ASSERT_OK(host.append("k", "x", "second"));
    const auto compact = [&] {
      LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
      clock_.advance(std::chrono::hours(25));
      LARDER_ASSERT_OK(host.repository.maintain(host.ctx));
    };
    slow.faults().on(Op::Open, 1, {.hook = compact}, "journals/first/");
    const auto report = verifier.repository.verify(verifier.ctx);
    LARDER_ASSERT_OK(report);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, slow.faults().pending());
    CPPUNIT_ASSERT(storage.keys("repositories/pkgs/journals/second/entries/").empty());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, report->damaged);
  }

  void cancellingEndsIt() {
    larder::CallContext ctx("cancelled", std::chrono::minutes(1));
    ctx.cancel();
    CPPUNIT_ASSERT(host_->repository.verify(ctx).is(Errc::Cancelled));
  }

  void nothingIsChanged() {
    host_->blob("an orphan");
    storage_.set(blob_.key, "damaged");
    const auto keys = storage_.keys();
    const auto entries = cache_.entries();
    const auto puts = storage_.calls().put;
    verify();
    CPPUNIT_ASSERT(keys == storage_.keys());
    CPPUNIT_ASSERT(entries == cache_.entries());
    CPPUNIT_ASSERT_EQUAL(puts, storage_.calls().put);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(VerifyTest);

}  // namespace
