#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/repo/journal_index.h"

namespace larder::repo {

/// A journal's records at one entry, with changes that are about to follow it: what
/// decisions see. One thread at a time.
class Overlay final : public sdk::RecordReader {
 public:
  Overlay(JournalIndex& index, IndexState base) : index_(index), base_(std::move(base)) {}

  sdk::Result<std::vector<std::optional<sdk::Record>>> get(
      sdk::Context& ctx, std::span<const std::string> keys) override;
  sdk::Result<sdk::RecordPage> scan(sdk::Context& ctx, std::string_view prefix,
                                    std::string_view after, std::size_t limit) override;

  /// Lays a change on top.
  void set(const sdk::Change& change);
  /// All of them, one per key.
  std::vector<sdk::Change> changes() const;
  bool empty() const noexcept { return changes_.empty(); }

  /// What was below the changes. Requires: the keys were asked for.
  const std::optional<sdk::Record>& below(const std::string& key) const { return read_.at(key); }
  sdk::Result<void> load(sdk::Context& ctx, std::span<const std::string> keys);

  /// The journal moved on while this was read from: no answer given since is worth anything.
  bool stale() const noexcept { return stale_; }
  const IndexState& base() const noexcept { return base_; }

 private:
  std::optional<sdk::Record> visible(const std::string& key) const;
  sdk::Error moved();

  JournalIndex& index_;
  const IndexState base_;
  std::map<std::string, std::optional<sdk::Record>, std::less<>> read_;
  std::map<std::string, std::optional<std::string>, std::less<>> changes_;
  bool stale_ = false;
};

}  // namespace larder::repo
