#pragma once

#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/base/call_context.h"
#include "core/content/digests.h"
#include "core/repo/repository.h"
#include "tests/fakes/bytes.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fake_jobs.h"
#include "tests/fakes/fake_logger.h"
#include "tests/fakes/fake_metrics.h"
#include "tests/fakes/memory_cache.h"
#include "tests/fakes/memory_storage.h"
#include "tests/support/test.h"

namespace larder::test {

/// A format whose records are lines: "entry KEY VALUE" and "blob KEY SHA256 SIZE LABEL"
/// add to the index, "refused" and "throws" do that; other lines mean nothing. Each
/// record also has the entry "of/<its key>" with its first line.
class LineFormat final : public sdk::Format {
 public:
  std::vector<sdk::Route> routes() override { return {}; }
  sdk::Result<std::string> normalize(std::string_view project) const override {
    return std::string(project);
  }
  sdk::Result<void> health(sdk::Context&) override { return {}; }
  sdk::Response render(const sdk::Request&, const sdk::Failure&) const override { return {}; }

  sdk::Result<sdk::Indexed> index(std::string_view, std::string_view key,
                                  std::string_view record) const override {
    sdk::Indexed indexed;
    std::istringstream lines{std::string(record)};
    std::string line;
    bool first = true;
    while (std::getline(lines, line)) {
      if (first) indexed.entries.push_back({"of/" + std::string(key), line});
      first = false;
      std::istringstream words(line);
      std::string what;
      words >> what;
      if (what == "refused") return sdk::Error(sdk::Errc::Corrupt, "a refused record");
      if (what == "throws") throw std::runtime_error("index() throws");
      if (what == "entry") {
        sdk::Batch::Write entry;
        words >> entry.key >> entry.value;
        indexed.entries.push_back(entry);
      }
      if (what == "blob") {
        sdk::BlobUse use;
        words >> use.key >> use.sha256 >> use.size >> use.label;
        indexed.blobs.push_back(use);
      }
    }
    return indexed;
  }
};

/// One larder process: a repository over a storage and a cache, which it may share.
struct RepoHost {
  RepoHost(sdk::Storage& storage, sdk::Cache& cache, FakeClock& fakeClock,
           std::string name = "pkgs", repo::Options options = {}, sdk::Jobs* jobs = nullptr)
      : repository({std::move(name), storage, cache, logger, metrics, fakeClock,
                    withoutPause(std::move(options)), jobs}) {
    repository.attach(format);
  }

  FakeLogger logger;
  FakeMetrics metrics;
  LineFormat format;
  repo::Repository repository;
  CallContext ctx{"test", std::chrono::minutes(5)};

  sdk::Journal& journal(const std::string& name = "main") { return repository.journal(name); }
  sdk::Result<void> open() { return repository.open(ctx); }

  sdk::Result<std::uint64_t> set(const std::string& key, std::optional<std::string> value,
                                 const std::string& name = "main") {
    return journal(name).commit(ctx, [=](sdk::Context&, sdk::RecordReader&) {
      return sdk::Result<std::vector<sdk::Change>>(std::vector<sdk::Change>{{key, value}});
    });
  }

  /// Appends to a record: what is lost shows.
  sdk::Result<std::uint64_t> append(const std::string& key, const std::string& text,
                                    const std::string& name = "main") {
    return journal(name).commit(
        ctx, [=](sdk::Context& c, sdk::RecordReader& now) -> sdk::Result<std::vector<sdk::Change>> {
          LARDER_TRY_ASSIGN(const auto record, now.get(c, key));
          return std::vector<sdk::Change>{{key, (record ? record->value : "") + text}};
        });
  }

  std::string value(const std::string& key, const std::string& name = "main") {
    auto found = journal(name).records().get(ctx, key);
    if (!found) throw std::runtime_error(found.error().message());
    return *found ? (*found)->value : "(none)";
  }
  std::string entry(const std::string& key, const std::string& name = "main") {
    auto found = journal(name).entries().get(ctx, key);
    if (!found) throw std::runtime_error(found.error().message());
    return *found ? (*found)->value : "(none)";
  }

  /// Everything readers can see, versions included: "r key@version=value" and "x …".
  std::string everything() {
    std::string all;
    auto names = repository.journals(ctx);
    if (!names) throw std::runtime_error(names.error().message());
    for (const std::string& name : *names) {
      all += name + "\n";
      all += listing("r ", journal(name).records());
      all += listing("x ", journal(name).entries());
    }
    return all;
  }

  sdk::BlobRef blob(const std::string& bytes) {
    StringContent content(bytes);
    auto stored = repository.blobs().put(
        ctx, content, content::digestOf(sdk::DigestAlgorithm::Sha256, bytes), "text/plain");
    if (!stored) throw std::runtime_error(stored.error().message());
    return *stored;
  }
  /// A record that needs a blob.
  static std::string needs(const sdk::BlobRef& blob, const std::string& label) {
    return "needs\nblob " + blob.key + " " + blob.sha256 + " " + std::to_string(blob.size) + " " +
           label + "\n";
  }

 private:
  static repo::Options withoutPause(repo::Options options) {
    options.claimPause = {};
    return options;
  }

  std::string listing(const std::string& mark, sdk::RecordReader& reader) {
    std::string lines;
    std::string after;
    do {
      auto page = reader.scan(ctx, "", after, 100);
      if (!page) throw std::runtime_error(page.error().message());
      for (const sdk::Record& record : page->records) {
        lines +=
            mark + record.key + "@" + std::to_string(record.version) + "=" + record.value + "\n";
      }
      after = page->next;
    } while (!after.empty());
    return lines;
  }
};

}  // namespace larder::test
