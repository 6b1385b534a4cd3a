// Sentences of larder/sdk/cache.h.
#include <algorithm>

#include "tests/conformance/cache_fixture.h"
#include "tests/conformance/storage_fixture.h"

namespace larder::conformance {
namespace {

class CacheSuite : public CacheFixture {
  CPPUNIT_TEST_SUITE(CacheSuite);
  CPPUNIT_TEST(healthSaysItCanServe);
  CPPUNIT_TEST(facetOfItsKindIsTheCache);
  CPPUNIT_TEST(absenceIsNoError);
  CPPUNIT_TEST(getAnswersInTheOrderOfItsKeys);
  CPPUNIT_TEST(getTakesAThousandKeys);
  CPPUNIT_TEST(keysMayBeAnyBytes);
  CPPUNIT_TEST(valuesMayBeAnyBytes);
  CPPUNIT_TEST(longestKeysAndValuesWork);
  CPPUNIT_TEST(versionIsNeverZero);
  CPPUNIT_TEST(versionDiffersFromEveryOneTheKeyHadBefore);
  CPPUNIT_TEST(versionOfAnUntouchedRecordStays);
  CPPUNIT_TEST(scanIsInByteOrder);
  CPPUNIT_TEST(scanPrefixIsBytes);
  CPPUNIT_TEST(scanPrefixesHaveNoWildcards);
  CPPUNIT_TEST(scanPrefixMayEndInTheHighestByte);
  CPPUNIT_TEST(scanAfterIsExclusiveAndNeedNotExist);
  CPPUNIT_TEST(scanKeepsItsLimitAndContinues);
  CPPUNIT_TEST(scanOfMoreThanAPageFindsAll);
  CPPUNIT_TEST(scanGivesWholeRecords);
  CPPUNIT_TEST(applyPutsAndErasesTogether);
  CPPUNIT_TEST(erasingAnAbsentKeyIsSuccess);
  CPPUNIT_TEST(emptyBatchIsSuccess);
  CPPUNIT_TEST(applyTakesAThousandOperations);
  CPPUNIT_TEST(expectationsThatHoldLetTheBatchIn);
  CPPUNIT_TEST(expectationThatFailsIsConflictAndChangesNothing);
  CPPUNIT_TEST(expectingAbsenceOfAPresentKeyIsConflict);
  CPPUNIT_TEST(expectingAVersionOfAnAbsentKeyIsConflict);
  CPPUNIT_TEST(expectingAKeyThatIsNotWrittenIsAllowed);
  CPPUNIT_TEST(expectationsAreCheckedBeforeAnythingIsWritten);
  CPPUNIT_TEST(batchOfExpectationsOnlyChecksThem);
  CPPUNIT_TEST(limitsPassedAreTooLarge);
  CPPUNIT_TEST(epochIsSaidAndStays);
  CPPUNIT_TEST(epochIsTheSameForAllInstances);
  CPPUNIT_TEST(otherInstancesSeeBatchesAtOnce);
  CPPUNIT_TEST(acknowledgedBatchesOutliveTheInstanceWhileTheEpochStays);
  CPPUNIT_TEST(changeCounterMovesWithEveryBatch);
  CPPUNIT_TEST(changeCounterSeesOtherInstances);
  CPPUNIT_TEST(changeCounterStandsWhileNothingChanges);
  CPPUNIT_TEST_SUITE_END();

 public:
  void healthSaysItCanServe() {
    CallContext ctx = makeContext();
    LARDER_ASSERT_OK(cache().health(ctx));
  }
  void facetOfItsKindIsTheCache() {
    CPPUNIT_ASSERT(sdk::facet<sdk::Cache>(cache()) == &cache());
    CPPUNIT_ASSERT(cache().facet({"larder.no.such.facet/1"}) == nullptr);
  }

  void absenceIsNoError() { CPPUNIT_ASSERT(!get("absent")); }

  /// "As many entries as keys were asked, in that order."
  void getAnswersInTheOrderOfItsKeys() {
    apply(batch({}, {{"a", "1"}, {"b", "2"}, {"c", "3"}}));
    const auto found = get({"c", "absent", "a", "c", "b"});
    CPPUNIT_ASSERT_EQUAL(std::size_t{5}, found.size());
    CPPUNIT_ASSERT_EQUAL(std::string("3"), found[0]->value);
    CPPUNIT_ASSERT_EQUAL(key("c"), found[0]->key);
    CPPUNIT_ASSERT(!found[1]);
    CPPUNIT_ASSERT_EQUAL(std::string("1"), found[2]->value);
    CPPUNIT_ASSERT_EQUAL(std::string("3"), found[3]->value);
    CPPUNIT_ASSERT_EQUAL(std::string("2"), found[4]->value);
  }

