#include "core/repo/journal_log.h"

#include <algorithm>
#include <thread>

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

namespace {

constexpr std::chrono::milliseconds kFirstPause{10};
constexpr std::chrono::milliseconds kLongestPause{500};
constexpr int kPuts = 6;

}  // namespace

JournalLog::JournalLog(Store& store, std::string_view repository, std::string journal)
    : JournalLog(store, journal, JournalKeys(repository, journal)) {}

JournalLog::JournalLog(Store& store, std::string journal, JournalKeys keys)
    : store_(store), journal_(std::move(journal)), keys_(std::move(keys)) {}

Result<std::optional<Entry>> JournalLog::read(sdk::Context& ctx, std::uint64_t number) {
  const std::string key = keys_.entry(number);
  auto bytes = store_.read(ctx, key);
  if (bytes.is(Errc::NotFound)) return std::optional<Entry>();
  if (!bytes) return std::move(bytes).error();
  auto entry = decodeEntry(*bytes);
  if (!entry) return std::move(entry).error().within(key);
  if (entry->number != number || entry->journal != journal_) {
    return Error(Errc::Corrupt, key + ": it holds entry " + std::to_string(entry->number) +
                                    " of journal \"" + entry->journal + "\"");
  }
  return std::optional<Entry>(*std::move(entry));
}

Result<bool> JournalLog::has(sdk::Context& ctx, std::uint64_t number) {
  return store_.exists(ctx, keys_.entry(number));
}

/// Nothing: there is no entry of that number.
Result<std::optional<bool>> JournalLog::isOurs(sdk::Context& ctx, const Entry& entry) {
  LARDER_TRY_ASSIGN(const std::optional<Entry> there, read(ctx, entry.number));
  if (!there) return std::optional<bool>();
  return std::optional<bool>(there->nonce == entry.nonce);
}

