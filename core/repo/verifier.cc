#include "core/repo/verifier.h"

#include <array>
#include <functional>

#include "core/content/digests.h"
#include "core/repo/usage.h"

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

std::string_view kindName(Damage::Kind kind) noexcept {
  switch (kind) {
    case Damage::Kind::MissingBlob:
      return "missing-blob";
    case Damage::Kind::DamagedBlob:
      return "damaged-blob";
    case Damage::Kind::UnreadableRecord:
      return "unreadable-record";
    case Damage::Kind::DamagedEntry:
      return "damaged-entry";
    case Damage::Kind::DamagedCheckpoint:
      return "damaged-checkpoint";
    case Damage::Kind::Orphan:
      break;
  }
  return "orphan";
}

Verifier::Verifier(Shared& shared, const ReportProgress& progress)
    : shared_(shared), progress_(progress) {}

Result<VerifyReport> Verifier::run(sdk::Context& ctx, bool orphans) {
  LARDER_TRY_ASSIGN(const auto extents,
                    listJournals(ctx, shared_.store, journalsPrefix(shared_.parts.name)));
  for (const Extent& listed : extents) {
    ++report_.journals;
    // What was pruned while the journals before it were read is no damage.
    LARDER_TRY_ASSIGN(const Extent extent, listAgain(ctx, shared_.store, listed));
    LARDER_TRY(checkJournal(ctx, extent));
    LARDER_TRY(checkRest(ctx, extent));
  }
  if (orphans) LARDER_TRY(findOrphans(ctx));
  return std::move(report_);
}

void Verifier::add(Damage damage) {
  ++(damage.kind == Damage::Kind::Orphan ? report_.orphans : report_.damaged);
  if (report_.found.size() < VerifyReport::kMaxFound) report_.found.push_back(std::move(damage));
}

Result<void> Verifier::checkJournal(sdk::Context& ctx, const Extent& extent) {
  Snapshot snapshot(shared_.store, extent,
                    [&](Damage::Kind kind, const std::string& key, const std::string& text) {
                      add({kind, key, extent.journal, {}, text});
                    });
  return snapshot.read(
      ctx, [&](const StoredRecord& record) { return checkRecord(ctx, extent.journal, record); });
}

/// What a checkpoint has made redundant is read too: it is what is left if that fails.
Result<void> Verifier::checkRest(sdk::Context& ctx, const Extent& extent) {
  JournalLog log(shared_.store, extent.journal, JournalKeys(extent.prefix));
  if (extent.checkpoints.empty()) return {};
  for (const Extent::Object& object : extent.entries) {
    if (object.number > extent.checkpoints.back().number) break;
    LARDER_TRY(stillWanted(ctx));
    const auto entry = log.read(ctx, object.number);
    if (!entry && !entry.is(Errc::Corrupt)) return Error(entry.error());
    if (entry) continue;
    add({Damage::Kind::DamagedEntry,
         log.keys().entry(object.number),
         extent.journal,
         {},
         entry.error().message()});
  }
  for (const Extent::Object& object : extent.checkpoints) {
    if (object.number == extent.checkpoints.back().number) break;
    const auto manifest = log.checkpoint(ctx, object.number);
    if (!manifest && !manifest.is(Errc::Corrupt)) return Error(manifest.error());
    if (manifest) continue;
    add({Damage::Kind::DamagedCheckpoint,
         log.keys().checkpoint(object.number),
         extent.journal,
         {},
         manifest.error().message()});
  }
  return {};
}

Result<void> Verifier::checkRecord(sdk::Context& ctx, const std::string& journal,
                                   const StoredRecord& record) {
  ++report_.records;
  const auto indexed = shared_.indexer->index(journal, record.key, record.value);
  if (!indexed) {
    add({Damage::Kind::UnreadableRecord, record.key, journal, {}, indexed.error().message()});
    return {};
  }
  for (const sdk::BlobUse& use : indexed->blobs) LARDER_TRY(checkBlob(ctx, journal, use));
  return {};
}

Result<void> Verifier::checkBlob(sdk::Context& ctx, const std::string& journal,
                                 const sdk::BlobUse& use) {
  const std::string wanted = use.key + " " + use.sha256 + " " + std::to_string(use.size);
  const std::uint64_t hash = std::hash<std::string>()(wanted);
  if (good_.contains(hash)) return {};
  if (const auto bad = bad_.find(wanted); bad != bad_.end()) {
    Damage again = bad->second;
    again.journal = journal;
    again.label = use.label;
    add(std::move(again));
    return {};
  }
  ++report_.blobs;
  if (progress_) progress_({"blobs read", report_.blobs});
  LARDER_TRY_ASSIGN(const auto finding, readBlob(ctx, use));
  if (!finding) {
    good_.insert(hash);
    return {};
  }
  const Damage damage{finding->kind, use.key, journal, use.label, finding->text};
  // Beyond that a damaged blob is read again: memory has an end.
  if (bad_.size() < VerifyReport::kMaxFound) bad_.emplace(wanted, damage);
  add(damage);
  return {};
}

/// What is wrong with it, or nothing.
Result<std::optional<Verifier::Finding>> Verifier::readBlob(sdk::Context& ctx,
                                                            const sdk::BlobUse& use) {
  auto opened = shared_.blobs.open(ctx, use.key, {});
  if (opened.is(Errc::NotFound)) {
    return std::optional<Finding>({Damage::Kind::MissingBlob, "it is not there"});
  }
  if (!opened) return std::move(opened).error().within("reading " + use.key);
  content::Digester digester(sdk::DigestAlgorithm::Sha256);
  std::array<std::byte, 65536> buffer;
  std::uint64_t size = 0;
  while (true) {
    LARDER_TRY(stillWanted(ctx));
    auto read = opened->body->read(buffer);
    if (read.is(Errc::Corrupt)) {
      return std::optional<Finding>({Damage::Kind::DamagedBlob, read.error().message()});
    }
    if (!read) return std::move(read).error().within("reading " + use.key);
    if (*read == 0) break;
    digester.update(std::span(buffer).first(*read));
    size += *read;
  }
  report_.bytes += size;
  const std::string found = digester.finish();
  if (found == use.sha256 && size == use.size) return std::optional<Finding>();
  return std::optional<Finding>(
      {Damage::Kind::DamagedBlob, "it has " + std::to_string(size) + " bytes with the SHA-256 " +
                                      found + "; " + std::to_string(use.size) + " bytes with " +
                                      use.sha256 + " are wanted"});
}

Result<void> Verifier::findOrphans(sdk::Context& ctx) {
  Usage usage;
  auto read = usage.read(ctx, shared_.store, progress_);
  // With a damaged journal it isn't known what is needed; the damage itself is reported.
  if (read.is(Errc::Corrupt)) return {};
  if (!read) return read;
  return listBlobs(ctx, shared_.store, [&](const sdk::ObjectInfo& blob) -> Result<void> {
    if (usage.uses(blob.key)) return {};
    add({Damage::Kind::Orphan, blob.key, {}, {}, "no record needs it"});
    return {};
  });
}

}  // namespace larder::repo
