#include "core/repo/store.h"

#include <array>
#include <memory>

#include "core/base/hex.h"
#include "core/content/spooled.h"
#include "core/repo/layout.h"

namespace larder::repo {

using sdk::Errc;
using sdk::Error;
using sdk::Result;

namespace {

constexpr std::size_t kPage = 1000;

}  // namespace

Store::Store(StoreParts parts) : parts_(std::move(parts)) {}

Result<std::string> Store::read(sdk::Context& ctx, std::string_view key, std::uint64_t limit) {
  LARDER_TRY_ASSIGN(sdk::OpenObject object, parts_.storage.open(ctx, key, {}));
  auto bytes = readAll(*object.body, limit);
  if (!bytes) return std::move(bytes).error().within("reading " + std::string(key));
  if (bytes->size() != object.info.size) {
    return Error(Errc::Unavailable, "reading " + std::string(key) + ": it ended after " +
                                        std::to_string(bytes->size()) + " of " +
                                        std::to_string(object.info.size) + " bytes");
  }
  return bytes;
}

Result<bool> Store::exists(sdk::Context& ctx, std::string_view key) {
  auto info = parts_.storage.stat(ctx, key);
  if (info) return true;
  if (info.is(Errc::NotFound)) return false;
  return std::move(info).error();
}

Result<void> Store::put(sdk::Context& ctx, std::string_view key, const std::string& bytes,
                        bool ifAbsent) {
  const auto content = content::makeContent(bytes);
  LARDER_TRY(parts_.storage.put(ctx, key, *content,
                                {.contentType = "application/json", .ifAbsent = ifAbsent}));
  return {};
}

Result<void> Store::create(sdk::Context& ctx, std::string_view key, const std::string& bytes) {
  if (conditional_) return put(ctx, key, bytes, true);
  LARDER_TRY(mayWrite());
  const std::string name(key);
  LARDER_TRY(finishDoubtful(ctx, name, bytes));
  auto created = putUnlessThere(ctx, key, bytes, {});
  auto doubtful = doubtful_.lock();
  if (!created && effectUnknown(created.error())) {
    (*doubtful)[name] = bytes;
  } else {
    doubtful->erase(name);
  }
  return created;
}

/// An older put under this key may still arrive, whatever is put now: it goes first.
Result<void> Store::finishDoubtful(sdk::Context& ctx, const std::string& key,
                                   const std::string& bytes) {
  std::string older;
  {
    auto doubtful = doubtful_.lock();
    const auto found = doubtful->find(key);
    if (found == doubtful->end() || found->second == bytes) return {};
    older = found->second;
  }
  auto finished = putUnlessThere(ctx, key, older, {});
  if (!finished && !finished.is(Errc::Conflict)) return finished;
  doubtful_.lock()->erase(key);
  return Error(Errc::Conflict, key + " is there already");
}

Result<void> Store::putUnlessThere(sdk::Context& ctx, std::string_view key,
                                   const std::string& bytes, std::chrono::milliseconds pause) {
  LARDER_TRY_ASSIGN(const bool there, exists(ctx, key));
  if (there) return Error(Errc::Conflict, std::string(key) + " is there already");
  LARDER_TRY(put(ctx, key, bytes, false));
  // Another may have looked at the same moment: the last one to put has it.
  if (pause.count() > 0) parts_.options.pause(pause);
  LARDER_TRY_ASSIGN(const std::string now, read(ctx, key));
  if (now != bytes) return Error(Errc::Conflict, std::string(key) + " was put by another");
  return {};
}

Result<void> Store::claim(sdk::Context& ctx, std::string_view key, const std::string& bytes,
                          std::chrono::milliseconds pause) {
  if (conditional_) return put(ctx, key, bytes, true);
  return putUnlessThere(ctx, key, bytes, pause);
}

Result<void> Store::replace(sdk::Context& ctx, std::string_view key, const std::string& bytes) {
  return put(ctx, key, bytes, false);
}

Result<void> Store::list(sdk::Context& ctx, const std::string& prefix, std::string after,
                         const Each& each) {
  while (true) {
    LARDER_TRY(stillWanted(ctx));
    LARDER_TRY_ASSIGN(const sdk::ObjectPage page, parts_.storage.list(ctx, prefix, after, kPage));
    for (const sdk::ObjectInfo& object : page.objects) {
      LARDER_TRY_ASSIGN(const bool more, each(object));
      if (!more) return {};
    }
    if (page.next.empty()) return {};
    after = page.next;
  }
}

Result<bool> Store::probeConditions(sdk::Context& ctx) {
  const std::string key = std::string(kLeases) + "probe-" + randomHex(8);
  auto first = put(ctx, key, "{}\n", true);
  if (first.is(Errc::Unsupported)) return false;
  if (!first) return std::move(first).error().within("probing the storage");
  const auto second = put(ctx, key, "{}\n", true);
  LARDER_TRY(parts_.storage.remove(ctx, key));
  if (second || second.is(Errc::Unsupported)) return false;
  if (second.is(Errc::Conflict)) return true;
  return Error(second.error()).within("probing the storage");
}

void Store::setUnconditional(std::function<Result<void>()> mayWrite) {
  mayWrite_ = std::move(mayWrite);
  conditional_ = false;
}

void Store::setReadOnly() {
  setUnconditional([] {
    return Result<void>(Error(Errc::Unsupported, "the repository was opened for reading only"));
  });
}

Result<void> Store::mayWrite() {
  if (conditional_) return {};
  return mayWrite_();
}

bool effectUnknown(const Error& error) noexcept {
  return error.code() == Errc::Unavailable || error.code() == Errc::Timeout ||
         error.code() == Errc::Cancelled || error.code() == Errc::Internal;
}

std::int64_t secondsNow(const sdk::Clock& clock) {
  return std::chrono::floor<std::chrono::seconds>(clock.now()).time_since_epoch().count();
}

Result<std::string> readAll(sdk::Source& source, std::uint64_t limit) {
  std::string bytes;
  std::array<std::byte, 16384> buffer;
  while (true) {
    LARDER_TRY_ASSIGN(const std::size_t n, source.read(buffer));
    if (n == 0) return bytes;
    if (bytes.size() + n > limit) {
      return Error(Errc::TooLarge, "it has more than " + std::to_string(limit) + " bytes");
    }
    bytes.append(reinterpret_cast<const char*>(buffer.data()), n);
  }
}

Result<void> stillWanted(const sdk::Context& ctx) {
  if (ctx.cancelled()) return Error(Errc::Cancelled, "the call was cancelled");
  if (std::chrono::steady_clock::now() > ctx.deadline())
    return Error(Errc::Timeout, "the deadline has passed");
  return {};
}

}  // namespace larder::repo
