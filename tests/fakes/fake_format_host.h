#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "larder/sdk/format.h"
#include "tests/fakes/fake_host.h"
#include "tests/fakes/fake_journal.h"
#include "tests/fakes/faulty_storage.h"
#include "tests/fakes/memory_storage.h"

namespace larder::test {

/// Blobs in a MemoryStorage, failing on script.
class FakeBlobs final : public sdk::Blobs {
 public:
  sdk::Result<sdk::BlobRef> put(sdk::Context& ctx, sdk::Content& content, std::string_view sha256,
                                std::string_view contentType) override;
  sdk::Result<sdk::OpenObject> open(sdk::Context& ctx, std::string_view key,
                                    sdk::ByteRange range) override {
    return faulty_.open(ctx, key, range);
  }

  MemoryStorage& storage() noexcept { return storage_; }
  Faults& faults() noexcept { return faulty_.faults(); }

 private:
  MemoryStorage storage_;
  FaultyStorage faulty_{storage_};
};

/// The host of one format under test: no files, no threads.
///
///     FakeFormatHost host;
///     auto format = makeFormat(host, settings);
///     host.use(*format);
///
/// faults(): Put and Open are blobs (by key), Apply a commit (by journal name),
/// Get and Scan reads of records and entries.
class FakeFormatHost final : public FakeHostOf<sdk::FormatHost> {
 public:
  explicit FakeFormatHost(std::string repository = "pkgs") : repository_(std::move(repository)) {}

  /// Whose index() commits go through. Before the first commit.
  void use(const sdk::Format& format) { format_ = &format; }
  void setPrivateReads(bool on) { privateReads_ = on; }
  Faults& faults() noexcept { return blobs_.faults(); }

  std::string_view repository() const noexcept override { return repository_; }
  FakeBlobs& blobs() noexcept override { return blobs_; }
  FakeJournal& journal(std::string_view name) override;
  sdk::Result<std::vector<std::string>> journals(sdk::Context& ctx) override;
  bool privateReads() const noexcept override { return privateReads_; }

 private:
  std::string repository_;
  const sdk::Format* format_ = nullptr;
  bool privateReads_ = false;
  FakeBlobs blobs_;
  Guarded<std::map<std::string, std::unique_ptr<FakeJournal>, std::less<>>> journals_;
};

}  // namespace larder::test