  void getTakesAThousandKeys() {
    Writes writes;
    std::vector<std::string> asked;
    for (int i = 0; i < 1000; ++i) {
      asked.push_back(std::to_string(i));
      if (i % 2 == 0) writes.push_back({asked.back(), "v" + asked.back()});
    }
    apply(batch({}, writes));
    const auto found = get(asked);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1000}, found.size());
    for (std::size_t i = 0; i < 1000; ++i) {
      CPPUNIT_ASSERT_EQUAL(i % 2 == 0, found[i].has_value());
      if (found[i]) CPPUNIT_ASSERT_EQUAL("v" + asked[i], found[i]->value);
    }
  }

  /// "Keys are 1..512 bytes of anything."
  void keysMayBeAnyBytes() {
    std::vector<std::string> odd;
    for (int c = 0; c < 256; ++c) odd.push_back(std::string("k") + static_cast<char>(c) + "x");
    odd.push_back(std::string("\0", 1));
    odd.push_back(std::string("k\0", 2));
    odd.push_back("k");
    Writes writes;
    for (std::size_t i = 0; i < odd.size(); ++i) writes.push_back({odd[i], std::to_string(i)});
    apply(batch({}, writes));
    const auto found = get(odd);
    for (std::size_t i = 0; i < odd.size(); ++i) {
      CPPUNIT_ASSERT(found[i].has_value());
      CPPUNIT_ASSERT_EQUAL(std::to_string(i), found[i]->value);
    }
    CPPUNIT_ASSERT_EQUAL(odd.size(), names("").size());
  }

  /// "Values 0..256 KiB of anything."
  void valuesMayBeAnyBytes() {
    std::string all;
    for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
    put("all", all);
    put("empty", "");
    put("zeros", std::string(3, '\0'));
    put("broken", "\xc3\x28 \xff\xfe");
    CPPUNIT_ASSERT(all == value("all"));
    CPPUNIT_ASSERT_EQUAL(std::string(), value("empty"));
    CPPUNIT_ASSERT(std::string(3, '\0') == value("zeros"));
    CPPUNIT_ASSERT_EQUAL(std::string("\xc3\x28 \xff\xfe"), value("broken"));
  }

  void longestKeysAndValuesWork() {
    const std::string name(sdk::kMaxRecordKey - prefix().size(), '\xff');
    const std::string bytes = pattern(sdk::kMaxRecordValue, 1);
    put(name, bytes);
    CPPUNIT_ASSERT(bytes == value(name));
    CPPUNIT_ASSERT(names("\xff") == std::vector<std::string>{name});
    erase(name);
    CPPUNIT_ASSERT(!get(name));
  }

  void versionIsNeverZero() {
    put("a", "1");
    CPPUNIT_ASSERT(must("a").version != 0);
    CPPUNIT_ASSERT_EQUAL(must("a").version, scan("a").records.at(0).version);
  }

  /// "Differs from every version this key had before", erasing included.
  void versionDiffersFromEveryOneTheKeyHadBefore() {
    std::vector<std::uint64_t> seen;
    for (int i = 0; i < 30; ++i) {
      if (i % 3 == 2) erase("a");
      put("a", i % 2 == 0 ? "same" : "other");
      const std::uint64_t now = must("a").version;
      CPPUNIT_ASSERT(std::find(seen.begin(), seen.end(), now) == seen.end());
      seen.push_back(now);
    }
  }

  void versionOfAnUntouchedRecordStays() {
    put("a", "1");
    const auto before = get("a");
    for (int i = 0; i < 5; ++i) put("b", std::to_string(i));
    CPPUNIT_ASSERT_EQUAL(before->version, must("a").version);
  }

