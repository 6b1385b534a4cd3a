#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/repo/journal_index.h"
#include "core/repo/journal_log.h"
#include "core/repo/shared.h"
#include "core/repo/turn.h"

namespace larder::repo {

/// Keeps one journal's index up to its log: notices that it is behind, or that the
/// cache went back, and answers only then. Thread-safe.
class Follower {
 public:
  using Part = JournalIndex::Part;

  Follower(Shared& shared, std::string journal);

  JournalLog& log() noexcept { return log_; }
  JournalIndex& index() noexcept { return index_; }

  /// Records as they are, with every entry acknowledged before: one round trip.
  sdk::Result<JournalIndex::View> read(sdk::Context& ctx, Part part,
                                       std::span<const std::string> keys);
  sdk::Result<sdk::RecordPage> scan(sdk::Context& ctx, Part part, std::string_view prefix,
                                    std::string_view after, std::size_t limit);

  /// The state to write on: its next number was certainly never used.
  sdk::Result<IndexState> toWriteOn(sdk::Context& ctx);

  /// Brings in every entry that the log has beyond the index. One that can't be read is
  /// left out by building the index anew, or answered as Corrupt.
  enum class OnDamage : std::uint8_t { Renew, Answer };
  sdk::Result<void> catchUp(sdk::Context& ctx, OnDamage onDamage = OnDamage::Renew);

  /// Brings in one entry. Errors: Conflict when the index isn't at `state` any more.
  sdk::Result<void> bringIn(sdk::Context& ctx, const IndexState& state, const Entry& entry);

  /// See sdk::Journal::versionNow().
  std::optional<std::uint64_t> versionNow() noexcept;

  /// The index under this epoch has been compared with the log.
  void trust(const std::string& epoch) { *trusted_.lock() = epoch; }

 private:
  std::optional<std::uint64_t> changes() noexcept;
  void noteClean(std::optional<std::uint64_t> before, const std::string& generation);
  std::string generation() { return *shared_.generation.read(); }
  sdk::Result<bool> usable(sdk::Context& ctx, const std::string& asked, const IndexState& state);
  sdk::Result<bool> resolve(sdk::Context& ctx, const IndexState& state);
  sdk::Result<void> compare(sdk::Context& ctx, const IndexState& state);
  sdk::Result<bool> step(sdk::Context& ctx, OnDamage onDamage);
  sdk::Result<std::vector<std::optional<sdk::Record>>> mirrored(
      sdk::Context& ctx, const IndexState& state, std::span<const sdk::Change> changes);

  Shared& shared_;
  JournalLog log_;
  JournalIndex index_;
  Turn turn_;
  Guarded<std::string> trusted_;            ///< The epoch under which it was compared.
  std::atomic<std::int64_t> compared_ = 0;  ///< When; seconds since 1970.

  /// When nothing was standing that readers would have to look at.
  struct Clean {
    std::uint64_t changes = 0;  ///< changes() + 1 of that moment; 0: never.
    std::string generation;     ///< The one that counted.
  };
  Guarded<Clean> clean_;
};

}  // namespace larder::repo