Result<bool> JournalLog::append(sdk::Context& ctx, const Entry& entry) {
  const std::string bytes = encode(entry);
  auto pause = kFirstPause;
  for (int put = 1;; ++put) {
    auto created = store_.create(ctx, keys_.entry(entry.number), bytes);
    if (created) return true;
    const bool conflict = created.is(Errc::Conflict);
    if (!conflict && !effectUnknown(created.error())) return std::move(created).error();
    auto ours = isOurs(ctx, entry);
    if (ours && *ours) return **ours;
    if (ours.is(Errc::Corrupt)) return std::move(ours).error();
    if (put == kPuts || !stillWanted(ctx)) {
      Error error = conflict && !ours ? std::move(ours).error() : std::move(created).error();
      if (error.code() == Errc::Conflict) error = Error(Errc::Unavailable, error.message());
      return std::move(error).within("writing " + keys_.entry(entry.number));
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

Result<bool> JournalLog::isCovered(sdk::Context& ctx, std::uint64_t number) {
  bool covered = false;
  LARDER_TRY(store_.list(ctx, keys_.checkpoints(), {}, [&](const sdk::ObjectInfo& object) {
    const auto found = numberOf(std::string_view(object.key).substr(keys_.checkpoints().size()));
    covered = found && *found >= number;
    return Result<bool>(!covered);
  }));
  return covered;
}

Result<JournalLog::Standing> JournalLog::standing(sdk::Context& ctx, std::uint64_t head) {
  std::optional<std::uint64_t> checkpoint;
  std::optional<std::uint64_t> next;
  LARDER_TRY(store_.list(ctx, keys_.checkpoints(), {}, [&](const sdk::ObjectInfo& object) {
    checkpoint = numberOf(std::string_view(object.key).substr(keys_.checkpoints().size()));
    return Result<bool>(true);
  }));
  const std::string after = head > 0 ? keys_.entry(head) : std::string();
  LARDER_TRY(store_.list(ctx, keys_.entries(), after, [&](const sdk::ObjectInfo& object) {
    next = numberOf(std::string_view(object.key).substr(keys_.entries().size()));
    return Result<bool>(false);
  }));
  if (next == head + 1) return Standing::Behind;
  if (next || (checkpoint && *checkpoint > head)) return Standing::Lost;
  if (head == 0 || checkpoint == head) return Standing::Current;
  LARDER_TRY_ASSIGN(const bool there, has(ctx, head));
  return there ? Standing::Current : Standing::Ahead;
}

Result<Manifest> JournalLog::checkpoint(sdk::Context& ctx, std::uint64_t position) {
  const std::string key = keys_.checkpoint(position);
  LARDER_TRY_ASSIGN(const std::string bytes, store_.read(ctx, key));
  auto manifest = decodeManifest(bytes);
  if (!manifest) return std::move(manifest).error().within(key);
  if (manifest->position != position || manifest->journal != journal_) {
    return Error(Errc::Corrupt, key + ": it is the checkpoint " +
                                    std::to_string(manifest->position) + " of journal \"" +
                                    manifest->journal + "\"");
  }
  return manifest;
}

std::uint64_t Extent::last() const noexcept {
  std::uint64_t number = 0;
  if (!entries.empty()) number = entries.back().number;
  if (!checkpoints.empty()) number = std::max(number, checkpoints.back().number);
  return number;
}

namespace {

/// The inverse of storageSegment(), where it has one.
std::optional<std::string> segmentText(std::string_view segment) {
  if (segment.find('~') != std::string_view::npos) return std::nullopt;
  std::string text;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] != '=' || i + 2 >= segment.size()) {
      text.push_back(segment[i]);
      continue;
    }
    const std::string digits(segment.substr(i + 1, 2));
    text.push_back(static_cast<char>(std::strtol(digits.c_str(), nullptr, 16)));
    i += 2;
  }
  return text;
}

Result<std::string> nameOf(sdk::Context& ctx, Store& store, const std::string& segment,
                           const Extent& extent) {
  if (auto text = segmentText(segment)) return *std::move(text);
  const JournalKeys keys(extent.prefix);
  // Too long to be its own key: the documents say it.
  for (const Extent::Object& entry : extent.entries) {
    LARDER_TRY_ASSIGN(const std::string bytes, store.read(ctx, keys.entry(entry.number)));
    if (auto decoded = decodeEntry(bytes)) return decoded->journal;
  }
  for (const Extent::Object& checkpoint : extent.checkpoints) {
    LARDER_TRY_ASSIGN(const std::string bytes, store.read(ctx, keys.checkpoint(checkpoint.number)));
    if (auto decoded = decodeManifest(bytes)) return decoded->journal;
  }
  return segment;  // Nothing readable is left; whoever reads on finds that out.
}

/// Puts one listed object where it belongs. Objects of other names are not the journal's.
void note(std::vector<Extent>& extents, const std::string& prefix, const sdk::ObjectInfo& object) {
  const std::string_view path = std::string_view(object.key).substr(prefix.size());
  const std::size_t first = path.find('/');
  const std::size_t second = path.find('/', first + 1);
  if (second == std::string_view::npos) return;
  const std::string_view journal =
      std::string_view(object.key).substr(0, prefix.size() + first + 1);
  const std::string_view what = path.substr(first + 1, second - first - 1);
  const auto number = numberOf(path.substr(second + 1));
  if (!number || (what != "entries" && what != "checkpoints")) return;
  if (extents.empty() || extents.back().prefix != journal) {
    extents.push_back({std::string(journal), {}, {}, {}});
  }
  auto& objects = what == "entries" ? extents.back().entries : extents.back().checkpoints;
  objects.push_back({*number, object.size, object.modified});
}

}  // namespace

Result<std::vector<Extent>> listJournals(sdk::Context& ctx, Store& store,
                                         const std::string& prefix) {
  std::vector<Extent> extents;
  LARDER_TRY(store.list(ctx, prefix, {}, [&](const sdk::ObjectInfo& object) {
    note(extents, prefix, object);
    return Result<bool>(true);
  }));
  for (Extent& extent : extents) {
    const std::string segment =
        extent.prefix.substr(prefix.size(), extent.prefix.size() - prefix.size() - 1);
    LARDER_TRY_ASSIGN(extent.journal, nameOf(ctx, store, segment, extent));
  }
  std::sort(extents.begin(), extents.end(),
            [](const Extent& a, const Extent& b) { return a.journal < b.journal; });
  return extents;
}

Result<Extent> listAgain(sdk::Context& ctx, Store& store, const Extent& listed) {
  const std::string journals =
      listed.prefix.substr(0, listed.prefix.rfind('/', listed.prefix.size() - 2) + 1);
  std::vector<Extent> extents = {{listed.prefix, listed.journal, {}, {}}};
  LARDER_TRY(store.list(ctx, listed.prefix, {}, [&](const sdk::ObjectInfo& object) {
    note(extents, journals, object);
    return Result<bool>(true);
  }));
  return std::move(extents.front());
}

}  // namespace larder::repo
