// Sentences of larder/sdk/storage.h on one object.
#include "tests/conformance/storage_fixture.h"

namespace larder::conformance {
namespace {

class StorageSuite : public StorageFixture {
  CPPUNIT_TEST_SUITE(StorageSuite);
  CPPUNIT_TEST(healthSaysItCanServe);
  CPPUNIT_TEST(facetOfItsKindIsTheStorage);
  CPPUNIT_TEST(statOfAbsentKeyIsNotFound);
  CPPUNIT_TEST(openOfAbsentKeyIsNotFound);
  CPPUNIT_TEST(putStoresExactlyTheContent);
  CPPUNIT_TEST(putOfNothingStoresAnEmptyObject);
  CPPUNIT_TEST(putOfSeveralMegabytesStoresThemAll);
  CPPUNIT_TEST(putStatOpenAndListAgree);
  CPPUNIT_TEST(etagChangesWheneverTheBytesDo);
  CPPUNIT_TEST(openGivesOnlyTheBytesOfTheRange);
  CPPUNIT_TEST(openInfoIsOfTheWholeObjectWhateverTheRange);
  CPPUNIT_TEST(openBeyondTheEndIsInvalid);
  CPPUNIT_TEST(sourceGivesZeroAtTheEndEveryTime);
  CPPUNIT_TEST(sourceMayBeDestroyedBeforeItsEnd);
  CPPUNIT_TEST(readerKeepsItsBytesWhenTheObjectIsReplaced);
  CPPUNIT_TEST(readerKeepsItsBytesWhenTheObjectIsRemoved);
  CPPUNIT_TEST(putReplacesTheOldObject);
  CPPUNIT_TEST(putIfAbsentStoresWhereNothingIs);
  CPPUNIT_TEST(putIfAbsentOnAnExistingKeyIsConflictAndChangesNothing);
  CPPUNIT_TEST(putIfAbsentSucceedsAgainAfterRemove);
  CPPUNIT_TEST(putWithFailingContentStoresNothingAndReturnsItsError);
  CPPUNIT_TEST(putWithFailingContentKeepsTheOldObject);
  CPPUNIT_TEST(putWithShortContentIsCorruptAndStoresNothing);
  CPPUNIT_TEST(putWithContentThatFailsOnceStoresAllOrNothing);
  CPPUNIT_TEST(putKeptForLaterIsVisibleAtOnce);
  CPPUNIT_TEST(putAcceptsAnyContentType);
  CPPUNIT_TEST(removeMakesTheKeyAbsent);
  CPPUNIT_TEST(removeOfAbsentKeyIsSuccess);
  CPPUNIT_TEST(everyKeyOfTheGrammarWorks);
  CPPUNIT_TEST(longestKeysWork);
  CPPUNIT_TEST(keysThatDifferInCaseAreDifferent);
  CPPUNIT_TEST(otherInstancesSeePutsAndRemovesAtOnce);
  CPPUNIT_TEST(objectsOutliveTheInstance);
  CPPUNIT_TEST(putGivesUpWhenCancelled);
  CPPUNIT_TEST(putGivesUpAtTheDeadline);
  CPPUNIT_TEST_SUITE_END();

 public:
  void healthSaysItCanServe() {
    CallContext ctx = makeContext();
    LARDER_ASSERT_OK(storage().health(ctx));
  }

  /// "The answer never changes during the object's life."
  void facetOfItsKindIsTheStorage() {
    CPPUNIT_ASSERT(sdk::facet<sdk::Storage>(storage()) == &storage());
    CPPUNIT_ASSERT(storage().facet({"larder.no.such.facet/1"}) == nullptr);
  }

  void statOfAbsentKeyIsNotFound() { LARDER_ASSERT_CODE(NotFound, stat("absent")); }
  void openOfAbsentKeyIsNotFound() {
    LARDER_ASSERT_CODE(NotFound, tryRead(storage(), "absent"));
    put("there/a", "x");
    LARDER_ASSERT_CODE(NotFound, tryRead(storage(), "there"));
    LARDER_ASSERT_CODE(NotFound, stat("there"));
  }

