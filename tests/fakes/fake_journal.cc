#include "tests/fakes/fake_journal.h"

#include <stdexcept>

namespace larder::test {
namespace {

constexpr std::size_t kMaxKey = 300;
constexpr std::size_t kMaxValue = std::size_t{64} * 1024;

using sdk::Errc;
using sdk::Error;

sdk::Result<void> check(const sdk::Change& change) {
  const bool keyed = !change.key.empty() && change.key.size() <= kMaxKey &&
                     change.key.find('\0') == std::string::npos;
  if (!keyed) return Error(Errc::Invalid, "record key \"" + change.key + "\" is not usable");
  if (change.value && change.value->size() > kMaxValue) {
    return Error(Errc::TooLarge, "record " + change.key + " is too long");
  }
  return {};
}

}  // namespace

sdk::Result<std::vector<sdk::Change>> FakeJournal::decideTwice(sdk::Context& ctx,
                                                               const Decide& decide) {
  FakeRecords now(faults_, records_.all());
  if (auto early = decide(ctx, now); !early) return early;
  return decide(ctx, now);
}

sdk::Result<std::uint64_t> FakeJournal::commit(sdk::Context& ctx, Decide decide) {
  const std::lock_guard commits(commits_);
  LARDER_TRY_ASSIGN(const std::vector<sdk::Change> changes, decideTwice(ctx, decide));
  if (changes.empty()) return std::uint64_t{0};
  State state{records_.all(), entries_.all()};
  for (const sdk::Change& change : changes) LARDER_TRY(perform(change, state));

  return withFault(faults_.take(Op::Apply, name_), "commit", [&]() -> sdk::Result<std::uint64_t> {
    records_.replace(std::move(state.records));
    entries_.replace(std::move(state.entries));
    return ++counters_.lock()->head;
  });
}

sdk::Result<void> FakeJournal::perform(const sdk::Change& change, State& state) const {
  if (!format_) throw std::logic_error("FakeFormatHost::use() was not called");
  LARDER_TRY(check(change));
  const auto old = state.records.find(change.key);
  if (old != state.records.end()) {
    LARDER_TRY_ASSIGN(const sdk::Indexed gone,
                      format_->index(name_, change.key, old->second.value));
    for (const auto& entry : gone.entries) state.entries.erase(entry.key);
    state.records.erase(old);
  }
  return change.value ? derive(change, state) : sdk::Result<void>();
}

sdk::Result<void> FakeJournal::derive(const sdk::Change& change, State& state) const {
  const std::uint64_t version = const_cast<FakeJournal*>(this)->head() + 1;
  LARDER_TRY_ASSIGN(const sdk::Indexed derived, format_->index(name_, change.key, *change.value));
  for (const auto& entry : derived.entries) {
    const bool added =
        state.entries.emplace(entry.key, sdk::Record{entry.key, entry.value, version}).second;
    if (!added) throw std::logic_error("two records derive the entry " + entry.key);
  }
  state.records[change.key] = {change.key, *change.value, version};
  return {};
}

std::optional<std::uint64_t> FakeJournal::versionNow() noexcept {
  auto counters = counters_.lock();
  return counters->versionKnown ? std::optional(counters->head) : std::nullopt;
}

std::uint64_t FakeJournal::head() { return counters_.lock()->head; }

void FakeJournal::setVersionKnown(bool known) { counters_.lock()->versionKnown = known; }

std::vector<sdk::BlobUse> FakeJournal::blobs() {
  std::vector<sdk::BlobUse> uses;
  for (const auto& [key, record] : records_.all()) {
    auto derived = format_->index(name_, key, record.value);
    if (!derived) throw std::logic_error("index() refuses a record it accepted: " + key);
    uses.insert(uses.end(), derived->blobs.begin(), derived->blobs.end());
  }
  return uses;
}

}  // namespace larder::test
