#include <sqlite3.h>

#include "fixture.h"

namespace larder::sqlite::test {
namespace {

using sdk::Errc;
namespace fs = std::filesystem;

class FilesTest : public CacheFixture {
  CPPUNIT_TEST_SUITE(FilesTest);
  CPPUNIT_TEST(recordsAndEpochOutliveTheInstance);
  CPPUNIT_TEST(anotherBootIsAnotherEpoch);
  CPPUNIT_TEST(aDeletedFileComesBackEmptyUnderAnotherEpoch);
  CPPUNIT_TEST(allProcessesNoticeADeletedFile);
  CPPUNIT_TEST(aDatabaseDeletedWithoutItsLogComesBackWhole);
  CPPUNIT_TEST(aDeletedChangeFileIsMadeAnew);
  CPPUNIT_TEST(aForeignChangeFileIsReplaced);
  CPPUNIT_TEST(anOlderCopyInPlaceIsAnotherEpoch);
  CPPUNIT_TEST(anOlderCopyBesideItIsAnotherEpoch);
  CPPUNIT_TEST(versionsGoOnAfterTheFileWasMadeAnew);
  CPPUNIT_TEST(otherVersionsAreMadeAnewAtTheStartOnly);
  CPPUNIT_TEST(foreignDatabasesAreRefusedAndLeftAlone);
  CPPUNIT_TEST(noDatabasesAreRefusedWithWhatToDo);
  CPPUNIT_TEST(damagedDatabasesSayWhatToDo);
  CPPUNIT_TEST(halfMadeDatabasesAreFinished);
  CPPUNIT_TEST_SUITE_END();

  void sql(const std::string& file, const char* statements) {
    sqlite3* handle = nullptr;
    CPPUNIT_ASSERT_EQUAL(SQLITE_OK, sqlite3_open(file.c_str(), &handle));
    CPPUNIT_ASSERT_EQUAL(SQLITE_OK, sqlite3_exec(handle, statements, nullptr, nullptr, nullptr));
    sqlite3_close(handle);
  }

  void removeAll() {
    for (const char* suffix : {"", "-wal", "-shm", "-changes"}) fs::remove(path() + suffix);
  }

  void expectWorking() {
    put("works", "yes");
    CPPUNIT_ASSERT_EQUAL(std::string("yes"), valueOf("works"));
    LARDER_ASSERT_OK(cache->health(ctx));
    CPPUNIT_ASSERT(cache->changes().has_value());
  }

 public:
  void recordsAndEpochOutliveTheInstance() {
    put("a", "1");
    const std::string before = epoch();
    CPPUNIT_ASSERT(!before.empty());
    cache.reset();
    cache = make();
    CPPUNIT_ASSERT_EQUAL(std::string("1"), valueOf("a"));
    CPPUNIT_ASSERT_EQUAL(before, epoch());
  }

  void anotherBootIsAnotherEpoch() {
    const std::string before = epoch();
    cache = make("boot-2");
    CPPUNIT_ASSERT(before != epoch());
    cache = make("boot-1");
    CPPUNIT_ASSERT_EQUAL(before, epoch());
  }

  void aDeletedFileComesBackEmptyUnderAnotherEpoch() {
    put("a", "1");
    const std::string before = epoch();
    const auto changes = cache->changes();
    removeAll();
    CPPUNIT_ASSERT(!cache->changes() || cache->changes() != changes);
    CPPUNIT_ASSERT_EQUAL(std::string("(absent)"), valueOf("a"));
    CPPUNIT_ASSERT(before != epoch());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host.logger().count("sqlite.cache.replaced"));
    expectWorking();
    removeAll();
    expectWorking();  // Noticed by a write, too.
    removeAll();
    CPPUNIT_ASSERT(keys().empty());
    removeAll();
    LARDER_ASSERT_OK(cache->health(ctx));
    expectWorking();
  }

  void allProcessesNoticeADeletedFile() {
    const auto second = make();
    put("a", "1");
    const auto before = second->changes();
    fs::remove(path());
    put("b", "2");  // This one makes it anew.
    CPPUNIT_ASSERT(second->changes() != before);
    const std::vector<std::string> asked{"a", "b"};
    const auto found = second->get(ctx, asked);
    LARDER_ASSERT_OK(found);
    CPPUNIT_ASSERT(!found->records[0] && found->records[1]);
    CPPUNIT_ASSERT_EQUAL(epoch(), found->epoch);
    CPPUNIT_ASSERT(cache->changes() == second->changes());
  }

  void aDatabaseDeletedWithoutItsLogComesBackWhole() {
    for (int i = 0; i < 50; ++i) put(std::to_string(i), std::string(5000, 'x'));
    CPPUNIT_ASSERT(fs::file_size(path() + "-wal") > 0);
    fs::copy(path() + "-wal", path() + "-kept");
    fs::remove(path());
    CPPUNIT_ASSERT(keys().empty());
    expectWorking();
    // The same while no server runs.
    cache.reset();
    fs::remove(path());
    fs::rename(path() + "-kept", path() + "-wal");
    cache = make();
    CPPUNIT_ASSERT(keys().empty());
    expectWorking();
  }

  void aDeletedChangeFileIsMadeAnew() {
    put("a", "1");
    const auto before = cache->changes();
    const std::string old = epoch();
    fs::remove(path() + "-changes");
    CPPUNIT_ASSERT(!cache->changes());
    CPPUNIT_ASSERT_EQUAL(std::string("1"), valueOf("a"));
    CPPUNIT_ASSERT_EQUAL(old, epoch());
    host.clock().advance(std::chrono::seconds(1));
    fs::remove(path() + "-changes");
    expectWorking();
    CPPUNIT_ASSERT(*cache->changes() > *before);
  }

