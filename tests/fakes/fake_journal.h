#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "larder/sdk/format.h"
#include "tests/fakes/fake_records.h"

namespace larder::test {

/// A Journal in memory with the host's checks. Every decision is asked twice and
/// the first answer thrown away, as happens when another writer was quicker.
class FakeJournal final : public sdk::Journal {
 public:
  FakeJournal(std::string name, const sdk::Format*& format, Faults& faults)
      : name_(std::move(name)),
        format_(format),
        faults_(faults),
        records_(faults),
        entries_(faults) {}

  FakeRecords& records() noexcept override { return records_; }
  FakeRecords& entries() noexcept override { return entries_; }
  sdk::Result<std::uint64_t> commit(sdk::Context& ctx, Decide decide) override;
  std::optional<std::uint64_t> versionNow() noexcept override;

  std::uint64_t head();
  /// Makes versionNow() answer nothing, as behind a shared cache.
  void setVersionKnown(bool known);
  /// The blobs that the records need now.
  std::vector<sdk::BlobUse> blobs();

 private:
  struct State {
    RecordMap records;
    RecordMap entries;
  };

  sdk::Result<std::vector<sdk::Change>> decideTwice(sdk::Context& ctx, const Decide& decide);
  sdk::Result<void> perform(const sdk::Change& change, State& state) const;
  sdk::Result<void> derive(const sdk::Change& change, State& state) const;

  const std::string name_;
  const sdk::Format*& format_;
  Faults& faults_;
  FakeRecords records_;
  FakeRecords entries_;
  std::mutex commits_;  // One commit at a time, over everything it does.
  struct Counters {
    std::uint64_t head = 0;
    bool versionKnown = true;
  };
  Guarded<Counters> counters_;
};

}  // namespace larder::test
