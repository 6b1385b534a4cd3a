#include "tests/fakes/memory_storage.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>

#include "core/base/storage_key.h"
#include "tests/fakes/bytes.h"

namespace larder::test {
namespace {

using sdk::Errc;
using sdk::Error;

Error missing(std::string_view key) {
  return Error(Errc::NotFound, "object " + std::string(key) + " does not exist");
}

sdk::Result<std::string> contentOf(sdk::Content& content) {
  LARDER_TRY_ASSIGN(std::string bytes, readAll(content));
  if (bytes.size() == content.size()) return bytes;
  return Error(Errc::Corrupt, "the content has " + std::to_string(bytes.size()) +
                                  " bytes instead of the stated " + std::to_string(content.size()));
}

}  // namespace

MemoryStorage::Object MemoryStorage::make(State& state, std::string_view key,
                                          std::string bytes) const {
  const auto now = options_.clock ? options_.clock->now() : std::chrono::system_clock::now();
  sdk::ObjectInfo info{std::string(key), bytes.size(), "m" + std::to_string(++state.etags),
                       std::chrono::floor<std::chrono::seconds>(now)};
  return {std::make_shared<const std::string>(std::move(bytes)), std::move(info)};
}

sdk::Result<sdk::ObjectInfo> MemoryStorage::stat(sdk::Context&, std::string_view key) {
  auto state = state_.lock();
  ++state->calls.stat;
  const auto found = state->objects.find(key);
  if (found == state->objects.end()) return missing(key);
  return found->second.info;
}

sdk::Result<sdk::OpenObject> MemoryStorage::open(sdk::Context&, std::string_view key,
                                                 sdk::ByteRange range) {
  auto state = state_.lock();
  ++state->calls.open;
  const auto found = state->objects.find(key);
  if (found == state->objects.end()) return missing(key);
  const Object& object = found->second;
  if (range.offset > object.info.size) {
    return Error(Errc::Invalid, "offset " + std::to_string(range.offset) + " is past the end of " +
                                    std::string(key));
  }
  const std::uint64_t rest = object.info.size - range.offset;
  const std::uint64_t length = std::min(rest, range.length.value_or(rest));
  return sdk::OpenObject{
      object.info, std::make_unique<StringSource>(object.bytes->substr(range.offset, length))};
}

sdk::Result<sdk::ObjectInfo> MemoryStorage::put(sdk::Context&, std::string_view key,
                                                sdk::Content& content,
                                                const sdk::PutOptions& options) {
  assert(isStorageKey(key));
  ++state_.lock()->calls.put;
  if (options.ifAbsent && options_.ifAbsent == IfAbsent::Refused) {
    return Error(Errc::Unsupported, "this storage cannot store only if absent");
  }
  if (content.size() > options_.maxObject) return Error(Errc::TooLarge, "object is too large");
  LARDER_TRY_ASSIGN(std::string bytes, contentOf(content));

  auto state = state_.lock();
  const bool conditional = options.ifAbsent && options_.ifAbsent == IfAbsent::Honoured;
  if (conditional && state->objects.contains(key)) {
    return Error(Errc::Conflict, "object " + std::string(key) + " already exists");
  }
  Object object = make(*state, key, std::move(bytes));
  const bool durable = !options_.barrier || options.durability == sdk::Durability::Now;
  if (durable) {
    state->durable[std::string(key)] = object;
  } else {
    state->durable.erase(std::string(key));
  }
  state->objects[std::string(key)] = object;
  return object.info;
}

sdk::Result<void> MemoryStorage::remove(sdk::Context&, std::string_view key) {
  ++state_.lock()->calls.remove;
  erase(key);
  return {};
}

sdk::Result<sdk::ObjectPage> MemoryStorage::list(sdk::Context&, std::string_view prefix,
                                                 std::string_view after, std::size_t limit) {
  assert(isStoragePrefix(prefix) && limit >= 1 && limit <= 1000);
  auto state = state_.lock();
  ++state->calls.list;
  sdk::ObjectPage page;
  auto at = after < prefix ? state->objects.lower_bound(prefix) : state->objects.upper_bound(after);
  for (; at != state->objects.end() && at->first.starts_with(prefix); ++at) {
    if (page.objects.size() == limit) {
      page.next = page.objects.back().key;
      break;
    }
    page.objects.push_back(at->second.info);
  }
  return page;
}

sdk::Result<sdk::LocalFile> MemoryStorage::openLocal(std::string_view key) {
  Object object;
  {
    auto state = state_.lock();
    const auto found = state->objects.find(key);
    if (found == state->objects.end()) return missing(key);
    object = found->second;
  }
  sdk::FileHandle file(::memfd_create("larder-object", MFD_CLOEXEC));
  const auto size = static_cast<ssize_t>(object.bytes->size());
  if (!file || ::pwrite(file.get(), object.bytes->data(), object.bytes->size(), 0) != size) {
    return Error(Errc::Unavailable, "no memory file for " + std::string(key));
  }
  return sdk::LocalFile{std::move(file), object.info};
}

sdk::Result<void> MemoryStorage::sync(sdk::Context&) {
  auto state = state_.lock();
  ++state->calls.sync;
  state->durable = state->objects;
  return {};
}

void* MemoryStorage::facet(sdk::FacetId id) noexcept {
  if (id == sdk::LocalFiles::kFacet) {
    return options_.localFiles ? static_cast<sdk::LocalFiles*>(this) : nullptr;
  }
  if (id == sdk::DurabilityBarrier::kFacet) {
    return options_.barrier ? static_cast<sdk::DurabilityBarrier*>(this) : nullptr;
  }
  return sdk::Storage::facet(id);
}

std::vector<std::string> MemoryStorage::keys(std::string_view prefix) {
  std::vector<std::string> found;
  for (const auto& [key, object] : state_.lock()->objects) {
    if (key.starts_with(prefix)) found.push_back(key);
  }
  return found;
}

std::optional<std::string> MemoryStorage::bytes(std::string_view key) {
  auto state = state_.lock();
  const auto found = state->objects.find(key);
  if (found == state->objects.end()) return std::nullopt;
  return *found->second.bytes;
}

void MemoryStorage::set(std::string_view key, std::string_view bytes) {
  auto state = state_.lock();
  Object object = make(*state, key, std::string(bytes));
  state->durable[std::string(key)] = object;
  state->objects[std::string(key)] = std::move(object);
}

void MemoryStorage::setModified(std::string_view key, std::chrono::sys_seconds modified) {
  auto state = state_.lock();
  for (Objects* objects : {&state->objects, &state->durable}) {
    const auto found = objects->find(key);
    if (found != objects->end()) found->second.info.modified = modified;
  }
}

void MemoryStorage::erase(std::string_view key) {
  auto state = state_.lock();
  for (Objects* objects : {&state->objects, &state->durable}) {
    const auto found = objects->find(key);
    if (found != objects->end()) objects->erase(found);
  }
}

void MemoryStorage::clear() {
  auto state = state_.lock();
  state->objects.clear();
  state->durable.clear();
}

void MemoryStorage::powerCut() {
  auto state = state_.lock();
  state->objects = state->durable;
}

}  // namespace larder::test
