#include "core/repo/journal_index.h"

#include <array>
#include <charconv>

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

namespace {

/// Numbers separated by blanks.
template <std::size_t N>
Result<std::array<std::uint64_t, N>> numbersIn(std::string_view what, std::string_view text) {
  std::array<std::uint64_t, N> numbers{};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (std::uint64_t& number : numbers) {
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc()) {
      return Error(Errc::Corrupt,
                   "the cache holds \"" + std::string(text) + "\" as " + std::string(what));
    }
    at = next < end ? next + 1 : next;
  }
  return numbers;
}

std::string encode(const Pending& pending) {
  return std::to_string(pending.number) + " " + std::to_string(pending.until);
}

Result<Pending> decodePending(std::string_view text) {
  LARDER_TRY_ASSIGN(const auto numbers, numbersIn<2>("an announcement", text));
  return Pending{numbers[0], static_cast<std::int64_t>(numbers[1])};
}

std::string stored(std::uint64_t revision, std::string_view value) {
  return std::to_string(revision) + "\n" + std::string(value);
}

/// A mirrored record as readers see it: its version is the journal's, not the cache's.
Result<sdk::Record> unstored(std::size_t prefix, sdk::Record record) {
  record.key.erase(0, prefix);
  const std::size_t line = record.value.find('\n');
  if (line == std::string::npos) {
    return Error(Errc::Corrupt, "the cache's record \"" + record.key + "\" has no revision");
  }
  const auto [end, error] =
      std::from_chars(record.value.data(), record.value.data() + line, record.version);
  if (error != std::errc() || end != record.value.data() + line) {
    return Error(Errc::Corrupt, "the cache's record \"" + record.key + "\" has no revision");
  }
  record.value.erase(0, line + 1);
  return record;
}

}  // namespace

std::string encode(const Head& head) {
  return std::to_string(head.number) + " " + std::to_string(head.time) + " " +
         std::to_string(head.applying) + " " + std::to_string(head.parted);
}

Result<Head> decodeHead(std::string_view text) {
  LARDER_TRY_ASSIGN(const auto numbers, numbersIn<4>("a head", text));
  return Head{numbers[0], static_cast<std::int64_t>(numbers[1]), numbers[2], numbers[3]};
}

JournalIndex::JournalIndex(sdk::Cache& cache, const CacheKeys& keys, std::string journal)
    : cache_(cache), keys_(keys), journal_(std::move(journal)) {}

Result<JournalIndex::View> JournalIndex::get(sdk::Context& ctx, const std::string& generation,
                                             Part part, std::span<const std::string> keys) {
  const std::string prefix = part == Part::Records ? keys_.records(generation, journal_)
                                                   : keys_.entries(generation, journal_);
  std::vector<std::string> asked = {keys_.generation(), keys_.pending(journal_),
                                    keys_.head(generation, journal_)};
  for (const std::string& key : keys) asked.push_back(prefix + key);
  LARDER_TRY_ASSIGN(sdk::RecordSet set, cache_.get(ctx, asked));

  View view;
  view.state.epoch = std::move(set.epoch);
  if (const auto& current = set.records[0]) {
    view.state.generation = current->value;
    view.state.generationVersion = current->version;
  }
  if (const auto& pending = set.records[1]) {
    LARDER_TRY_ASSIGN(view.state.pending, decodePending(pending->value));
    view.state.pendingVersion = pending->version;
  }
  if (const auto& head = set.records[2]) {
    LARDER_TRY_ASSIGN(view.state.head, decodeHead(head->value));
    view.state.headVersion = head->version;
  }
  for (std::size_t i = 3; i < set.records.size(); ++i) {
    auto& record = view.records.emplace_back();
    if (!set.records[i]) continue;
    LARDER_TRY_ASSIGN(record, unstored(prefix.size(), *std::move(set.records[i])));
  }
  return view;
}

Result<IndexState> JournalIndex::state(sdk::Context& ctx, const std::string& generation) {
  LARDER_TRY_ASSIGN(View view, get(ctx, generation, Part::Records, {}));
  return std::move(view.state);
}

Result<sdk::RecordPage> JournalIndex::scan(sdk::Context& ctx, const std::string& generation,
                                           Part part, std::string_view prefix,
                                           std::string_view after, std::size_t limit) {
  const std::string base = part == Part::Records ? keys_.records(generation, journal_)
                                                 : keys_.entries(generation, journal_);
  LARDER_TRY_ASSIGN(sdk::RecordPage page,
                    cache_.scan(ctx, base + std::string(prefix),
                                after.empty() ? std::string() : base + std::string(after), limit));
  for (sdk::Record& record : page.records) {
    LARDER_TRY_ASSIGN(record, unstored(base.size(), std::move(record)));
  }
  if (!page.next.empty()) page.next.erase(0, base.size());
  return page;
}