  /// "In byte order": bytes are unsigned.
  void scanIsInByteOrder() {
    std::vector<std::string> all = {"a",
                                    "A",
                                    "aa",
                                    "a\xff",
                                    "a\x7f",
                                    "a\x80",
                                    "\xff",
                                    "\x80",
                                    "\x7f",
                                    "a/b",
                                    "a-b",
                                    "a.b",
                                    "b",
                                    "\xc3\xa4",
                                    "z",
                                    " ",
                                    "~",
                                    "_",
                                    "Z",
                                    std::string("a\0b", 3),
                                    std::string("a\0", 2)};
    Writes writes;
    for (const auto& name : all) writes.push_back({name, "x"});
    apply(batch({}, writes));
    std::sort(all.begin(), all.end(), [](const std::string& a, const std::string& b) {
      return std::lexicographical_compare(
          a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
            return static_cast<unsigned char>(x) < static_cast<unsigned char>(y);
          });
    });
    for (const std::size_t limit : {1, 2, 7, 20, 21, 1000}) CPPUNIT_ASSERT(all == names("", limit));
  }

  void scanPrefixIsBytes() {
    apply(batch({}, {{"a", ""}, {"a/", ""}, {"a/b", ""}, {"ab", ""}, {"b", ""}}));
    CPPUNIT_ASSERT((names("a") == std::vector<std::string>{"a", "a/", "a/b", "ab"}));
    CPPUNIT_ASSERT((names("a/") == std::vector<std::string>{"a/", "a/b"}));
    CPPUNIT_ASSERT(names("a/bc").empty());
    CPPUNIT_ASSERT(scan("c").next.empty());
  }

  void scanPrefixesHaveNoWildcards() {
    apply(batch({}, {{"%", ""},
                     {"%a", ""},
                     {"_", ""},
                     {"*", ""},
                     {"[ab]", ""},
                     {"\\", ""},
                     {"a", ""},
                     {"b", ""},
                     {"?", ""}}));
    CPPUNIT_ASSERT((names("%") == std::vector<std::string>{"%", "%a"}));
    for (const char* name : {"_", "*", "[ab]", "\\", "?"}) {
      CPPUNIT_ASSERT((names(name) == std::vector<std::string>{name}));
    }
  }

  void scanPrefixMayEndInTheHighestByte() {
    apply(batch({}, {{"a\xff", ""}, {"a\xff\xff", ""}, {"a\xff\xff\xff", ""}, {"b", ""}}));
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, names("a\xff").size());
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, names("a\xff\xff").size());
  }

  /// "Sorts after `after`."
  void scanAfterIsExclusiveAndNeedNotExist() {
    apply(batch({}, {{"a", ""}, {"b1", ""}, {"b2", ""}, {"c", ""}}));
    CPPUNIT_ASSERT_EQUAL(key("b2"), scan("", "b1").records.at(0).key);
    CPPUNIT_ASSERT_EQUAL(key("b1"), scan("", "b").records.at(0).key);
    CPPUNIT_ASSERT_EQUAL(key("b1"), scan("b", "a").records.at(0).key);
    CPPUNIT_ASSERT(scan("b", "b2").records.empty());
    CPPUNIT_ASSERT(scan("a", "c").records.empty());
  }

  /// "At most `limit`"; "next: empty: no more".
  void scanKeepsItsLimitAndContinues() {
    apply(batch({}, {{"1", ""}, {"2", ""}, {"3", ""}}));
    const auto first = scan("", "", 2);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, first.records.size());
    CallContext ctx = makeContext();
    const auto second = cache().scan(ctx, prefix(), first.next, 2);
    LARDER_ASSERT_OK(second);
    CPPUNIT_ASSERT_EQUAL(key("3"), second->records.at(0).key);
    CPPUNIT_ASSERT(second->next.empty());
  }

  void scanOfMoreThanAPageFindsAll() {
    for (int part = 0; part < 3; ++part) {
      Writes writes;
      for (int i = 0; i < 900; ++i) writes.push_back({std::to_string(part * 900 + i), "x"});
      apply(batch({}, writes));
    }
    const auto all = names("");
    CPPUNIT_ASSERT_EQUAL(std::size_t{2700}, all.size());
    CPPUNIT_ASSERT(std::is_sorted(all.begin(), all.end()));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1000}, scan("").records.size());
    CPPUNIT_ASSERT(all == names("", 123));
  }

  void scanGivesWholeRecords() {
    const std::string bytes = pattern(sdk::kMaxRecordValue, 2);
    apply(batch({}, {{"a", bytes}, {"b", "small"}}));
    const auto page = scan("");
    CPPUNIT_ASSERT(bytes == page.records.at(0).value);
    CPPUNIT_ASSERT_EQUAL(std::string("small"), page.records.at(1).value);
  }

  void applyPutsAndErasesTogether() {
    apply(batch({}, {{"a", "1"}, {"b", "2"}}));
    apply(batch({}, {{"b", "3"}, {"c", "4"}}, {"a"}));
    CPPUNIT_ASSERT(!get("a"));
    CPPUNIT_ASSERT_EQUAL(std::string("3"), value("b"));
    CPPUNIT_ASSERT_EQUAL(std::string("4"), value("c"));
  }

  void erasingAnAbsentKeyIsSuccess() {
    erase("absent");
    apply(batch({{"absent", 0}}, {{"a", "1"}}, {"absent", "also absent"}));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), value("a"));
  }

  void emptyBatchIsSuccess() { apply({}); }

  void applyTakesAThousandOperations() {
    Writes writes;
    std::vector<std::string> gone;
    for (int i = 0; i < 500; ++i) writes.push_back({"p" + std::to_string(i), "x"});
    for (int i = 0; i < 500; ++i) gone.push_back("e" + std::to_string(i));
    apply(batch({}, writes, gone));
    CPPUNIT_ASSERT_EQUAL(std::size_t{500}, names("").size());
  }

  void expectationsThatHoldLetTheBatchIn() {
    apply(batch({{"a", 0}}, {{"a", "1"}}));
    const std::uint64_t version = must("a").version;
    apply(batch({{"a", version}, {"b", 0}}, {{"a", "2"}, {"b", "3"}}));
    CPPUNIT_ASSERT_EQUAL(std::string("2"), value("a"));
    apply(batch({{"a", must("a").version}}, {}, {"a"}));
    CPPUNIT_ASSERT(!get("a"));
  }

  /// "Conflict when an `expect` does not hold, and then nothing changed."
  void expectationThatFailsIsConflictAndChangesNothing() {
    apply(batch({}, {{"a", "1"}, {"b", "2"}}));
    const std::uint64_t old = must("a").version;
    put("a", "1");
    const auto a = get("a");
    const auto b = get("b");
    LARDER_ASSERT_CODE(Conflict, tryApply(batch({{"b", b->version}, {"a", old}},
                                                {{"a", "9"}, {"c", "9"}}, {"b"})));
    CPPUNIT_ASSERT_EQUAL(a->version, must("a").version);
    CPPUNIT_ASSERT_EQUAL(std::string("1"), value("a"));
    CPPUNIT_ASSERT_EQUAL(b->version, must("b").version);
    CPPUNIT_ASSERT(!get("c"));
  }

  void expectingAbsenceOfAPresentKeyIsConflict() {
    put("a", "");
    LARDER_ASSERT_CODE(Conflict, tryApply(batch({{"a", 0}}, {{"a", "2"}})));
    CPPUNIT_ASSERT_EQUAL(std::string(), value("a"));
  }

  void expectingAVersionOfAnAbsentKeyIsConflict() {
    put("a", "1");
    const std::uint64_t version = must("a").version;
    erase("a");
    LARDER_ASSERT_CODE(Conflict, tryApply(batch({{"a", version}}, {{"a", "2"}})));
    LARDER_ASSERT_CODE(Conflict, tryApply(batch({{"never", 1}}, {{"a", "2"}})));
    CPPUNIT_ASSERT(!get("a"));
  }

  /// "Expecting a key that is not written is allowed."
  void expectingAKeyThatIsNotWrittenIsAllowed() {
    put("guard", "1");
    const std::uint64_t version = must("guard").version;
    apply(batch({{"guard", version}, {"absent", 0}}, {{"a", "1"}}));
    CPPUNIT_ASSERT_EQUAL(version, must("guard").version);
    put("guard", "2");
    LARDER_ASSERT_CODE(Conflict, tryApply(batch({{"guard", version}}, {{"a", "2"}})));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), value("a"));
  }

  /// "Checks every `expect`, then performs every `put` and `erase`."
  void expectationsAreCheckedBeforeAnythingIsWritten() {
    apply(batch({{"a", 0}, {"b", 0}}, {{"a", "1"}, {"b", "1"}}));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), value("a"));
  }

  void batchOfExpectationsOnlyChecksThem() {
    put("a", "1");
    apply(batch({{"a", must("a").version}}, {}));
    LARDER_ASSERT_CODE(Conflict, tryApply(batch({{"a", 0}}, {})));
  }

  /// "TooLarge when a limit above is passed."
  void limitsPassedAreTooLarge() {
    const std::string longKey(sdk::kMaxRecordKey + 1 - prefix().size(), 'k');
    LARDER_ASSERT_CODE(TooLarge, tryApply(batch({}, {{longKey, "x"}})));
    const std::string longValue(sdk::kMaxRecordValue + 1, 'v');
    LARDER_ASSERT_CODE(TooLarge, tryApply(batch({}, {{"a", longValue}})));
    Writes many;
    for (std::size_t i = 0; i <= sdk::kMaxBatchOps; ++i) many.push_back({std::to_string(i), ""});
    LARDER_ASSERT_CODE(TooLarge, tryApply(batch({}, many)));
    CPPUNIT_ASSERT(names("").empty());
  }

  /// "A random text made when the cache is created empty."
  void epochIsSaidAndStays() {
    const std::string epoch = getSet(cache(), {"a"}).epoch;
    CPPUNIT_ASSERT(!epoch.empty());
    put("a", "1");
    CPPUNIT_ASSERT_EQUAL(epoch, getSet(cache(), {"a"}).epoch);
  }
  void epochIsTheSameForAllInstances() {
    backend().needs("several_instances");
    const auto other = backend().cache();
    CPPUNIT_ASSERT_EQUAL(getSet(cache(), {"a"}).epoch, getSet(*other, {"a"}).epoch);
  }

  void otherInstancesSeeBatchesAtOnce() {
    backend().needs("several_instances");
    const auto other = backend().cache();
    for (int i = 0; i < 20; ++i) {
      put("a", std::to_string(i));
      const auto found = getSet(*other, {"a"}).records[0];
      CPPUNIT_ASSERT_EQUAL(std::to_string(i), found->value);
      CPPUNIT_ASSERT_EQUAL(must("a").version, found->version);
      LARDER_ASSERT_OK(tryApply(*other, batch({{"a", found->version}}, {}, {"a"})));
      CPPUNIT_ASSERT(!get("a"));
    }
  }

  /// "While it is unchanged, every batch that was acknowledged is there."
  void acknowledgedBatchesOutliveTheInstanceWhileTheEpochStays() {
    std::string epoch;
    {
      const auto first = backend().cache();
      LARDER_ASSERT_OK(tryApply(*first, batch({}, {{"a", "kept"}})));
      epoch = getSet(*first, {"a"}).epoch;
    }
    const auto second = backend().cache();
    const auto found = getSet(*second, {"a"});
    if (found.epoch != epoch) return;
    CPPUNIT_ASSERT_EQUAL(std::string("kept"), found.records[0]->value);
  }

  /// "Equal answers: no apply() was acknowledged, in any process, between the two."
  void changeCounterMovesWithEveryBatch() {
    auto& counter = changeCounter();
    for (int i = 0; i < 10; ++i) {
      const auto before = counter.changes();
      put("a", "same");
      CPPUNIT_ASSERT(!before || before != counter.changes());
    }
    const auto before = counter.changes();
    erase("a");
    CPPUNIT_ASSERT(!before || before != counter.changes());
  }

  void changeCounterSeesOtherInstances() {
    backend().needs("several_instances");
    auto& counter = changeCounter();
    const auto other = backend().cache();
    for (int i = 0; i < 10; ++i) {
      const auto before = counter.changes();
      LARDER_ASSERT_OK(tryApply(*other, batch({}, {{"a", "x"}})));
      CPPUNIT_ASSERT(!before || before != counter.changes());
    }
  }

  void changeCounterStandsWhileNothingChanges() {
    backend().needs("change_counter_embedded");
    auto& counter = changeCounter();
    put("a", "1");
    const auto before = counter.changes();
    CPPUNIT_ASSERT(before.has_value());
    CPPUNIT_ASSERT_EQUAL(std::string("1"), value("a"));
    scan("");
    CPPUNIT_ASSERT(before == counter.changes());
  }

 private:
  sdk::ChangeCounter& changeCounter() {
    backend().needs("change_counter");
    auto* found = sdk::facet<sdk::ChangeCounter>(cache());
    CPPUNIT_ASSERT_MESSAGE("not offered, and not listed under lacks", found != nullptr);
    return *found;
  }
};

CPPUNIT_TEST_SUITE_NAMED_REGISTRATION(CacheSuite, "cache");

}  // namespace
}  // namespace larder::conformance
