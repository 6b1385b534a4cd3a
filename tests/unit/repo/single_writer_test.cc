#include "tests/fakes/faulty_storage.h"
#include "tests/unit/repo/host.h"

namespace {

using larder::CallContext;
using larder::sdk::Errc;
using larder::test::FakeClock;
using larder::test::FaultyStorage;
using larder::test::MemoryCache;
using larder::test::MemoryStorage;
using larder::test::Op;
using larder::test::RepoHost;

/// No conditional write, no second writer.
class SingleWriterTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(SingleWriterTest);
  CPPUNIT_TEST(aStorageWithoutConditionsIsRefused);
  CPPUNIT_TEST(aSecondSingleWriterIsRefused);
  CPPUNIT_TEST(aSingleWriterThatLostItsLeaseStopsWriting);
  CPPUNIT_TEST(aSingleWriterGivesItsLeaseBack);
  CPPUNIT_TEST(aPutThatMayArriveLaterKeepsItsNumber);
  CPPUNIT_TEST_SUITE_END();

  FakeClock clock_;
  MemoryCache cache_;

 public:
  void aStorageWithoutConditionsIsRefused() {
    for (const auto how : {MemoryStorage::IfAbsent::Ignored, MemoryStorage::IfAbsent::Refused}) {
      MemoryStorage storage({.ifAbsent = how});
      RepoHost host(storage, cache_, clock_);
      const auto opened = host.open();
      CPPUNIT_ASSERT(opened.is(Errc::Unsupported));
      CPPUNIT_ASSERT(opened.error().message().find("single_writer: true") != std::string::npos);
      CPPUNIT_ASSERT(storage.keys().empty());
    }
  }

  void aSecondSingleWriterIsRefused() {
    for (const auto how : {MemoryStorage::IfAbsent::Ignored, MemoryStorage::IfAbsent::Refused}) {
      MemoryStorage storage({.ifAbsent = how, .clock = &clock_});
      MemoryCache cache;
      const larder::repo::Options options{.singleWriter = true, .host = "first"};
      RepoHost first(storage, cache, clock_, "pkgs", options);
      RepoHost second(storage, cache, clock_, "pkgs", options);
      LARDER_ASSERT_OK(first.open());
      LARDER_ASSERT_OK(first.append("k", "1"));
      LARDER_ASSERT_OK(first.append("k", "2"));
      const auto refused = second.open();
      CPPUNIT_ASSERT(refused.is(Errc::Conflict));
      CPPUNIT_ASSERT(refused.error().message().find("first is its single writer") !=
                     std::string::npos);
      CPPUNIT_ASSERT_EQUAL(std::string("12"), first.value("k"));
    }
  }

  void aSingleWriterThatLostItsLeaseStopsWriting() {
    MemoryStorage storage({.ifAbsent = MemoryStorage::IfAbsent::Ignored, .clock = &clock_});
    larder::test::FakeJobs jobs;
    const larder::repo::Options options{.singleWriter = true};
    RepoHost first(storage, cache_, clock_, "pkgs", options);
    RepoHost second(storage, cache_, clock_, "pkgs", options);
    LARDER_ASSERT_OK(first.open());
    first.repository.scheduleUpkeep(jobs);
    LARDER_ASSERT_OK(first.append("k", "1"));
    for (int i = 0; i < 4; ++i) {  // Prolonged, it holds longer than its time.
      clock_.advance(std::chrono::seconds(30));
      LARDER_ASSERT_OK(jobs.turn(first.ctx, "repo.lease/pkgs"));
    }
    LARDER_ASSERT_OK(first.append("k", "2"));
    clock_.advance(std::chrono::seconds(61));
    CPPUNIT_ASSERT(first.append("k", "x").is(Errc::Unavailable));
    LARDER_ASSERT_OK(second.open());
    LARDER_ASSERT_OK(second.append("k", "3"));
    LARDER_ASSERT_OK(jobs.turn(first.ctx, "repo.lease/pkgs"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, first.logger.count("repo.writer.lost"));
    CPPUNIT_ASSERT(first.append("k", "x").is(Errc::Unavailable));
    CPPUNIT_ASSERT_EQUAL(std::string("123"), second.value("k"));
  }

  void aPutThatMayArriveLaterKeepsItsNumber() {
    MemoryStorage storage({.ifAbsent = MemoryStorage::IfAbsent::Ignored, .clock = &clock_});
    FaultyStorage split(storage);
    RepoHost host(split, cache_, clock_, "pkgs", {.singleWriter = true});
    LARDER_ASSERT_OK(host.open());
    split.faults().always(Op::Put, {.error = Errc::Unavailable}, "/entries/");
    CPPUNIT_ASSERT(host.append("k", "x").is(Errc::Unavailable));
    split.faults().clear();
    // If it arrived now it would replace whatever had been put under its number.
    LARDER_ASSERT_OK(host.append("k", "y"));
    CPPUNIT_ASSERT_EQUAL(std::string("xy"), host.value("k"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2},
                         storage.keys("repositories/pkgs/journals/main/entries/").size());
    LARDER_ASSERT_OK(host.append("k", "z"));
    CPPUNIT_ASSERT_EQUAL(std::string("xyz"), host.value("k"));
  }

  void aSingleWriterGivesItsLeaseBack() {
    MemoryStorage storage({.ifAbsent = MemoryStorage::IfAbsent::Refused, .clock = &clock_});
    const larder::repo::Options options{.singleWriter = true};
    for (int i = 0; i < 3; ++i) {
      RepoHost host(storage, cache_, clock_, "pkgs", options);
      LARDER_ASSERT_OK(host.open());
      LARDER_ASSERT_OK(host.append("k", "x"));
    }
    RepoHost reader(storage, cache_, clock_, "pkgs", options);
    CPPUNIT_ASSERT_EQUAL(std::string("xxx"), reader.value("k"));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SingleWriterTest);

}  // namespace
