#include <random>
#include <set>

#include "fixture.h"
#include "syscalls.h"

namespace larder::filesystem::test {
namespace {

using Keys = std::vector<std::string>;

class ListingTest : public StorageFixture {
  CPPUNIT_TEST_SUITE(ListingTest);
  CPPUNIT_TEST(wholeKeysAreInByteOrder);
  CPPUNIT_TEST(prefixesAreTextNotDirectories);
  CPPUNIT_TEST(randomTreesListLikeASortedSet);
  CPPUNIT_TEST(aPageDoesNotReadTheWholeTree);
  CPPUNIT_TEST(foreignFilesAreIgnored);
  CPPUNIT_TEST(emptyDirectoriesDoNotHideWhatFollows);
  CPPUNIT_TEST(unreadableDirectoriesAreSaidNotSkipped);
  CPPUNIT_TEST_SUITE_END();

  std::mt19937 random{20260101};

  std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  }

  std::string someKey() {
    static constexpr std::string_view kBytes = "ab-.0+~=A_!@";
    std::string key;
    for (std::size_t depth = 0; depth <= below(4); ++depth) {
      if (!key.empty()) key.push_back('/');
      std::string segment;
      for (std::size_t i = 0; i <= below(3); ++i) segment.push_back(kBytes[below(kBytes.size())]);
      key += segment == "." || segment == ".." ? "a" : segment;
    }
    return key;
  }

  static bool fits(const std::set<std::string>& keys, const std::string& key) {
    for (std::size_t slash = key.find('/'); slash != std::string::npos;
         slash = key.find('/', slash + 1)) {
      if (keys.contains(key.substr(0, slash))) return false;
    }
    const auto below = keys.lower_bound(key + "/");
    return below == keys.end() || !below->starts_with(key + "/");
  }

  static Keys expected(const std::set<std::string>& keys, const std::string& prefix,
                       const std::string& after, std::size_t limit) {
    Keys page;
    for (const std::string& key : keys) {
      if (key.starts_with(prefix) && key > after && page.size() < limit) page.push_back(key);
    }
    return page;
  }

 public:
  void wholeKeysAreInByteOrder() {
    const Keys sorted{"a-b", "a/b", "a/b-c", "a0", "b.c", "b/c"};
    for (auto key = sorted.rbegin(); key != sorted.rend(); ++key) LARDER_ASSERT_OK(put(*key, ""));
    for (const std::size_t limit : {1U, 2U, 5U, 6U, 1000U})
      CPPUNIT_ASSERT(keys("", limit) == sorted);
  }

  void prefixesAreTextNotDirectories() {
    for (const char* key : {"a/b", "a/bc/d", "a/c", "ab", "b"}) LARDER_ASSERT_OK(put(key, ""));
    CPPUNIT_ASSERT((keys("a/b") == Keys{"a/b", "a/bc/d"}));
    CPPUNIT_ASSERT((keys("a/") == Keys{"a/b", "a/bc/d", "a/c"}));
    CPPUNIT_ASSERT((keys("a") == Keys{"a/b", "a/bc/d", "a/c", "ab"}));
    CPPUNIT_ASSERT(keys("x/y").empty());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, storage->list(ctx, "a/b", "", 1)->objects.size());
    CPPUNIT_ASSERT(storage->list(ctx, "a/b", "b", 10)->objects.empty());
  }

  void randomTreesListLikeASortedSet() {
    storage = make(false);
    std::set<std::string> all;
    for (int i = 0; i < 600; ++i) {
      const std::string key = someKey();
      if (!fits(all, key)) continue;
      LARDER_ASSERT_OK(put(key, ""));
      all.insert(key);
    }
    CPPUNIT_ASSERT(all.size() > 200);
    for (int i = 0; i < 600; ++i) {
      const std::string source = someKey();
      std::string prefix = source.substr(0, below(source.size() + 1));
      if (prefix.ends_with("/.")) prefix.pop_back();
      const std::string after = below(3) == 0 ? "" : someKey();
      const std::size_t limit = 1 + below(20);
      const auto page = storage->list(ctx, prefix, after, limit);
      LARDER_ASSERT_OK(page);
      Keys found;
      for (const auto& object : page->objects) found.push_back(object.key);
      const std::string about = "prefix '" + prefix + "' after '" + after + "'";
      CPPUNIT_ASSERT_MESSAGE(about, found == expected(all, prefix, after, limit));
      const bool more = expected(all, prefix, after, limit + 1).size() > limit;
      CPPUNIT_ASSERT_MESSAGE(about, page->next == (more ? found.back() : ""));
    }
  }

  void aPageDoesNotReadTheWholeTree() {
    storage = make(false);
    for (int i = 100; i < 300; ++i) {
      LARDER_ASSERT_OK(put("d" + std::to_string(i) + "/x", ""));
      LARDER_ASSERT_OK(put("d" + std::to_string(i) + "/y", ""));
    }
    clearTraps();
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, storage->list(ctx, "", "d200/x", 3)->objects.size());
    // The root and three directories, each opened and read.
    CPPUNIT_ASSERT(callsOf("openat") <= 8);
    clearTraps();
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, storage->list(ctx, "d150/", "", 1000)->objects.size());
    CPPUNIT_ASSERT(callsOf("openat") <= 4);
  }

  void foreignFilesAreIgnored() {
    LARDER_ASSERT_OK(put("a/b", "1"));
    for (const char* name : {"with blank", "ümlaut", "a/comma,name", ".larder,staging/x"}) {
      std::ofstream(pathOf(name)) << "foreign";
    }
    std::ofstream(pathOf(std::string(210, 'n'))) << "foreign";
    std::filesystem::create_directory(pathOf("bad name"));
    std::ofstream(pathOf("bad name/x")) << "foreign";
    std::filesystem::create_symlink("nowhere", pathOf("dangling"));
    std::filesystem::create_directory_symlink(".", pathOf("loop"));
    CPPUNIT_ASSERT(keys() == Keys{"a/b"});
  }

  void emptyDirectoriesDoNotHideWhatFollows() {
    LARDER_ASSERT_OK(put("z", ""));
    for (int i = 0; i < 20; ++i) std::filesystem::create_directory(pathOf("e" + std::to_string(i)));
    const auto page = storage->list(ctx, "", "", 1);
    CPPUNIT_ASSERT_EQUAL(std::string("z"), page->objects.at(0).key);
    CPPUNIT_ASSERT(page->next.empty());
  }

  void unreadableDirectoriesAreSaidNotSkipped() {
    LARDER_ASSERT_OK(put("a/b", ""));
    clearTraps();
    setTrap({.call = "openat", .nth = 2, .error = EACCES});
    const auto page = storage->list(ctx, "", "", 10);
    clearTraps();
    CPPUNIT_ASSERT(page.is(sdk::Errc::Unavailable));
    CPPUNIT_ASSERT(page.error().message().find(pathOf("a")) != std::string::npos);
    std::filesystem::create_directory(pathOf("lost+found"));
    std::ofstream(pathOf("lost+found/x")) << "x";
    CPPUNIT_ASSERT(keys() == Keys{"a/b"});
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ListingTest);

}  // namespace
}  // namespace larder::filesystem::test
