#include "core/repo/record_journal.h"

#include <algorithm>

#include "core/repo/commit_round.h"

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

RecordJournal::RecordJournal(Shared& shared, std::string name)
    : shared_(shared),
      follower_(shared, std::move(name)),
      records_(follower_, Follower::Part::Records),
      entries_(follower_, Follower::Part::Entries) {}

Result<std::uint64_t> RecordJournal::commit(sdk::Context& ctx, Decide decide) {
  const auto start = std::chrono::steady_clock::now();
  const std::string& name = follower_.log().journal();
  if (name.empty() || name.size() > kMaxJournalName) {
    return Error(Errc::Invalid, "a journal's name has 1 to " + std::to_string(kMaxJournalName) +
                                    " bytes, found " + std::to_string(name.size()));
  }
  LARDER_TRY(shared_.store.mayWrite());
  const auto self = std::make_shared<Committer>(ctx, decide);
  auto answer = queue_.wait(
      self, [&](sdk::Context& leader) { CommitRound(shared_, follower_, queue_).run(leader); });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  shared_.meters.commitSeconds.observe(took.count());
  return answer;
}

Result<std::vector<std::optional<sdk::Record>>> RecordJournal::Reader::get(
    sdk::Context& ctx, std::span<const std::string> keys) {
  if (keys.size() > JournalIndex::kMaxKeys) return getMany(ctx, keys);
  LARDER_TRY_ASSIGN(JournalIndex::View view, follower_.read(ctx, part_, keys));
  return std::move(view.records);
}

/// More keys than one look-up takes: several of the same moment.
Result<std::vector<std::optional<sdk::Record>>> RecordJournal::Reader::getMany(
    sdk::Context& ctx, std::span<const std::string> keys) {
  std::vector<std::optional<sdk::Record>> records;
  std::optional<IndexState> moment;
  while (records.size() < keys.size()) {
    const auto rest = keys.subspan(records.size());
    LARDER_TRY_ASSIGN(
        JournalIndex::View view,
        follower_.read(ctx, part_, rest.first(std::min(rest.size(), JournalIndex::kMaxKeys))));
    if (moment && !view.state.sameMoment(*moment)) {
      records.clear();
      moment.reset();
      continue;
    }
    moment = view.state;
    std::move(view.records.begin(), view.records.end(), std::back_inserter(records));
  }
  return records;
}

Result<sdk::RecordPage> RecordJournal::Reader::scan(sdk::Context& ctx, std::string_view prefix,
                                                    std::string_view after, std::size_t limit) {
  return follower_.scan(ctx, part_, prefix, after, limit);
}

}  // namespace larder::repo
