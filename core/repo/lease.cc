#include "core/repo/lease.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/base/hex.h"
#include "core/base/storage_key.h"
#include "core/repo/layout.h"

namespace larder::repo {

using nlohmann::json;
using sdk::Errc;
using sdk::Error;
using sdk::Result;

namespace {

std::string text(const json& from, const char* name) {
  const auto found = from.find(name);
  return found != from.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::chrono::system_clock::time_point pointOf(std::int64_t milliseconds) {
  return std::chrono::system_clock::time_point(std::chrono::milliseconds(milliseconds));
}

}  // namespace

Lease::Lease(Store& store, std::string_view name, std::chrono::seconds time)
    : store_(store),
      prefix_(std::string(kLeases) + storageSegment(name) + "/"),
      time_(time),
      owner_(randomHex(16)) {}

std::int64_t Lease::now() const {
  return std::chrono::floor<std::chrono::milliseconds>(
             store_.parts().clock.now().time_since_epoch())
      .count();
}

/// The term that counts; older ones are removed on the way.
Result<Lease::Term> Lease::current(sdk::Context& ctx) {
  Term term;
  std::vector<std::string> old;
  LARDER_TRY(store_.list(ctx, prefix_, {}, [&](const sdk::ObjectInfo& object) {
    const auto number = numberOf(std::string_view(object.key).substr(prefix_.size()));
    if (!number) return Result<bool>(true);
    if (term.number != 0) old.push_back(prefix_ + numberText(term.number));
    term.number = *number;
    return Result<bool>(true);
  }));
  if (term.number == 0) return term;
  auto bytes = store_.read(ctx, prefix_ + numberText(term.number));
  if (bytes.is(Errc::NotFound)) {  // Its holder prolonged it meanwhile.
    term.until = INT64_MAX;
    return term;
  }
  if (!bytes) return std::move(bytes).error();
  const json from = json::parse(*bytes, nullptr, false);
  if (from.is_object()) {
    term.owner = text(from, "owner");
    term.host = text(from, "host");
    const auto until = from.find("until");
    if (until != from.end() && until->is_number_integer()) term.until = until->get<std::int64_t>();
  }
  for (const std::string& key : old) LARDER_TRY(store_.storage().remove(ctx, key));
  return term;
}

std::string Lease::termText(std::int64_t until) const {
  return json({{"owner", owner_}, {"host", store_.parts().options.host}, {"until", until}}).dump() +
         "\n";
}

Result<bool> Lease::write(sdk::Context& ctx, std::uint64_t number, std::int64_t until,
                          std::chrono::milliseconds pause) {
  auto written = store_.claim(ctx, prefix_ + numberText(number), termText(until), pause);
  if (written.is(Errc::Conflict)) return false;
  if (!written) return std::move(written).error();
  return true;
}

Result<bool> Lease::acquire(sdk::Context& ctx) {
  LARDER_TRY_ASSIGN(const Term term, current(ctx));
  const std::int64_t from = now();
  if (term.owner != owner_ && term.until > from) {
    held_ = false;
    holder_ = term.host.empty() ? "another host" : term.host;
    until_ = pointOf(std::min(term.until, from + std::chrono::milliseconds(time_).count()));
    return false;
  }
  const std::int64_t until = from + std::chrono::milliseconds(time_).count();
  LARDER_TRY_ASSIGN(held_, write(ctx, term.number + 1, until, store_.parts().options.claimPause));
  if (!held_) {
    holder_ = "another host, which took it at the same moment,";
    return false;
  }
  holder_ = store_.parts().options.host;
  until_ = pointOf(until);
  return true;
}

Result<void> Lease::release(sdk::Context& ctx) {
  if (!held_) return {};
  held_ = false;
  LARDER_TRY_ASSIGN(const Term term, current(ctx));
  if (term.owner != owner_) return {};
  LARDER_TRY(write(ctx, term.number + 1, 0, {}));
  return {};
}

}  // namespace larder::repo