  /// "Stores exactly `content` under `key`."
  void putStoresExactlyTheContent() {
    const std::string bytes("\0\r\n\xff\x1a text \0", 12);
    put("a", bytes);
    CPPUNIT_ASSERT(bytes == read("a"));
  }

  void putOfNothingStoresAnEmptyObject() {
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, put("a", "").size);
    CPPUNIT_ASSERT_EQUAL(std::string(), read("a"));
  }

  void putOfSeveralMegabytesStoresThemAll() {
    const std::string bytes = pattern(5 * 1024 * 1024 + 17, 1);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{bytes.size()}, put("a", bytes).size);
    CPPUNIT_ASSERT(bytes == read("a"));
  }

  void putStatOpenAndListAgree() {
    const auto info = put("a/b", "bytes");
    CPPUNIT_ASSERT_EQUAL(key("a/b"), info.key);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{5}, info.size);
    CPPUNIT_ASSERT(!info.etag.empty());
    CPPUNIT_ASSERT(info.modified.time_since_epoch() > std::chrono::years(30));
    const auto found = stat("a/b");
    LARDER_ASSERT_OK(found);
    assertSame(info, *found);
    CallContext ctx = makeContext();
    const auto opened = storage().open(ctx, key("a/b"), {});
    LARDER_ASSERT_OK(opened);
    assertSame(info, opened->info);
    const auto page = list("a/");
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, page.objects.size());
    assertSame(info, page.objects[0]);
  }

  /// "etag: changes whenever the bytes do" — also at once, and at equal length.
  void etagChangesWheneverTheBytesDo() {
    std::string before = put("a", "bytes 0").etag;
    for (int i = 1; i < 10; ++i) {
      const std::string now = put("a", "bytes " + std::to_string(i)).etag;
      CPPUNIT_ASSERT(before != now);
      CPPUNIT_ASSERT_EQUAL(now, stat("a")->etag);
      before = now;
    }
  }

  /// "body: only the bytes of the range"; "may reach past the end".
  void openGivesOnlyTheBytesOfTheRange() {
    put("a", "0123456789");
    CPPUNIT_ASSERT_EQUAL(std::string("0123456789"), read("a", {0, {}}));
    CPPUNIT_ASSERT_EQUAL(std::string("0"), read("a", {0, 1}));
    CPPUNIT_ASSERT_EQUAL(std::string("345"), read("a", {3, 3}));
    CPPUNIT_ASSERT_EQUAL(std::string("789"), read("a", {7, {}}));
    CPPUNIT_ASSERT_EQUAL(std::string("89"), read("a", {8, 100}));
    CPPUNIT_ASSERT_EQUAL(std::string("9"), read("a", {9, UINT64_MAX}));
    CPPUNIT_ASSERT_EQUAL(std::string(), read("a", {10, {}}));
    CPPUNIT_ASSERT_EQUAL(std::string(), read("a", {10, 5}));
    CPPUNIT_ASSERT_EQUAL(std::string(), read("a", {4, 0}));
    put("empty", "");
    CPPUNIT_ASSERT_EQUAL(std::string(), read("empty", {0, 5}));
  }

  void openInfoIsOfTheWholeObjectWhateverTheRange() {
    const auto info = put("a", "0123456789");
    CallContext ctx = makeContext();
    const auto part = storage().open(ctx, key("a"), {4, 2});
    LARDER_ASSERT_OK(part);
    assertSame(info, part->info);
  }

  /// "Errors: Invalid when range.offset > size."
  void openBeyondTheEndIsInvalid() {
    put("a", "0123456789");
    LARDER_ASSERT_CODE(Invalid, tryRead(storage(), "a", {11, {}}));
    LARDER_ASSERT_CODE(Invalid, tryRead(storage(), "a", {UINT64_MAX, 1}));
    LARDER_ASSERT_CODE(NotFound, tryRead(storage(), "absent", {11, {}}));
  }

  /// "Returns 0 only at the end, and then every time."
  void sourceGivesZeroAtTheEndEveryTime() {
    put("a", "abc");
    CallContext ctx = makeContext();
    auto object = storage().open(ctx, key("a"), {});
    LARDER_ASSERT_OK(object);
    LARDER_ASSERT_OK(test::readAll(*object->body));
    for (int i = 0; i < 3; ++i) {
      std::byte more[8];
      const auto got = object->body->read(more);
      LARDER_ASSERT_OK(got);
      CPPUNIT_ASSERT_EQUAL(std::size_t{0}, *got);
    }
  }

  void sourceMayBeDestroyedBeforeItsEnd() {
    put("a", pattern(1024 * 1024, 2));
    for (int i = 0; i < 50; ++i) {
      CallContext ctx = makeContext();
      auto object = storage().open(ctx, key("a"), {});
      LARDER_ASSERT_OK(object);
      std::byte some[16];
      LARDER_ASSERT_OK(object->body->read(some));
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t{1024 * 1024}, read("a").size());
  }

  /// "A reader that has been returned keeps reading the bytes it was opened on, or
  /// fails; it never sees a mixture."
  void readerKeepsItsBytesWhenTheObjectIsReplaced() {
    readWhile([this] { put("a", pattern(300'000, 8)); });
  }
  void readerKeepsItsBytesWhenTheObjectIsRemoved() {
    readWhile([this] { remove("a"); });
  }

  void putReplacesTheOldObject() {
    put("a", "a longer one");
    put("a", "new");
    CPPUNIT_ASSERT_EQUAL(std::string("new"), read("a"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, names("").size());
  }

  void putIfAbsentStoresWhereNothingIs() {
    backend().needs("conditional_put");
    put("a", "first", {.ifAbsent = true});
    CPPUNIT_ASSERT_EQUAL(std::string("first"), read("a"));
  }

  /// "ifAbsent: Errc::Conflict when the key already exists."
  void putIfAbsentOnAnExistingKeyIsConflictAndChangesNothing() {
    backend().needs("conditional_put");
    const auto info = put("a", "first");
    LARDER_ASSERT_CODE(Conflict, tryPut("a", "second", {.ifAbsent = true}));
    LARDER_ASSERT_CODE(Conflict, tryPut("a", "first", {.ifAbsent = true}));
    CPPUNIT_ASSERT_EQUAL(std::string("first"), read("a"));
    assertSame(info, *stat("a"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, names("").size());
  }

  void putIfAbsentSucceedsAgainAfterRemove() {
    backend().needs("conditional_put");
    put("a", "first", {.ifAbsent = true});
    remove("a");
    put("a", "second", {.ifAbsent = true});
    CPPUNIT_ASSERT_EQUAL(std::string("second"), read("a"));
  }

  /// "When `content` fails, nothing is stored and its Error is returned": also when
  /// it fails "instead of the final 0", which is how a wrong digest shows.
  void putWithFailingContentStoresNothingAndReturnsItsError() {
    for (const std::size_t failAt : {0, 1, 70'000, 99'999, 100'000}) {
      CallContext ctx = makeContext();
      test::StringContent content(pattern(100'000, 3),
                                  {.failAt = failAt, .code = sdk::Errc::TooLarge});
      const auto answer = storage().put(ctx, key("a"), content, {});
      LARDER_ASSERT_CODE(TooLarge, answer);
      LARDER_ASSERT_CODE(NotFound, stat("a"));
      CPPUNIT_ASSERT(names("").empty());
    }
  }

  void putWithFailingContentKeepsTheOldObject() {
    const auto info = put("a", "old");
    CallContext ctx = makeContext();
    test::StringContent content(pattern(100'000, 3), {.failAt = 50'000});
    LARDER_ASSERT_CODE(Corrupt, storage().put(ctx, key("a"), content, {}));
    CPPUNIT_ASSERT_EQUAL(std::string("old"), read("a"));
    assertSame(info, *stat("a"));
  }

  /// "Content shorter than its size() is Corrupt."
  void putWithShortContentIsCorruptAndStoresNothing() {
    for (const std::size_t size : {0, 5, 100'000}) {
      CallContext ctx = makeContext();
      test::StringContent content(pattern(size, 4), {.statedSize = size + 1});
      LARDER_ASSERT_CODE(Corrupt, storage().put(ctx, key("a"), content, {}));
      LARDER_ASSERT_CODE(NotFound, stat("a"));
    }
  }

  /// "May rewind() and retry within the deadline."
  void putWithContentThatFailsOnceStoresAllOrNothing() {
    const std::string bytes = pattern(100'000, 5);
    CallContext ctx = makeContext();
    test::StringContent content(bytes,
                                {.failAt = 60'000, .code = sdk::Errc::Unavailable, .failures = 1});
    const auto answer = storage().put(ctx, key("a"), content, {});
    if (answer) {
      CPPUNIT_ASSERT(bytes == read("a"));
    } else {
      LARDER_ASSERT_CODE(Unavailable, answer);
      LARDER_ASSERT_CODE(NotFound, stat("a"));
    }
  }

  /// "A backend without that facet treats it as Now."
  void putKeptForLaterIsVisibleAtOnce() {
    put("a", "later", {.durability = sdk::Durability::Later});
    CPPUNIT_ASSERT_EQUAL(std::string("later"), read("a"));
    put("a", "again", {.durability = sdk::Durability::Later});
    CPPUNIT_ASSERT_EQUAL(std::string("again"), read("a"));
  }

  void putAcceptsAnyContentType() {
    put("a", "x", {.contentType = "text/html; charset=utf-8", .cacheControl = "max-age=60"});
    CPPUNIT_ASSERT_EQUAL(std::string("x"), read("a"));
  }

  void removeMakesTheKeyAbsent() {
    put("a/b", "x");
    put("a/c", "x");
    remove("a/b");
    LARDER_ASSERT_CODE(NotFound, stat("a/b"));
    LARDER_ASSERT_CODE(NotFound, tryRead(storage(), "a/b"));
    CPPUNIT_ASSERT(names("") == std::vector<std::string>{"a/c"});
  }

  /// "Makes the key absent. Success when it already was."
  void removeOfAbsentKeyIsSuccess() {
    remove("absent");
    remove("absent/below/nothing");
    put("there/a", "x");
    remove("there");  // never an object
    CPPUNIT_ASSERT_EQUAL(std::string("x"), read("there/a"));
  }

  /// "Segments of 1..200 bytes of [A-Za-z0-9._+~!@=-] joined by single '/'."
  void everyKeyOfTheGrammarWorks() {
    const std::vector<std::string> odd = {
        "...",  "..a",      "a..", ".hidden", "-rf",        "~",    "~user",      "=",
        "@",    "!",        "a+b", "a=b",     "CON",        "tmp",  "lost+found", ".tmp-1",
        "x/.y", "x/-y/..z", "0",   "a.tmp",   "index.html", "+1~!", "_",          "x.lock"};
    for (const std::string& name : odd) put(name, "of " + name);
    for (const std::string& name : odd) CPPUNIT_ASSERT_EQUAL("of " + name, read(name));
    CPPUNIT_ASSERT_EQUAL(odd.size(), names("").size());
    std::string all;
    for (int c = 33; c < 127; ++c) {
      if (std::isalnum(c) != 0 ||
          std::string_view("._+~!@=-").find(static_cast<char>(c)) != std::string_view::npos) {
        all.push_back(static_cast<char>(c));
      }
    }
    put(all, "all");
    CPPUNIT_ASSERT_EQUAL(std::string("all"), read(all));
  }

  void longestKeysWork() {
    put(std::string(200, 's'), "segment");
    CPPUNIT_ASSERT_EQUAL(std::string("segment"), read(std::string(200, 's')));
    std::string name = "l";
    while (key(name).size() < 512) name += key(name).size() % 150 == 0 ? "/" : "k";
    if (name.back() == '/') name.back() = 'k';
    put(name, "longest");
    CPPUNIT_ASSERT_EQUAL(std::string("longest"), read(name));
    CPPUNIT_ASSERT(names("l") == std::vector<std::string>{name});
    remove(name);
    CPPUNIT_ASSERT(names("l").empty());
  }

  void keysThatDifferInCaseAreDifferent() {
    put("Case", "upper");
    put("case", "lower");
    CPPUNIT_ASSERT_EQUAL(std::string("upper"), read("Case"));
    CPPUNIT_ASSERT_EQUAL(std::string("lower"), read("case"));
  }

  /// "Once put() or remove() has returned success, every later stat(), open() and
  /// list() on the same key shows it, from any process."
  void otherInstancesSeePutsAndRemovesAtOnce() {
    backend().needs("several_instances");
    const auto other = backend().storage();
    for (int i = 0; i < 20; ++i) {
      const std::string bytes = "turn " + std::to_string(i);
      const auto info = put("a", bytes);
      CallContext ctx = makeContext();
      const auto found = other->stat(ctx, info.key);
      LARDER_ASSERT_OK(found);
      assertSame(info, *found);
      CPPUNIT_ASSERT_EQUAL(bytes, tryRead(*other, "a").value());
      CPPUNIT_ASSERT_EQUAL(std::size_t{1}, other->list(ctx, prefix(), "", 10)->objects.size());
      remove("a");
      LARDER_ASSERT_CODE(NotFound, other->stat(ctx, info.key));
      LARDER_ASSERT_CODE(NotFound, tryRead(*other, "a"));
      CPPUNIT_ASSERT(other->list(ctx, prefix(), "", 10)->objects.empty());
    }
  }

  void objectsOutliveTheInstance() {
    backend().needs("persistence");
    {
      const auto first = backend().storage();
      LARDER_ASSERT_OK(tryPut(*first, "a", "kept"));
    }
    const auto second = backend().storage();
    CPPUNIT_ASSERT_EQUAL(std::string("kept"), tryRead(*second, "a").value());
  }

  /// "A long operation polls this at least once a second and returns Cancelled."
  void putGivesUpWhenCancelled() {
    backend().needs("cancellation");
    CallContext ctx = makeContext();
    SlowContent content([&] { ctx.cancel(); });
    LARDER_ASSERT_CODE(Cancelled, storage().put(ctx, key("a"), content, {}));
  }

  void putGivesUpAtTheDeadline() {
    backend().needs("cancellation");
    CallContext ctx = makeContext(std::chrono::milliseconds(200));
    SlowContent content([] {});
    LARDER_ASSERT_CODE(Timeout, storage().put(ctx, key("a"), content, {}));
    CPPUNIT_ASSERT_EQUAL(0.0, backend().host().violations("deadline"));
  }

 private:
  /// Content that would take minutes: a client on a slow line.
  class SlowContent final : public sdk::Content {
   public:
    explicit SlowContent(std::function<void()> begun) : begun_(std::move(begun)) {}
    std::uint64_t size() const noexcept override { return 1 << 30; }
    sdk::Result<void> rewind() override { return {}; }
    sdk::Result<std::size_t> read(std::span<std::byte> buffer) override {
      begun_();
      if (++reads_ > 500) return sdk::Error(sdk::Errc::Unavailable, "nobody gave up");
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      std::fill_n(buffer.begin(), std::min<std::size_t>(buffer.size(), 512), std::byte{0});
      return std::min<std::size_t>(buffer.size(), 512);
    }

   private:
    std::function<void()> begun_;
    int reads_ = 0;
  };

  void readWhile(const std::function<void()>& change) {
    const std::string old = pattern(2'000'000, 7);
    put("a", old);
    CallContext ctx = makeContext();
    auto object = storage().open(ctx, key("a"), {});
    LARDER_ASSERT_OK(object);
    std::byte first[1000];
    const auto got = object->body->read(first);
    LARDER_ASSERT_OK(got);
    change();
    std::string seen(reinterpret_cast<const char*>(first), *got);
    const auto rest = test::readAll(*object->body);
    if (rest) CPPUNIT_ASSERT_MESSAGE("a mixture was read", seen + *rest == old);
  }
};

CPPUNIT_TEST_SUITE_NAMED_REGISTRATION(StorageSuite, "storage");

}  // namespace
}  // namespace larder::conformance
