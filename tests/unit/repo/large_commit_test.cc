#include <algorithm>

#include "tests/fakes/faulty_cache.h"
#include "tests/unit/repo/host.h"

namespace {

using larder::CallContext;
using larder::sdk::Change;
using larder::sdk::Context;
using larder::sdk::Errc;
using larder::sdk::RecordReader;
using larder::sdk::Result;
using larder::test::FakeClock;
using larder::test::FaultyCache;
using larder::test::MemoryCache;
using larder::test::MemoryStorage;
using larder::test::Op;
using larder::test::RepoHost;
using Changes = Result<std::vector<Change>>;

/// A commit larger than a cache batch becomes visible by one pointer.
class LargeCommitTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(LargeCommitTest);
  CPPUNIT_TEST(aCommitLargerThanABatchIsSeenWholeOrNotAtAll);
  CPPUNIT_TEST(aHalfAppliedCommitIsFinishedByAReader);
  CPPUNIT_TEST(aScanDuringALargeCommitIsMadeAgain);
  CPPUNIT_TEST_SUITE_END();

  FakeClock clock_;
  MemoryStorage storage_{{.clock = &clock_}};
  MemoryCache cache_;

 public:
  static Changes many(int from, int to, const std::string& value) {
    std::vector<Change> changes;
    for (int i = from; i < to; ++i) {
      const std::string key = "k" + std::to_string(i);
      changes.push_back({key, value + "\nentry e/" + key + " " + value});
    }
    return changes;
  }

  void aCommitLargerThanABatchIsSeenWholeOrNotAtAll() {
    FaultyCache watched(cache_);
    RepoHost writer(storage_, watched, clock_);
    RepoHost reader(storage_, cache_, clock_);
    LARDER_ASSERT_OK(writer.open());
    LARDER_ASSERT_OK(reader.open());
    LARDER_ASSERT_OK(writer.journal().commit(
        writer.ctx, [](Context&, RecordReader&) { return many(0, 1500, "1"); }));
    const std::vector<std::string> keys = {"k0", "k700", "k1499"};
    // Between any two batches of the commit a reader looks at several keys, and scans.
    watched.faults().always(Op::Apply, {.after = [&] {
                              const auto found = reader.journal().records().get(reader.ctx, keys);
                              LARDER_ASSERT_OK(found);
                              CPPUNIT_ASSERT_EQUAL((*found)[0]->value[0], (*found)[2]->value[0]);
                              CPPUNIT_ASSERT_EQUAL((*found)[1]->value[0], (*found)[2]->value[0]);
                              const auto page =
                                  reader.journal().entries().scan(reader.ctx, "e/", "", 1000);
                              LARDER_ASSERT_OK(page);
                              for (const auto& record : page->records) {
                                CPPUNIT_ASSERT_EQUAL(page->records.front().value, record.value);
                              }
                            }});
    LARDER_ASSERT_OK(writer.journal().commit(
        writer.ctx, [](Context&, RecordReader&) { return many(0, 1500, "2"); }));
    watched.faults().clear();
    const std::string before = reader.everything();
    CPPUNIT_ASSERT(before.find("\nx e/k1499@2=2\n") != std::string::npos);
    LARDER_ASSERT_OK(reader.repository.rebuild(reader.ctx));
    CPPUNIT_ASSERT_EQUAL(before, reader.everything());
  }

  void aHalfAppliedCommitIsFinishedByAReader() {
    // The writer dies after each of the batches in turn; records also go and come, and an
    // index entry passes from a record that goes to one that comes.
    for (std::size_t batches = 1; batches < 8; ++batches) {
      storage_.clear();
      MemoryCache cache({.epoch = "epoch " + std::to_string(batches)});
      FaultyCache dying(cache);
      RepoHost writer(storage_, dying, clock_);
      LARDER_ASSERT_OK(writer.open());
      LARDER_ASSERT_OK(writer.journal().commit(
          writer.ctx, [](Context&, RecordReader&) { return many(0, 1500, "1"); }));
      for (std::size_t n = 0; n < 20; ++n) {
        dying.faults().on(Op::Apply, batches + n, {.error = Errc::Unavailable});
      }
      const auto result =
          writer.journal().commit(writer.ctx, [](Context&, RecordReader&) -> Changes {
            LARDER_TRY_ASSIGN(auto changes, many(0, 1200, "2"));
            changes.push_back({"a", "a\nentry e/k1400 moved"});
            for (int i = 1200; i < 1500; ++i) changes.push_back({"k" + std::to_string(i), {}});
            return changes;
          });
      CPPUNIT_ASSERT(result.ok() == (batches > 1));
      RepoHost reader(storage_, cache, clock_);
      const std::string after = reader.everything();
      CPPUNIT_ASSERT_EQUAL(batches > 1, after.find("x e/k1400@2=moved\n") != std::string::npos);
      CPPUNIT_ASSERT_EQUAL(batches == 1, after.find("x e/k1401@1=1\n") != std::string::npos);
      LARDER_ASSERT_OK(reader.repository.rebuild(reader.ctx));
      CPPUNIT_ASSERT_EQUAL(after, reader.everything());
    }
  }

  void aScanDuringALargeCommitIsMadeAgain() {
    // The page is read while half of the commit is in; before the reader looks again, the
    // other half is in, too.
    cache_.setChangesKnown(false);
    FaultyCache dying(cache_);
    RepoHost writer(storage_, dying, clock_);
    RepoHost other(storage_, cache_, clock_);
    FaultyCache slow(cache_);
    RepoHost reader(storage_, slow, clock_);
    for (RepoHost* host : {&writer, &other, &reader}) LARDER_ASSERT_OK(host->open());
    LARDER_ASSERT_OK(writer.journal().commit(
        writer.ctx, [](Context&, RecordReader&) { return many(0, 1500, "1"); }));
    slow.faults().on(
        Op::Scan, 1,
        {.hook =
             [&] {
               dying.faults().on(Op::Apply, 4, {.error = Errc::Unavailable});
               dying.faults().on(Op::Apply, 4, {.error = Errc::Unavailable});
               LARDER_ASSERT_OK(writer.journal().commit(
                   writer.ctx, [](Context&, RecordReader&) { return many(0, 1500, "2"); }));
               const auto half = cache_.entries();
               CPPUNIT_ASSERT(std::any_of(half.begin(), half.end(), [](const auto& entry) {
                 return entry.second.value.starts_with("1\n1");
               }));
             },
         .after = [&] { CPPUNIT_ASSERT_EQUAL('2', other.value("k1400")[0]); }});
    const auto page = reader.journal().records().scan(reader.ctx, "", "", 1000);
    LARDER_ASSERT_OK(page);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1000}, page->records.size());
    for (const auto& record : page->records) CPPUNIT_ASSERT_EQUAL('2', record.value[0]);
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(LargeCommitTest);

}  // namespace
