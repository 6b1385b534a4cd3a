#include "core/repo/overlay.h"

#include <algorithm>

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

Error Overlay::moved() {
  stale_ = true;
  return Error(Errc::Unavailable, "the journal moved on while it was read");
}

Result<void> Overlay::load(sdk::Context& ctx, std::span<const std::string> keys) {
  std::vector<std::string> missing;
  for (const std::string& key : keys) {
    if (!read_.contains(key)) missing.push_back(key);
  }
  for (std::span<const std::string> rest = missing; !rest.empty();) {
    const auto some = rest.first(std::min(rest.size(), JournalIndex::kMaxKeys));
    LARDER_TRY_ASSIGN(JournalIndex::View view,
                      index_.get(ctx, base_.generation, JournalIndex::Part::Records, some));
    if (!view.state.sameMoment(base_)) return moved();
    for (std::size_t i = 0; i < some.size(); ++i) read_[some[i]] = std::move(view.records[i]);
    rest = rest.subspan(some.size());
  }
  return {};
}

std::optional<sdk::Record> Overlay::visible(const std::string& key) const {
  const auto changed = changes_.find(key);
  if (changed == changes_.end()) return read_.at(key);
  if (!changed->second) return std::nullopt;
  return sdk::Record{key, *changed->second, base_.head.number + 1};
}

Result<std::vector<std::optional<sdk::Record>>> Overlay::get(sdk::Context& ctx,
                                                             std::span<const std::string> keys) {
  LARDER_TRY(load(ctx, keys));
  std::vector<std::optional<sdk::Record>> records;
  records.reserve(keys.size());
  for (const std::string& key : keys) records.push_back(visible(key));
  return records;
}

Result<sdk::RecordPage> Overlay::scan(sdk::Context& ctx, std::string_view prefix,
                                      std::string_view after, std::size_t limit) {
  LARDER_TRY_ASSIGN(
      sdk::RecordPage below,
      index_.scan(ctx, base_.generation, JournalIndex::Part::Records, prefix, after, limit));
  LARDER_TRY_ASSIGN(const IndexState now, index_.state(ctx, base_.generation));
  if (!now.sameMoment(base_)) return moved();

  std::map<std::string, sdk::Record> merged;
  for (sdk::Record& record : below.records) merged.emplace(record.key, record);
  for (auto it = changes_.upper_bound(after); it != changes_.end(); ++it) {
    const bool beyond = !below.next.empty() && it->first > below.next;
    if (beyond || !it->first.starts_with(prefix)) continue;
    merged.erase(it->first);
    if (it->second) merged.emplace(it->first, *visible(it->first));
  }
  sdk::RecordPage page{{}, std::move(below.next)};
  for (auto& [key, record] : merged) {
    if (page.records.size() == limit) {
      page.next = page.records.back().key;
      break;
    }
    page.records.push_back(std::move(record));
  }
  return page;
}

void Overlay::set(const sdk::Change& change) { changes_[change.key] = change.value; }

std::vector<sdk::Change> Overlay::changes() const {
  std::vector<sdk::Change> changes;
  for (const auto& [key, value] : changes_) changes.push_back({key, value});
  return changes;
}

}  // namespace larder::repo
