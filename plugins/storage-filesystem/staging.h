#pragma once

#include <chrono>
#include <string>

#include "larder/sdk/host.h"
#include "larder/sdk/storage.h"

namespace larder::filesystem {

/// The directory where files are written before they get their place. No key can
/// name it: a comma is not in the grammar.
inline constexpr char kStagingName[] = ".larder,staging";

/// A file under construction. Locked while it is open, so that no other process
/// takes it for a leftover; removed on destruction.
class StagedFile {
 public:
  StagedFile(int folder, std::string name, sdk::FileHandle file)
      : folder_(folder), name_(std::move(name)), file_(std::move(file)) {}
  StagedFile(StagedFile&& other) noexcept
      : folder_(other.folder_),
        name_(std::exchange(other.name_, {})),
        file_(std::move(other.file_)) {}
  StagedFile& operator=(StagedFile&&) = delete;
  ~StagedFile();

  int fd() const noexcept { return file_.get(); }
  int folder() const noexcept { return folder_; }
  const char* name() const noexcept { return name_.c_str(); }
  /// Its name is in use no more: it has been renamed.
  void placed() noexcept { name_.clear(); }

 private:
  int folder_;
  std::string name_;
  sdk::FileHandle file_;
};

class Staging {
 public:
  /// Opens the staging directory of the storage at `root`, making it if need be.
  static sdk::Result<Staging> open(int root, const std::string& rootPath);

  /// Thread-safe. Errors: see systemError().
  sdk::Result<StagedFile> create() const;

  /// Removes what processes that died have left, once it is `age` old. Returns
  /// how many files went.
  std::size_t sweep(std::chrono::system_clock::time_point now, std::chrono::seconds age) const;

  /// Whether the file system can do what this plugin stands on: hard links, and
  /// names that differ in case only. Errors: Unsupported and systemError()'s.
  sdk::Result<void> probe() const;

 private:
  Staging(sdk::FileHandle folder, std::string path)
      : folder_(std::move(folder)), path_(std::move(path)) {}

  bool removeLeftover(const char* name, std::chrono::system_clock::time_point before) const;

  sdk::FileHandle folder_;
  std::string path_;
};

}  // namespace larder::filesystem