  void aForeignChangeFileIsReplaced() {
    cache.reset();
    std::ofstream(path() + "-changes", std::ios::trunc) << "something else, and rather short";
    cache = make();
    expectWorking();
    cache.reset();
    std::ofstream(path() + "-changes", std::ios::trunc);
    cache = make();
    expectWorking();
  }

  void anOlderCopyInPlaceIsAnotherEpoch() {
    put("a", "old");
    const std::string before = epoch();
    cache.reset();  // Writes the log into the file.
    fs::copy(path(), path() + "-backup");
    cache = make();
    CPPUNIT_ASSERT_EQUAL(before, epoch());
    put("a", "new");
    const auto version = get("a")->version;
    cache.reset();
    std::ofstream(path(), std::ios::trunc) << std::ifstream(path() + "-backup").rdbuf();
    cache = make();
    CPPUNIT_ASSERT_EQUAL(std::string("old"), valueOf("a"));
    CPPUNIT_ASSERT(before != epoch());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host.logger().count("sqlite.cache.went_back"));
    put("a", "newer");
    CPPUNIT_ASSERT(get("a")->version > version);
  }

  void anOlderCopyBesideItIsAnotherEpoch() {
    const std::string before = epoch();
    cache.reset();
    fs::copy(path(), path() + "-backup");
    fs::rename(path() + "-backup", path());
    cache = make();
    CPPUNIT_ASSERT(before != epoch());
  }

  void versionsGoOnAfterTheFileWasMadeAnew() {
    put("a", "1");
    const auto version = get("a")->version;
    host.clock().advance(std::chrono::seconds(1));
    removeAll();
    put("a", "1");
    CPPUNIT_ASSERT(get("a")->version > version);
  }

  void otherVersionsAreMadeAnewAtTheStartOnly() {
    put("a", "1");
    const std::string before = epoch();
    cache.reset();
    sql(path(), "PRAGMA user_version = 99; ALTER TABLE records RENAME TO other");
    cache = make();
    CPPUNIT_ASSERT(keys().empty());
    CPPUNIT_ASSERT(before != epoch());
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, host.logger().count("sqlite.schema.other"));
    expectWorking();
    // Put there by another version while this one runs.
    cache.reset();  // Writes the log into the file.
    const std::string other = directory / "other.db";
    fs::copy(path(), other);
    sql(other, "PRAGMA user_version = 99");
    cache = make();
    fs::rename(other, path());
    const std::string key = "a";
    const auto found = cache->get(ctx, std::span(&key, 1));
    CPPUNIT_ASSERT(found.is(Errc::Unavailable));
    CPPUNIT_ASSERT(found.error().message().find("another version") != std::string::npos);
  }

  void foreignDatabasesAreRefusedAndLeftAlone() {
    const std::string other = directory / "other.db";
    sql(other, "CREATE TABLE precious (x); INSERT INTO precious VALUES (1)");
    const auto refused = SqliteCache::open(ctx, host, {other, "boot"});
    CPPUNIT_ASSERT(refused.is(Errc::Invalid));
    CPPUNIT_ASSERT(refused.error().message().find(other) != std::string::npos);
    sql(other, "UPDATE precious SET x = 2");
  }

  void noDatabasesAreRefusedWithWhatToDo() {
    const std::string other = directory / "notes.txt";
    std::ofstream(other) << std::string(5000, 'n');
    const auto refused = SqliteCache::open(ctx, host, {other, "boot"});
    CPPUNIT_ASSERT(refused.is(Errc::Corrupt));
    CPPUNIT_ASSERT(refused.error().message().find("delete it") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(std::uintmax_t{5000}, fs::file_size(other));
  }

  void damagedDatabasesSayWhatToDo() {
    for (int i = 0; i < 200; ++i) put(std::to_string(i), std::string(5000, 'x'));
    cache.reset();
    std::fstream file(path(), std::ios::in | std::ios::out | std::ios::binary);
    for (std::streamoff page = 1; page < 60; ++page) {
      file.seekp(page * 16384);
      file << std::string(64, '\x7f');
    }
    file.close();
    auto opened = SqliteCache::open(ctx, host, {path(), "boot-1"});
    std::string text;
    if (!opened) {
      text = opened.error().message();
    } else {
      const auto page = (*opened)->scan(ctx, "", "", 1000);
      CPPUNIT_ASSERT(page.is(Errc::Corrupt));
      text = page.error().message();
      // The advice works while the server runs.
      cache = std::move(*opened);
      removeAll();
      expectWorking();
    }
    CPPUNIT_ASSERT_MESSAGE(text, text.find("delete it") != std::string::npos);
  }

  void halfMadeDatabasesAreFinished() {
    const std::string other = directory / "half.db";
    sql(other, "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; VACUUM");
    CPPUNIT_ASSERT(fs::file_size(other) > 0);
    LARDER_ASSERT_OK(SqliteCache::open(ctx, host, {other, "boot"}));
    const std::string empty = directory / "empty.db";
    std::ofstream(empty).close();
    LARDER_ASSERT_OK(SqliteCache::open(ctx, host, {empty, "boot"}));
  }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FilesTest);

}  // namespace
}  // namespace larder::sqlite::test
