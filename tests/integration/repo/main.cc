// One larder process without its HTTP side, for tests that kill it.
//
//   repo_process write STORAGE CACHE ID FIRST   commits for ever, from number FIRST on
//   repo_process check STORAGE CACHE            verifies, rebuilds and prints what is there
//
// The writer says "<number>" once a commit is acknowledged. The checker prints one line per
// record and ends with 1 when anything is wrong.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "core/base/call_context.h"
#include "core/observe/clock.h"
#include "core/repo/collector.h"
#include "filesystem_storage.h"
#include "sqlite_cache.h"
#include "tests/fakes/fake_host.h"
#include "tests/unit/repo/host.h"

namespace {

using larder::CallContext;
using larder::sdk::Change;
using larder::sdk::Context;
using larder::sdk::RecordReader;
using larder::sdk::Result;
using larder::test::RepoHost;

constexpr std::chrono::minutes kBudget{2};
constexpr int kPerRecord = 500;

[[noreturn]] void fail(const std::string& what) {
  std::cerr << what << std::endl;
  std::exit(1);
}

template <class T>
T need(Result<T> result, const char* doing) {
  if (!result) fail(std::string(doing) + ": " + result.error().message());
  return std::move(result).value();
}
void need(Result<void> result, const char* doing) {
  if (!result) fail(std::string(doing) + ": " + result.error().message());
}

struct Process {
  Process(const std::string& storagePath, const std::string& cachePath)
      : ctx("process", kBudget),
        storage(need(larder::filesystem::FilesystemStorage::open(host, {.path = storagePath}),
                     "opening the storage")),
        cache(need(
            larder::sqlite::SqliteCache::open(ctx, host, {.path = cachePath, .bootId = "test"}),
            "opening the cache")),
        repository({"pkgs", *storage, *cache, host.logger(), host.metrics(),
                    larder::observe::systemClock(), options()}) {
    repository.attach(format);
    need(repository.open(ctx), "opening the repository");
  }

  static larder::repo::Options options() {
    return {.host = "process", .leaseTime = std::chrono::seconds(1), .checkpointEntries = 50};
  }

  CallContext ctx;
  larder::test::FakeHost host;
  std::unique_ptr<larder::filesystem::FilesystemStorage> storage;
  std::unique_ptr<larder::sqlite::SqliteCache> cache;
  larder::test::LineFormat format;
  larder::repo::Repository repository;
};

/// One upload: a blob, a record of its own, and a word in a record that all share.
void commit(Process& process, const std::string& id, int number) {
  CallContext ctx("commit", kBudget);
  const std::string word = id + "." + std::to_string(number);
  const std::string bytes = "content of " + word;
  const std::string digest = larder::content::digestOf(larder::sdk::DigestAlgorithm::Sha256, bytes);
  larder::test::StringContent content(bytes);
  const auto blob =
      need(process.repository.blobs().put(ctx, content, digest, "text/plain"), "putting a blob");
  const std::string shared = "shared/" + std::to_string(number / kPerRecord);
  need(process.repository.journal("main").commit(
           ctx,
           [&](Context& c, RecordReader& now) -> Result<std::vector<Change>> {
             LARDER_TRY_ASSIGN(const auto record, now.get(c, shared));
             return std::vector<Change>{
                 {"own/" + word, RepoHost::needs(blob, word)},
                 {shared, (record ? record->value : std::string()) + word + " "}};
           }),
       "committing");
  if (number % 25 == 0) need(process.repository.maintain(ctx), "maintaining");
}

int write(const std::string& storage, const std::string& cache, const std::string& id, int first) {
  Process process(storage, cache);
  for (int number = first;; ++number) {
    commit(process, id, number);
    std::printf("%d\n", number);
    std::fflush(stdout);
  }
}

std::string contents(Process& process) {
  std::string all;
  auto& journal = process.repository.journal("main");
  for (auto* reader : {&journal.records(), &journal.entries()}) {
    std::string after;
    do {
      const auto page = need(reader->scan(process.ctx, "", after, 500), "scanning");
      for (const auto& record : page.records) {
        std::string value = record.value;
        for (char& c : value) c = c == '\n' ? '|' : c;
        all += record.key + "@" + std::to_string(record.version) + " " + value + "\n";
      }
      after = page.next;
    } while (!after.empty());
  }
  return all;
}

int check(const std::string& storage, const std::string& cache) {
  Process process(storage, cache);
  const auto report = need(process.repository.verify(process.ctx), "verifying");
  for (const auto& damage : report.found) {
    if (damage.kind == larder::repo::Damage::Kind::Orphan) continue;
    std::cerr << larder::repo::kindName(damage.kind) << " " << damage.key << " " << damage.label
              << ": " << damage.text << "\n";
  }
  if (!report.clean()) return 1;
  const std::string before = contents(process);
  need(process.repository.rebuild(process.ctx), "rebuilding");
  if (contents(process) != before) fail("a rebuild shows something else");
  std::cout << before << std::flush;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "write" && argc == 6) return write(argv[2], argv[3], argv[4], std::atoi(argv[5]));
  if (what == "check" && argc == 4) return check(argv[2], argv[3]);
  std::cerr << "usage: repo_process write STORAGE CACHE ID FIRST | check STORAGE CACHE\n";
  return 2;
}