Result<void> JournalIndex::announce(sdk::Context& ctx, const IndexState& state, Pending pending) {
  sdk::Batch batch = expecting(state);
  batch.expect.push_back({keys_.pending(journal_), state.pendingVersion});
  batch.put.push_back({keys_.pending(journal_), encode(pending)});
  return cache_.apply(ctx, batch);
}

void JournalIndex::add(sdk::Batch& batch, const std::string& generation,
                       const RecordChange& change) const {
  const std::string record = keys_.records(generation, journal_) + change.key;
  if (change.value) {
    batch.put.push_back({record, stored(change.revision, *change.value)});
  } else {
    batch.erase.push_back(record);
  }
  const std::string prefix = keys_.entries(generation, journal_);
  for (const auto& entry : change.entries) {
    batch.put.push_back({prefix + entry.key, stored(change.revision, entry.value)});
  }
  for (const std::string& key : change.gone) batch.erase.push_back(prefix + key);
}

/// Moves as many of `changes` as fit into the batch.
void JournalIndex::addSome(sdk::Batch& batch, const std::string& generation,
                           std::span<const RecordChange>& changes) const {
  std::size_t operations = 0;
  while (!changes.empty() && operations + changes.front().operations() <= kMaxOperations) {
    operations += changes.front().operations();
    add(batch, generation, changes.front());
    changes = changes.subspan(1);
  }
}

/// A batch that is only applied to the index as it was seen. Without the generation's
/// version it could write into one that has been erased.
sdk::Batch JournalIndex::expecting(const IndexState& state) const {
  sdk::Batch batch;
  batch.expect.push_back({keys_.generation(), state.generationVersion});
  batch.expect.push_back({keys_.head(state.generation, journal_), state.headVersion});
  return batch;
}

Result<void> JournalIndex::advance(sdk::Context& ctx, const IndexState& state, Head to,
                                   std::span<const RecordChange> changes) {
  std::size_t operations = 0;
  for (const RecordChange& change : changes) operations += change.operations();
  if (operations > kMaxOperations || state.head.applying != 0) {
    return advanceInParts(ctx, state, to, changes);
  }
  sdk::Batch batch = expecting(state);
  to.parted = state.head.parted;
  batch.put.push_back({keys_.head(state.generation, journal_), encode(to)});
  for (const RecordChange& change : changes) add(batch, state.generation, change);
  return cache_.apply(ctx, batch);
}

Result<void> JournalIndex::advanceInParts(sdk::Context& ctx, IndexState state, Head to,
                                          std::span<const RecordChange> changes) {
  const std::string head = keys_.head(state.generation, journal_);
  if (state.head.applying == 0) {
    Head mark = state.head;
    mark.applying = to.number;
    sdk::Batch batch = expecting(state);
    batch.put.push_back({head, encode(mark)});
    LARDER_TRY(cache_.apply(ctx, batch));
    const std::string generation = state.generation;
    LARDER_TRY_ASSIGN(state, this->state(ctx, generation));
    if (state.generation != generation || state.head.applying != to.number)
      return Error(Errc::Conflict, "the index moved on");
  }
  while (!changes.empty()) {
    sdk::Batch batch = expecting(state);
    addSome(batch, state.generation, changes);
    LARDER_TRY(cache_.apply(ctx, batch));
  }
  to.parted = to.number;
  sdk::Batch batch = expecting(state);
  batch.put.push_back({head, encode(to)});
  return cache_.apply(ctx, batch);
}

Result<void> JournalIndex::fill(sdk::Context& ctx, const std::string& generation,
                                std::span<const RecordChange> changes) {
  while (!changes.empty()) {
    sdk::Batch batch;
    addSome(batch, generation, changes);
    LARDER_TRY(cache_.apply(ctx, batch));
  }
  return {};
}

Result<void> JournalIndex::setHead(sdk::Context& ctx, const std::string& generation,
                                   const Head& head) {
  sdk::Batch batch;
  batch.put.push_back({keys_.head(generation, journal_), encode(head)});
  return cache_.apply(ctx, batch);
}

}  // namespace larder::repo
