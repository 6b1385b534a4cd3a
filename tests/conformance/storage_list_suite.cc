// Sentences of larder/sdk/storage.h on listings.
#include <algorithm>

#include "tests/conformance/storage_fixture.h"

namespace larder::conformance {
namespace {

class StorageListSuite : public StorageFixture {
  CPPUNIT_TEST_SUITE(StorageListSuite);
  CPPUNIT_TEST(listIsInByteOrder);
  CPPUNIT_TEST(prefixIsTextNotADirectory);
  CPPUNIT_TEST(keyEqualToThePrefixIsListed);
  CPPUNIT_TEST(prefixOfNothingIsAnEmptyPage);
  CPPUNIT_TEST(afterIsExclusiveAndNeedNotExist);
  CPPUNIT_TEST(afterBeforeThePrefixStartsAtThePrefix);
  CPPUNIT_TEST(afterBeyondThePrefixIsAnEmptyPage);
  CPPUNIT_TEST(limitIsKeptAndNextContinues);
  CPPUNIT_TEST(everyLimitGivesTheSameKeys);
  CPPUNIT_TEST(moreThanAPageIsListedWhole);
  CPPUNIT_TEST(emptyPrefixListsEverything);
  CPPUNIT_TEST(keysThatStayAreListedWhileOthersComeAndGo);
  CPPUNIT_TEST_SUITE_END();

 public:
  /// "In byte order": '-', '.' and '+' sort before '/', letters after it.
  void listIsInByteOrder() {
    std::vector<std::string> all = {"a/b",   "a-b", "a.b",    "a+b", "a0",   "a=b",   "aA",
                                    "ab",    "a~b", "A/b",    "a!b", "a/b-", "a/c/d", "a/c-d",
                                    "a/c.d", "_",   "a/c=/x", "Z",   "z",    "a@"};
    for (const std::string& name : all) put(name, "x");
    std::sort(all.begin(), all.end());
    CPPUNIT_ASSERT_EQUAL(joined(all), joined(names("")));
    CPPUNIT_ASSERT_EQUAL(joined(all), joined(names("", 1)));
    CPPUNIT_ASSERT_EQUAL(joined(all), joined(names("", 7)));
  }

  /// "\"a/b\" matches \"a/bc\"."
  void prefixIsTextNotADirectory() {
    for (const char* name : {"a/b", "a/bc", "a/bcd/e", "a/c", "ab", "a-b/x"}) put(name, "x");
    CPPUNIT_ASSERT_EQUAL(std::string("a/b a/bc a/bcd/e"), joined(names("a/b")));
    CPPUNIT_ASSERT_EQUAL(std::string("a/bcd/e"), joined(names("a/bcd/")));
    CPPUNIT_ASSERT_EQUAL(std::string("a-b/x a/b a/bc a/bcd/e a/c ab"), joined(names("a")));
    CPPUNIT_ASSERT_EQUAL(std::string("a/b a/bc a/bcd/e a/c"), joined(names("a/")));
  }

  void keyEqualToThePrefixIsListed() {
    put("a/b", "x");
    CPPUNIT_ASSERT_EQUAL(std::string("a/b"), joined(names("a/b")));
  }

  void prefixOfNothingIsAnEmptyPage() {
    put("a/b", "x");
    for (const char* name : {"b", "a/b/", "a/b/c", "a/c", "absent/"}) {
      const auto page = list(name);
      CPPUNIT_ASSERT_MESSAGE(name, page.objects.empty() && page.next.empty());
    }
  }

  /// "And sort after `after`."
  void afterIsExclusiveAndNeedNotExist() {
    for (const char* name : {"a", "b/1", "b/2", "c"}) put(name, "x");
    CPPUNIT_ASSERT_EQUAL(std::string("b/2 c"), joined(list("", "b/1")));
    CPPUNIT_ASSERT_EQUAL(std::string("b/1 b/2 c"), joined(list("", "b")));
    CPPUNIT_ASSERT_EQUAL(std::string("b/2 c"), joined(list("", "b/15")));
    CPPUNIT_ASSERT_EQUAL(std::string("b/2"), joined(list("b/", "b/1")));
    CPPUNIT_ASSERT_EQUAL(std::string(), joined(list("", "c")));
  }

  void afterBeforeThePrefixStartsAtThePrefix() {
    for (const char* name : {"a", "b/1", "b/2"}) put(name, "x");
    CPPUNIT_ASSERT_EQUAL(std::string("b/1 b/2"), joined(list("b/", "a")));
  }

