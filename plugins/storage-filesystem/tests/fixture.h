#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/call_context.h"
#include "filesystem_storage.h"
#include "tests/fakes/bytes.h"
#include "tests/fakes/fake_host.h"
#include "tests/fakes/fake_settings.h"
#include "tests/support/test.h"

namespace larder::filesystem::test {

using larder::test::readAll;
using larder::test::StringContent;

/// A storage in a directory of its own.
class StorageFixture : public CppUnit::TestFixture {
 public:
  void setUp() override { storage = make(); }

 protected:
  std::unique_ptr<FilesystemStorage> make(bool sync = true) {
    auto opened = FilesystemStorage::open(host, {root(), sync});
    LARDER_ASSERT_OK(opened);
    return std::move(*opened);
  }

  std::string root() const { return directory / "storage"; }
  std::string pathOf(const std::string& key) const { return root() + "/" + key; }

  sdk::Result<sdk::ObjectInfo> put(const std::string& key, std::string_view bytes,
                                   sdk::PutOptions options = {}) {
    StringContent content(bytes);
    return storage->put(ctx, key, content, options);
  }

  sdk::Result<std::string> get(const std::string& key, sdk::ByteRange range = {}) {
    LARDER_TRY_ASSIGN(sdk::OpenObject object, storage->open(ctx, key, range));
    return readAll(*object.body);
  }

  /// Every key, page by page.
  std::vector<std::string> keys(const std::string& prefix = "", std::size_t limit = 1000) {
    std::vector<std::string> found;
    std::string after;
    do {
      auto page = storage->list(ctx, prefix, after, limit);
      LARDER_ASSERT_OK(page);
      CPPUNIT_ASSERT(page->objects.size() <= limit);
      CPPUNIT_ASSERT(page->next.empty() || page->next == page->objects.back().key);
      for (const auto& object : page->objects) found.push_back(object.key);
      after = page->next;
    } while (!after.empty());
    return found;
  }

  std::vector<std::string> staged() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(root() + "/" + kStagingName)) {
      names.push_back(entry.path().filename());
    }
    return names;
  }

  /// Runs `work` in a process of its own; answers its wait status.
  static int inChild(const std::function<void()>& work) {
    const pid_t pid = ::fork();
    CPPUNIT_ASSERT(pid >= 0);
    if (pid == 0) {
      work();
      ::_exit(0);
    }
    int status = 0;
    CPPUNIT_ASSERT_EQUAL(pid, ::waitpid(pid, &status, 0));
    return status;
  }

  larder::test::TemporaryDirectory directory;
  larder::test::FakeHost host;
  CallContext ctx{"test", std::chrono::seconds(120)};
  std::unique_ptr<FilesystemStorage> storage;
};

}  // namespace larder::filesystem::test
