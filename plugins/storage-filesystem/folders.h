#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "guarded.h"
#include "larder/sdk/storage.h"
#include "root.h"

namespace larder::filesystem {

/// Directories whose own name is known to have reached the disk, so that a put
/// need not write every directory above it again. Thread-safe.
class DurableFolders {
 public:
  /// Which directory it is: device, inode and, as inode numbers come back, the
  /// time of birth.
  using Identity = std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::uint32_t>;

  bool has(const Identity& folder);
  void add(const Identity& folder);

 private:
  common::Guarded<std::set<Identity>> folders_;
};

/// The open directories from a storage's root down to the one of an object.
class FolderChain {
 public:
  /// Opens the chain and makes what is missing of it. Errors: NotFound when a
  /// directory was removed at that moment (try again); Invalid when an object
  /// stands where a directory is needed.
  static sdk::Result<FolderChain> make(const Root& root, std::string_view folder);
  /// Opens what is there. Errors: NotFound.
  static sdk::Result<FolderChain> open(const Root& root, std::string_view folder);

  int leaf() const noexcept { return levels_.empty() ? root_->fd() : levels_.back().fd.get(); }

  /// A name just made in the leaf, and the way to it, survive a power cut.
  sdk::Result<void> sync(DurableFolders& known) const;

  /// Removes the leaf and those above it as long as they are empty.
  void prune();

 private:
  struct Level {
    std::string name;
    sdk::FileHandle fd;
  };

  static sdk::Result<FolderChain> walk(const Root& root, std::string_view folder, bool make);
  sdk::Result<void> descend(std::string name, bool make);
  std::string path() const;

  explicit FolderChain(const Root& root) : root_(&root) {}

  const Root* root_;
  std::vector<Level> levels_;
};

/// Removes the directory `name` when nothing but directories is in it. False
/// when something is.
bool removeEmptyTree(int folder, const char* name);

}  // namespace larder::filesystem