  void afterBeyondThePrefixIsAnEmptyPage() {
    for (const char* name : {"a/1", "b/1"}) put(name, "x");
    CPPUNIT_ASSERT_EQUAL(std::string(), joined(list("a/", "b")));
    CPPUNIT_ASSERT_EQUAL(std::string(), joined(list("a/", "z")));
  }

  /// "At most `limit` of them"; "next: empty: no more".
  void limitIsKeptAndNextContinues() {
    for (const char* name : {"1", "2", "3", "4", "5"}) put(name, "x");
    const auto first = list("", "", 2);
    CPPUNIT_ASSERT_EQUAL(std::string("1 2"), joined(first));
    CPPUNIT_ASSERT(!first.next.empty());
    CallContext ctx = makeContext();
    const auto second = storage().list(ctx, prefix(), first.next, 2);
    LARDER_ASSERT_OK(second);
    CPPUNIT_ASSERT_EQUAL(std::string("3 4"), joined(*second));
    const auto third = storage().list(ctx, prefix(), second->next, 2);
    LARDER_ASSERT_OK(third);
    CPPUNIT_ASSERT_EQUAL(std::string("5"), joined(*third));
    CPPUNIT_ASSERT(third->next.empty());
  }

  void everyLimitGivesTheSameKeys() {
    std::vector<std::string> all;
    for (int i = 0; i < 24; ++i) {
      all.push_back((i % 3 == 0 ? "d/" : i % 3 == 1 ? "d-" : "d.") + std::to_string(i));
      put(all.back(), "x");
    }
    std::sort(all.begin(), all.end());
    for (const std::size_t limit : {1, 2, 3, 5, 8, 23, 24, 25, 1000}) {
      CPPUNIT_ASSERT_EQUAL(joined(all), joined(names("", limit)));
      CPPUNIT_ASSERT_EQUAL(joined(all), joined(names("d", limit)));
    }
  }

  void moreThanAPageIsListedWhole() {
    std::vector<std::string> all;
    for (int i = 0; i < 1100; ++i) {
      all.push_back("n" + std::to_string(i % 7) + "/" + std::to_string(i));
    }
    together(8, [&](int thread) {
      for (std::size_t i = static_cast<std::size_t>(thread); i < all.size(); i += 8) {
        LARDER_ASSERT_OK(tryPut(all[i], "x", {.durability = sdk::Durability::Later}));
      }
    });
    std::sort(all.begin(), all.end());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1000}, list("").objects.size());
    CPPUNIT_ASSERT(all == names(""));
    CPPUNIT_ASSERT(all == names("", 333));
  }

  void emptyPrefixListsEverything() {
    put("a", "x");
    CallContext ctx = makeContext();
    const std::string before = prefix().substr(0, prefix().size() - 1);
    const auto page = storage().list(ctx, "", before, 1);
    LARDER_ASSERT_OK(page);
    CPPUNIT_ASSERT_EQUAL(key("a"), page->objects.at(0).key);
  }

  /// "Objects that come or go during a listing may be missed": no others.
  void keysThatStayAreListedWhileOthersComeAndGo() {
    for (int i = 0; i < 20; ++i) put("stay/" + std::to_string(i), "x");
    whileWriting(
        3, 20,
        [this](int n) {
          const std::string name = "stay/" + std::to_string(n % 20) + "x";
          LARDER_ASSERT_OK(tryPut(name, "x", {.durability = sdk::Durability::Later}));
          CallContext ctx = makeContext();
          LARDER_ASSERT_OK(storage().remove(ctx, key(name)));
        },
        [this] {
          auto seen = names("stay/", 6);
          CPPUNIT_ASSERT(std::is_sorted(seen.begin(), seen.end()));
          CPPUNIT_ASSERT(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
          std::erase_if(seen, [](const std::string& name) { return name.back() == 'x'; });
          CPPUNIT_ASSERT_EQUAL(std::size_t{20}, seen.size());
        });
  }

 private:
  static std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
    return text;
  }
  std::string joined(const sdk::ObjectPage& page) const {
    std::vector<std::string> all;
    for (const auto& object : page.objects) all.push_back(object.key.substr(prefix().size()));
    return joined(all);
  }
};

CPPUNIT_TEST_SUITE_NAMED_REGISTRATION(StorageListSuite, "storage");

}  // namespace
}  // namespace larder::conformance
