#pragma once

#include <string>

#include "core/repo/commit_queue.h"
#include "core/repo/follower.h"

namespace larder::repo {

/// A journal as formats see it. Thread-safe.
class RecordJournal final : public sdk::Journal {
 public:
  RecordJournal(Shared& shared, std::string name);

  sdk::RecordReader& records() noexcept override { return records_; }
  sdk::RecordReader& entries() noexcept override { return entries_; }
  sdk::Result<std::uint64_t> commit(sdk::Context& ctx, Decide decide) override;
  std::optional<std::uint64_t> versionNow() noexcept override { return follower_.versionNow(); }

  Follower& follower() noexcept { return follower_; }

 private:
  class Reader final : public sdk::RecordReader {
   public:
    Reader(Follower& follower, Follower::Part part) : follower_(follower), part_(part) {}
    sdk::Result<std::vector<std::optional<sdk::Record>>> get(
        sdk::Context& ctx, std::span<const std::string> keys) override;
    sdk::Result<sdk::RecordPage> scan(sdk::Context& ctx, std::string_view prefix,
                                      std::string_view after, std::size_t limit) override;

   private:
    sdk::Result<std::vector<std::optional<sdk::Record>>> getMany(sdk::Context& ctx,
                                                                 std::span<const std::string> keys);

    Follower& follower_;
    const Follower::Part part_;
  };

  Shared& shared_;
  Follower follower_;
  CommitQueue queue_;
  Reader records_;
  Reader entries_;
};

}  // namespace larder::repo
