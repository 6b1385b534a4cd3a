#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/guarded.h"
#include "larder/sdk/repository.h"
#include "tests/fakes/faults.h"

namespace larder::test {

using RecordMap = std::map<std::string, sdk::Record, std::less<>>;

/// A RecordReader over a map.
class FakeRecords final : public sdk::RecordReader {
 public:
  explicit FakeRecords(Faults& faults, RecordMap records = {})
      : faults_(faults), records_(std::move(records)) {}

  using sdk::RecordReader::get;
  sdk::Result<std::vector<std::optional<sdk::Record>>> get(
      sdk::Context& ctx, std::span<const std::string> keys) override;
  sdk::Result<sdk::RecordPage> scan(sdk::Context& ctx, std::string_view prefix,
                                    std::string_view after, std::size_t limit) override;

  RecordMap all() { return *records_.lock(); }
  void replace(RecordMap records) { *records_.lock() = std::move(records); }

 private:
  Faults& faults_;
  Guarded<RecordMap> records_;
};

}  // namespace larder::test
