#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/call_context.h"
#include "sqlite_cache.h"
#include "tests/fakes/fake_host.h"
#include "tests/fakes/fake_settings.h"
#include "tests/support/test.h"

namespace larder::sqlite::test {

/// A cache in a directory of its own.
class CacheFixture : public CppUnit::TestFixture {
 public:
  void setUp() override { cache = make(); }

 protected:
  std::unique_ptr<SqliteCache> make(std::string bootId = "boot-1") {
    auto opened = SqliteCache::open(ctx, host, {path(), std::move(bootId)});
    LARDER_ASSERT_OK(opened);
    return std::move(*opened);
  }

  std::string path() const { return directory / "var/cache.db"; }

  void put(const std::string& key, const std::string& value) {
    LARDER_ASSERT_OK(cache->apply(ctx, {.put = {{key, value}}}));
  }

  std::optional<sdk::Record> get(const std::string& key) {
    auto found = cache->get(ctx, std::span(&key, 1));
    LARDER_ASSERT_OK(found);
    return found->records.at(0);
  }

  std::string valueOf(const std::string& key) {
    const auto record = get(key);
    return record ? record->value : "(absent)";
  }

  std::string epoch() {
    const std::string key = "x";
    auto found = cache->get(ctx, std::span(&key, 1));
    LARDER_ASSERT_OK(found);
    return found->epoch;
  }

  std::vector<std::string> keys(const std::string& prefix = {}, std::size_t limit = 1000) {
    std::vector<std::string> found;
    std::string after;
    do {
      auto page = cache->scan(ctx, prefix, after, limit);
      LARDER_ASSERT_OK(page);
      CPPUNIT_ASSERT(page->records.size() <= limit);
      for (const auto& record : page->records) found.push_back(record.key);
      after = page->next;
    } while (!after.empty());
    return found;
  }

  /// Runs `work` in a process of its own, which must open its own cache.
  static pid_t start(const std::function<void()>& work) {
    const pid_t pid = ::fork();
    CPPUNIT_ASSERT(pid >= 0);
    if (pid != 0) return pid;
    try {
      work();
    } catch (...) {
      ::_exit(1);
    }
    ::_exit(0);
  }

  static int finish(pid_t pid) {
    int status = 0;
    CPPUNIT_ASSERT_EQUAL(pid, ::waitpid(pid, &status, 0));
    return status;
  }

  larder::test::TemporaryDirectory directory;
  larder::test::FakeHost host;
  CallContext ctx{"test", std::chrono::seconds(120)};
  std::unique_ptr<SqliteCache> cache;
};

}  // namespace larder::sqlite::test
