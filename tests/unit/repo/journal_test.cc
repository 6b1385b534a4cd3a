#include "core/repo/overlay.h"
#include "tests/fakes/faulty_cache.h"
#include "tests/fakes/faulty_storage.h"
#include "tests/unit/repo/host.h"

namespace {

using larder::CallContext;
using larder::sdk::Change;
using larder::sdk::Context;
using larder::sdk::Errc;
using larder::sdk::Error;
using larder::sdk::RecordReader;
using larder::sdk::Result;
using larder::test::FakeClock;
using larder::test::MemoryCache;
using larder::test::MemoryStorage;
using larder::test::RepoHost;
using Changes = Result<std::vector<Change>>;

class JournalTest : public CppUnit::TestFixture {
  CPPUNIT_TEST_SUITE(JournalTest);
  CPPUNIT_TEST(whatIsCommittedIsRead);
  CPPUNIT_TEST(deletedRecordsTakeTheirEntriesAlong);
  CPPUNIT_TEST(changedRecordsLoseOldEntries);
  CPPUNIT_TEST(anEntryMayPassToAnotherRecordInOneCommit);
  CPPUNIT_TEST(versionsAreEntryNumbers);
  CPPUNIT_TEST(nothingToChangeWritesNothing);
  CPPUNIT_TEST(decisionsSeeTheStateAndRefuse);
  CPPUNIT_TEST(recordsTheFormatRefusesAreRefused);
  CPPUNIT_TEST(anExceptionInADecisionFailsItsCommitterOnly);
  CPPUNIT_TEST(keysAndValuesHaveLimits);
  CPPUNIT_TEST(bytesThatAreNoTextSurvive);
  CPPUNIT_TEST(journalsAreApart);
  CPPUNIT_TEST(journalsAreListedByName);
  CPPUNIT_TEST(aReadIsOneRoundTrip);
  CPPUNIT_TEST(aCommitIsAHandfulOfRequests);
  CPPUNIT_TEST(thousandsOfKeysInOneGet);
  CPPUNIT_TEST(scansGoPageByPage);
  CPPUNIT_TEST(scansInDecisionsSeeEarlierChanges);
  CPPUNIT_TEST(versionNowIsKnownAfterAReadAndGoneAfterAChange);
  CPPUNIT_TEST(versionNowIsUnknownWithoutACounter);
  CPPUNIT_TEST(versionNowIsUnknownWhileAnEntryIsAnnounced);
  CPPUNIT_TEST(aPassedDeadlineChangesNothing);
  CPPUNIT_TEST_SUITE_END();

  FakeClock clock_;
  MemoryStorage storage_{{.clock = &clock_}};
  MemoryCache cache_;
  std::unique_ptr<RepoHost> host_;

 public:
  void setUp() override {
    host_ = std::make_unique<RepoHost>(storage_, cache_, clock_);
    LARDER_ASSERT_OK(host_->open());
  }

  void whatIsCommittedIsRead() {
    const auto number = host_->set("a", "one\nentry list/a 1.0");
    LARDER_ASSERT_OK(number);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, *number);
    CPPUNIT_ASSERT_EQUAL(std::string("one\nentry list/a 1.0"), host_->value("a"));
    CPPUNIT_ASSERT_EQUAL(std::string("1.0"), host_->entry("list/a"));
    CPPUNIT_ASSERT_EQUAL(std::string("one"), host_->entry("of/a"));
    CPPUNIT_ASSERT_EQUAL(std::string("(none)"), host_->value("b"));
  }

  void deletedRecordsTakeTheirEntriesAlong() {
    LARDER_ASSERT_OK(host_->set("a", "one\nentry list/a 1.0"));
    LARDER_ASSERT_OK(host_->set("a", std::nullopt));
    CPPUNIT_ASSERT_EQUAL(std::string("main\n"), host_->everything());
  }

  void changedRecordsLoseOldEntries() {
    LARDER_ASSERT_OK(host_->set("a", "one\nentry x 1\nentry y 1"));
    LARDER_ASSERT_OK(host_->set("a", "two\nentry y 2\nentry z 2"));
    CPPUNIT_ASSERT_EQUAL(
        std::string("main\nr a@2=two\nentry y 2\nentry z 2\nx of/a@2=two\nx y@2=2\nx z@2=2\n"),
        host_->everything());
  }

