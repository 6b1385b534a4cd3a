#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "folders.h"
#include "larder/sdk/host.h"
#include "larder/sdk/settings.h"
#include "larder/sdk/storage.h"
#include "root.h"
#include "staging.h"
#include "sync_barrier.h"

namespace larder::filesystem {

/// Objects as files: the key is the path below the storage's directory.
class FilesystemStorage final : public sdk::Storage,
                                public sdk::LocalFiles,
                                public sdk::DurabilityBarrier {
 public:
  struct Options {
    std::string path;
    bool sync = true;  ///< False: nothing survives a power cut for certain.
  };

  /// For the plugin's descriptor.
  static sdk::Result<std::unique_ptr<sdk::Storage>> create(sdk::Context& ctx, sdk::Host& host,
                                                           const sdk::Settings& settings);
  /// Makes the directory and tries out what the file system can do.
  static sdk::Result<std::unique_ptr<FilesystemStorage>> open(sdk::Host& host, Options options);

  sdk::Result<void> health(sdk::Context& ctx) override;
  sdk::Result<sdk::ObjectInfo> stat(sdk::Context& ctx, std::string_view key) override;
  sdk::Result<sdk::OpenObject> open(sdk::Context& ctx, std::string_view key,
                                    sdk::ByteRange range) override;
  sdk::Result<sdk::ObjectInfo> put(sdk::Context& ctx, std::string_view key, sdk::Content& content,
                                   const sdk::PutOptions& options) override;
  sdk::Result<void> remove(sdk::Context& ctx, std::string_view key) override;
  sdk::Result<sdk::ObjectPage> list(sdk::Context& ctx, std::string_view prefix,
                                    std::string_view after, std::size_t limit) override;
  sdk::Result<sdk::LocalFile> openLocal(std::string_view key) override;
  sdk::Result<void> sync(sdk::Context& ctx) override;
  void* facet(sdk::FacetId id) noexcept override;

 private:
  FilesystemStorage(sdk::Host& host, Options options, Root root, Staging staging)
      : host_(host),
        options_(std::move(options)),
        root_(std::move(root)),
        staging_(std::move(staging)),
        barrier_(root_.fd()) {}

  sdk::Result<void> write(sdk::Context& ctx, StagedFile& file, sdk::Content& content,
                          std::string_view key) const;
  sdk::Result<void> place(StagedFile& file, std::string_view key, const sdk::PutOptions& options);
  sdk::Result<bool> placeOnce(StagedFile& file, std::string_view key,
                              const sdk::PutOptions& options);
  sdk::Result<bool> explain(int error, const StagedFile& file, int folder,
                            std::string_view key) const;

  sdk::Host& host_;
  const Options options_;
  const Root root_;
  const Staging staging_;
  DurableFolders durable_;
  SyncBarrier barrier_;
};

}  // namespace larder::filesystem
