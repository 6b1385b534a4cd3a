#include "core/plugin/scopes.h"

namespace larder::plugin {

ScopedStorage::ScopedStorage(sdk::Storage& whole, std::string prefix)
    : whole_(whole),
      prefix_(std::move(prefix)),
      local_(sdk::facet<sdk::LocalFiles>(whole)),
      durability_(sdk::facet<sdk::DurabilityBarrier>(whole)),
      presigned_(sdk::facet<sdk::PresignedUrls>(whole)),
      copier_(sdk::facet<sdk::ServerSideCopy>(whole)) {}

std::string ScopedStorage::inside(std::string_view key) const {
  std::string whole;
  whole.reserve(prefix_.size() + key.size());
  return whole.append(prefix_).append(key);
}

void ScopedStorage::strip(std::string& key) const {
  if (key.starts_with(prefix_)) key.erase(0, prefix_.size());
}

sdk::Result<sdk::ObjectInfo> ScopedStorage::stripped(sdk::Result<sdk::ObjectInfo> info) const {
  if (info) strip(info->key);
  return info;
}

sdk::Result<sdk::ObjectInfo> ScopedStorage::stat(sdk::Context& ctx, std::string_view key) {
  return stripped(whole_.stat(ctx, inside(key)));
}

sdk::Result<sdk::OpenObject> ScopedStorage::open(sdk::Context& ctx, std::string_view key,
                                                 sdk::ByteRange range) {
  auto opened = whole_.open(ctx, inside(key), range);
  if (opened) strip(opened->info.key);
  return opened;
}

sdk::Result<sdk::ObjectInfo> ScopedStorage::put(sdk::Context& ctx, std::string_view key,
                                                sdk::Content& content,
                                                const sdk::PutOptions& options) {
  return stripped(whole_.put(ctx, inside(key), content, options));
}

sdk::Result<void> ScopedStorage::remove(sdk::Context& ctx, std::string_view key) {
  return whole_.remove(ctx, inside(key));
}

sdk::Result<sdk::ObjectPage> ScopedStorage::list(sdk::Context& ctx, std::string_view prefix,
                                                 std::string_view after, std::size_t limit) {
  // Nothing of this part sorts before its prefix, so an empty `after` needs none.
  auto page =
      whole_.list(ctx, inside(prefix), after.empty() ? std::string() : inside(after), limit);
  if (!page) return page;
  for (auto& object : page->objects) strip(object.key);
  strip(page->next);
  return page;
}

sdk::Result<sdk::LocalFile> ScopedStorage::openLocal(std::string_view key) {
  auto opened = local_->openLocal(inside(key));
  if (opened) strip(opened->info.key);
  return opened;
}

sdk::Result<void> ScopedStorage::sync(sdk::Context& ctx) { return durability_->sync(ctx); }

sdk::Result<std::string> ScopedStorage::presignGet(std::string_view key, const Options& options) {
  return presigned_->presignGet(inside(key), options);
}

sdk::Result<sdk::ObjectInfo> ScopedStorage::copy(sdk::Context& ctx, std::string_view from,
                                                 std::string_view to,
                                                 const sdk::PutOptions& options) {
  return stripped(copier_->copy(ctx, inside(from), inside(to), options));
}

void* ScopedStorage::facet(sdk::FacetId id) noexcept {
  if (id == sdk::LocalFiles::kFacet) return local_ ? static_cast<sdk::LocalFiles*>(this) : nullptr;
  if (id == sdk::DurabilityBarrier::kFacet) {
    return durability_ ? static_cast<sdk::DurabilityBarrier*>(this) : nullptr;
  }
  if (id == sdk::PresignedUrls::kFacet) {
    return presigned_ ? static_cast<sdk::PresignedUrls*>(this) : nullptr;
  }
  if (id == sdk::ServerSideCopy::kFacet) {
    return copier_ ? static_cast<sdk::ServerSideCopy*>(this) : nullptr;
  }
  return sdk::Storage::facet(id);
}

ScopedCache::ScopedCache(sdk::Cache& whole, std::string prefix)
    : whole_(whole), prefix_(std::move(prefix)) {}

std::string ScopedCache::inside(std::string_view key) const {
  std::string whole;
  whole.reserve(prefix_.size() + key.size());
  return whole.append(prefix_).append(key);
}

void ScopedCache::strip(std::string& key) const {
  if (key.starts_with(prefix_)) key.erase(0, prefix_.size());
}

sdk::Result<sdk::RecordSet> ScopedCache::get(sdk::Context& ctx, std::span<const std::string> keys) {
  std::vector<std::string> whole;
  whole.reserve(keys.size());
  for (const std::string& key : keys) whole.push_back(inside(key));
  auto found = whole_.get(ctx, whole);
  if (!found) return found;
  for (auto& record : found->records) {
    if (record) strip(record->key);
  }
  return found;
}

sdk::Result<sdk::RecordPage> ScopedCache::scan(sdk::Context& ctx, std::string_view prefix,
                                               std::string_view after, std::size_t limit) {
  auto page =
      whole_.scan(ctx, inside(prefix), after.empty() ? std::string() : inside(after), limit);
  if (!page) return page;
  for (auto& record : page->records) strip(record.key);
  strip(page->next);
  return page;
}

sdk::Result<void> ScopedCache::apply(sdk::Context& ctx, const sdk::Batch& batch) {
  sdk::Batch whole;
  whole.expect.reserve(batch.expect.size());
  whole.put.reserve(batch.put.size());
  whole.erase.reserve(batch.erase.size());
  for (const auto& expect : batch.expect) {
    whole.expect.push_back({inside(expect.key), expect.version});
  }
  for (const auto& write : batch.put) whole.put.push_back({inside(write.key), write.value});
  for (const auto& key : batch.erase) whole.erase.push_back(inside(key));
  return whole_.apply(ctx, whole);
}

void* ScopedCache::facet(sdk::FacetId id) noexcept {
  if (id == sdk::ChangeCounter::kFacet) return whole_.facet(id);
  return sdk::Cache::facet(id);
}

}  // namespace larder::plugin