  void anEntryMayPassToAnotherRecordInOneCommit() {
    LARDER_ASSERT_OK(host_->set("b", "entry shared of-b"));
    LARDER_ASSERT_OK(host_->journal().commit(host_->ctx, [](Context&, RecordReader&) {
      return Changes(std::vector<Change>{{"a", "entry shared of-a"}, {"b", std::nullopt}});
    }));
    CPPUNIT_ASSERT_EQUAL(std::string("of-a"), host_->entry("shared"));
    LARDER_ASSERT_OK(host_->journal().commit(host_->ctx, [](Context&, RecordReader&) {
      return Changes(std::vector<Change>{{"a", std::nullopt}, {"c", "entry shared of-c"}});
    }));
    CPPUNIT_ASSERT_EQUAL(std::string("of-c"), host_->entry("shared"));
  }

  void versionsAreEntryNumbers() {
    LARDER_ASSERT_OK(host_->set("a", "1"));
    LARDER_ASSERT_OK(host_->set("b", "1"));
    LARDER_ASSERT_OK(host_->set("a", "2"));
    CPPUNIT_ASSERT_EQUAL(std::string("main\nr a@3=2\nr b@2=1\nx of/a@3=2\nx of/b@2=1\n"),
                         host_->everything());
  }

  void nothingToChangeWritesNothing() {
    const auto before = storage_.keys();
    const auto number = host_->journal().commit(
        host_->ctx, [](Context&, RecordReader&) { return Changes(std::vector<Change>()); });
    LARDER_ASSERT_OK(number);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, *number);
    CPPUNIT_ASSERT(before == storage_.keys());
  }

  void decisionsSeeTheStateAndRefuse() {
    LARDER_ASSERT_OK(host_->set("a", "1"));
    const auto refused =
        host_->journal().commit(host_->ctx, [](Context& ctx, RecordReader& now) -> Changes {
          LARDER_TRY_ASSIGN(const auto record, now.get(ctx, "a"));
          if (record) return Error(Errc::Conflict, "a is there as " + record->value);
          return std::vector<Change>{{"a", "2"}};
        });
    CPPUNIT_ASSERT(refused.is(Errc::Conflict));
    CPPUNIT_ASSERT_EQUAL(std::string("a is there as 1"), refused.error().message());
    CPPUNIT_ASSERT_EQUAL(std::string("1"), host_->value("a"));
  }

  void recordsTheFormatRefusesAreRefused() {
    CPPUNIT_ASSERT(host_->set("a", "refused").is(Errc::Corrupt));
    CPPUNIT_ASSERT(host_->set("a", "throws").is(Errc::Internal));
    CPPUNIT_ASSERT(storage_.keys("repositories/").empty());
  }

  void anExceptionInADecisionFailsItsCommitterOnly() {
    const auto thrown = host_->journal().commit(
        host_->ctx, [](Context&, RecordReader&) -> Changes { throw std::runtime_error("oops"); });
    CPPUNIT_ASSERT(thrown.is(Errc::Internal));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host_->logger.count("repo.decision.failed"));
    const auto object =
        host_->journal().commit(host_->ctx, [](Context&, RecordReader&) -> Changes { throw 7; });
    CPPUNIT_ASSERT(object.is(Errc::Internal));
    LARDER_ASSERT_OK(host_->set("a", "1"));
  }

  void keysAndValuesHaveLimits() {
    CPPUNIT_ASSERT(host_->set("", "1").is(Errc::Invalid));
    CPPUNIT_ASSERT(host_->set(std::string(301, 'k'), "1").is(Errc::Invalid));
    CPPUNIT_ASSERT(host_->set(std::string("a\0b", 3), "1").is(Errc::Invalid));
    CPPUNIT_ASSERT(host_->set("a", std::string(64 * 1024 + 1, 'v')).is(Errc::TooLarge));
    LARDER_ASSERT_OK(host_->set(std::string(297, 'k'), "1"));
    LARDER_ASSERT_OK(host_->set("a", std::string(64 * 1024, 'v')));
    std::string many;
    for (int i = 0; i < 401; ++i) many += "entry e" + std::to_string(i) + " 1\n";
    CPPUNIT_ASSERT(host_->set("a", many).is(Errc::TooLarge));
    CPPUNIT_ASSERT(host_->set("a", "1\nentry of/a 2").is(Errc::Corrupt));
  }

  void bytesThatAreNoTextSurvive() {
    const std::string key = "k\xff\x01";
    const std::string value = std::string("v\xfe\0w", 4);
    LARDER_ASSERT_OK(host_->set(key, value));
    const std::string before = host_->everything();
    LARDER_ASSERT_OK(host_->repository.rebuild(host_->ctx));
    CPPUNIT_ASSERT_EQUAL(value, host_->value(key));
    CPPUNIT_ASSERT_EQUAL(before, host_->everything());
  }

  void journalsAreApart() {
    LARDER_ASSERT_OK(host_->set("k", "in a", "a"));
    LARDER_ASSERT_OK(host_->set("k", "in a/", "a/"));
    LARDER_ASSERT_OK(host_->set("k", "in A", "A"));
    CPPUNIT_ASSERT_EQUAL(std::string("in a"), host_->value("k", "a"));
    CPPUNIT_ASSERT_EQUAL(std::string("in a/"), host_->value("k", "a/"));
    CPPUNIT_ASSERT_EQUAL(std::string("in A"), host_->value("k", "A"));
    RepoHost other(storage_, cache_, clock_, "other");
    LARDER_ASSERT_OK(other.open());
    CPPUNIT_ASSERT_EQUAL(std::string("(none)"), other.value("k", "a"));
  }

  void journalsAreListedByName() {
    const std::string longest(100, 'L');
    for (const std::string& name : {std::string("b"), std::string("a b"), longest}) {
      LARDER_ASSERT_OK(host_->set("k", "1", name));
    }
    const auto names = host_->repository.journals(host_->ctx);
    LARDER_ASSERT_OK(names);
    CPPUNIT_ASSERT((std::vector<std::string>{longest, "a b", "b"}) == *names);
  }

  void aReadIsOneRoundTrip() {
    LARDER_ASSERT_OK(host_->set("a", "1"));
    host_->value("a");
    const auto cacheBefore = cache_.calls();
    const auto storageBefore = storage_.calls();
    host_->value("a");
    host_->entry("of/a");
    CPPUNIT_ASSERT_EQUAL(cacheBefore.get + 2, cache_.calls().get);
    CPPUNIT_ASSERT_EQUAL(cacheBefore.apply, cache_.calls().apply);
    CPPUNIT_ASSERT_EQUAL(storageBefore.stat + storageBefore.open + storageBefore.list,
                         storage_.calls().stat + storage_.calls().open + storage_.calls().list);
  }

  void aCommitIsAHandfulOfRequests() {
    LARDER_ASSERT_OK(host_->set("a", "1"));
    const auto cacheBefore = cache_.calls();
    const auto storageBefore = storage_.calls();
    LARDER_ASSERT_OK(host_->append("a", "2"));
    const auto cacheAfter = cache_.calls();
    const auto storageAfter = storage_.calls();
    CPPUNIT_ASSERT_EQUAL(cacheBefore.get + 2, cacheAfter.get);      // the head, the record
    CPPUNIT_ASSERT_EQUAL(cacheBefore.apply + 2, cacheAfter.apply);  // announced, brought in
    CPPUNIT_ASSERT_EQUAL(storageBefore.put + 1, storageAfter.put);
    CPPUNIT_ASSERT_EQUAL(storageBefore.stat + storageBefore.open + storageBefore.list,
                         storageAfter.stat + storageAfter.open + storageAfter.list);
  }

  void thousandsOfKeysInOneGet() {
    LARDER_ASSERT_OK(host_->set("k1500", "here"));
    std::vector<std::string> keys;
    for (int i = 0; i < 2500; ++i) keys.push_back("k" + std::to_string(i));
    const auto found = host_->journal().records().get(host_->ctx, keys);
    LARDER_ASSERT_OK(found);
    CPPUNIT_ASSERT_EQUAL(keys.size(), found->size());
    for (std::size_t i = 0; i < keys.size(); ++i)
      CPPUNIT_ASSERT((*found)[i].has_value() == (i == 1500));
  }

  void scansGoPageByPage() {
    for (int i = 0; i < 7; ++i) LARDER_ASSERT_OK(host_->set("p/" + std::to_string(i), "v"));
    LARDER_ASSERT_OK(host_->set("q", "v"));
    for (const bool counted : {true, false}) {
      cache_.setChangesKnown(counted);
      std::string after;
      std::string seen;
      int pages = 0;
      do {
        const auto page = host_->journal().records().scan(host_->ctx, "p/", after, 3);
        LARDER_ASSERT_OK(page);
        for (const auto& record : page->records) seen += record.key;
        after = page->next;
        ++pages;
      } while (!after.empty());
      CPPUNIT_ASSERT_EQUAL(std::string("p/0p/1p/2p/3p/4p/5p/6"), seen);
      CPPUNIT_ASSERT(pages >= 3);
    }
  }

  void scansInDecisionsSeeEarlierChanges() {
    for (const char* key : {"a", "b", "c", "d"}) LARDER_ASSERT_OK(host_->set(key, "old"));
    larder::repo::CacheKeys keys("pkgs");
    larder::repo::JournalIndex index(cache_, keys, "main");
    const std::string key = keys.generation();
    const auto set = cache_.get(host_->ctx, std::span(&key, 1));
    const auto state = index.state(host_->ctx, set->records[0]->value);
    LARDER_ASSERT_OK(state);
    larder::repo::Overlay overlay(index, *state);
    overlay.set({"aa", "new"});
    overlay.set({"b", std::nullopt});
    overlay.set({"c", "new"});
    overlay.set({"e", "new"});
    for (const std::size_t limit : {1U, 2U, 3U, 100U}) {
      std::string seen;
      std::string after;
      do {
        const auto page = overlay.scan(host_->ctx, "", after, limit);
        LARDER_ASSERT_OK(page);
        CPPUNIT_ASSERT(page->records.size() <= limit);
        for (const auto& record : page->records) seen += record.key + record.value + " ";
        after = page->next;
      } while (!after.empty());
      CPPUNIT_ASSERT_EQUAL(std::string("aold aanew cnew dold enew "), seen);
    }
    larder::repo::Overlay reading(index, *state);
    LARDER_ASSERT_OK(host_->set("x", "1"));
    CPPUNIT_ASSERT(!overlay.scan(host_->ctx, "", "", 10));
    CPPUNIT_ASSERT(overlay.stale());
    larder::sdk::RecordReader& reader = reading;
    CPPUNIT_ASSERT(!reader.get(host_->ctx, "x"));
    CPPUNIT_ASSERT(reading.stale());
    // Nor is anything brought into an index that moved on.
    CPPUNIT_ASSERT(index.advance(host_->ctx, *state, {5, 0, 0, 0}, {}).is(Errc::Conflict));
  }

  void versionNowIsKnownAfterAReadAndGoneAfterAChange() {
    LARDER_ASSERT_OK(host_->set("a", "1"));
    host_->value("a");
    const auto before = host_->journal().versionNow();
    CPPUNIT_ASSERT(before.has_value());
    CPPUNIT_ASSERT(before == host_->journal().versionNow());
    LARDER_ASSERT_OK(host_->set("a", "2"));
    CPPUNIT_ASSERT(host_->journal().versionNow() != before);
    host_->value("a");
    const auto after = host_->journal().versionNow();
    CPPUNIT_ASSERT(after.has_value() && after != before);
  }

  void versionNowIsUnknownWithoutACounter() {
    MemoryCache silent({.changeCounter = false});
    RepoHost host(storage_, silent, clock_);
    LARDER_ASSERT_OK(host.open());
    host.value("a");
    CPPUNIT_ASSERT(!host.journal().versionNow());
    host_->value("a");
    cache_.setChangesKnown(false);
    CPPUNIT_ASSERT(!host_->journal().versionNow());
  }

  void versionNowIsUnknownWhileAnEntryIsAnnounced() {
    larder::test::FaultyCache faulty(cache_);
    RepoHost host(storage_, faulty, clock_);
    LARDER_ASSERT_OK(host.open());
    LARDER_ASSERT_OK(host.set("a", "1"));
    faulty.faults().on(larder::test::Op::Apply, 2, {.error = Errc::Unavailable});
    LARDER_ASSERT_OK(host.set("a", "2"));  // Written, but not brought in.
    CPPUNIT_ASSERT(!host.journal().versionNow());
    CPPUNIT_ASSERT_EQUAL(std::string("2"), host.value("a"));
    // Announced, and the entry may still come: what was read may be outdated any moment.
    larder::test::FaultyStorage dead(storage_);
    RepoHost writer(dead, cache_, clock_);
    LARDER_ASSERT_OK(writer.open());
    dead.faults().on(larder::test::Op::Put, 1, {.error = Errc::Forbidden}, "/entries/");
    CPPUNIT_ASSERT(!writer.set("a", "3"));
    CPPUNIT_ASSERT_EQUAL(std::string("2"), host.value("a"));
    CPPUNIT_ASSERT(!host.journal().versionNow());
  }

  void aPassedDeadlineChangesNothing() {
    CallContext late("late", std::chrono::milliseconds(-1));
    const auto result = host_->journal().commit(late, [](Context&, RecordReader&) {
      return Changes(std::vector<Change>{{"a", "1"}});
    });
    CPPUNIT_ASSERT(result.is(Errc::Timeout));
    CPPUNIT_ASSERT(storage_.keys("repositories/").empty());
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(JournalTest);

}  // namespace
