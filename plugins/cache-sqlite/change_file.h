#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "file_identity.h"
#include "guarded.h"
#include "larder/sdk/result.h"
#include "larder/sdk/storage.h"
#include "waiting.h"

namespace larder::sqlite {

/// A small file beside the database, mapped by every process that uses it: the
/// writers' lock, and two numbers that tell without blocking whether anything
/// changed.
///
/// A writer holds the lock, adds one to `begun`, commits, adds one to `finished`
/// and only then tells anybody. So while both are equal nobody is between the
/// first and the last step, and as long as they stay at that number no commit
/// has happened. The lock belongs to an open file: the kernel releases it with
/// the process. Whoever then gets it and finds the numbers different knows that
/// the one before died on the way. It cannot know whether that one committed, but
/// need not: it sets `finished` to `begun`, a number nobody has been given yet.
class ChangeFile {
 public:
  /// Opens the file, making it when it is missing, and locks it: see Lock. A new
  /// one counts from `first` on, which must be above all that one before it said.
  static sdk::Result<std::unique_ptr<ChangeFile>> openLocked(const std::string& path,
                                                             std::uint64_t first, Waiting& waiting);
  ~ChangeFile();
  ChangeFile(const ChangeFile&) = delete;
  ChangeFile& operator=(const ChangeFile&) = delete;

  /// Nothing: a writer is under way, or the file is no longer the one beside the
  /// database.
  std::optional<std::uint64_t> value() const noexcept;

  /// Whether the path still leads to this file.
  bool stillThere() const noexcept { return identityOf(path_) == identity_; }
  /// Whether somebody is between the first and the last step, or died there.
  bool unsettled() const noexcept;

  /// One writer at a time, over all threads and processes.
  class Lock {
   public:
    Lock(Lock&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
    Lock& operator=(Lock&&) = delete;
    ~Lock();

    void begin() noexcept;
    void finish() noexcept;
    /// The version of the last batch that was committed; 0: not known.
    std::uint64_t version() const noexcept;
    void setVersion(std::uint64_t version) noexcept;

   private:
    friend class ChangeFile;
    explicit Lock(ChangeFile& owner) : owner_(&owner) {}
    ChangeFile* owner_;
  };

  /// Also settles what a process that died left. Errors: Timeout, Cancelled.
  sdk::Result<Lock> lock(Waiting& waiting);
  /// The same, or nothing when somebody has it.
  std::optional<Lock> tryLock();
  /// The lock that openLocked() took. Once.
  Lock adopt() noexcept { return Lock(*this); }

 private:
  struct Shared;

  ChangeFile(std::string path, sdk::FileHandle file, Shared* shared, FileIdentity identity)
      : path_(std::move(path)), file_(std::move(file)), shared_(shared), identity_(identity) {}

  static sdk::Result<std::unique_ptr<ChangeFile>> openOnce(const std::string& path,
                                                           std::uint64_t first, Waiting& waiting);
  static bool prepare(Shared& shared, std::uint64_t first) noexcept;
  sdk::Result<void> takeThreads(Waiting& waiting);
  bool tryTakeThreads();
  void releaseThreads() noexcept;
  void unlock() noexcept;
  void settle() noexcept;

  const std::string path_;
  sdk::FileHandle file_;
  Shared* shared_;
  FileIdentity identity_;
  // flock(2) does not tell the threads of one process apart.
  common::Guarded<bool> taken_{false};
  std::condition_variable released_;
};

}  // namespace larder::sqlite
