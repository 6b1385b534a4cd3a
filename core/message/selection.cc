#include "core/message/selection.h"

#include <algorithm>
#include <cstdlib>

#include "core/message/date.h"
#include "core/message/text.h"

namespace larder::http {
namespace {

/// The quality of `coding` in Accept-Encoding in thousandths; what is not listed
/// goes by "*"; nothing when neither is there.
std::optional<int> quality(std::string_view accepted, std::string_view coding) {
  std::optional<int> any;
  for (const auto element : splitList(accepted)) {
    const auto parts = splitList(element, ';');
    if (parts.empty()) continue;
    int thousandths = 1000;
    for (std::size_t i = 1; i < parts.size(); ++i) {
      if (parts[i].size() < 3 || lower(parts[i][0]) != 'q' || parts[i][1] != '=') continue;
      const double value = std::strtod(std::string(parts[i].substr(2)).c_str(), nullptr);
      thousandths = static_cast<int>(std::clamp(value, 0.0, 1.0) * 1000);
    }
    // An old name of gzip (RFC 9110 section 8.4.1.3).
    const auto listed = sameText(parts[0], "x-gzip") ? std::string_view("gzip") : parts[0];
    if (sameText(listed, coding)) return thousandths;
    if (parts[0] == "*") any = thousandths;
  }
  return any;
}

bool wantsGzip(const Request* request) {
  const auto accepted = request == nullptr ? std::nullopt : request->header("accept-encoding");
  if (!accepted) return false;
  const int gzip = quality(*accepted, "gzip").value_or(0);
  return gzip > 0 && gzip >= quality(*accepted, "identity").value_or(0);
}

void describe(Selection& chosen, const Request* request, const Response& response) {
  if (const auto* text = std::get_if<std::string>(&response.body)) {
    chosen.total = text->size();
  } else if (const auto* prepared = std::get_if<PreparedBody>(&response.body)) {
    const sdk::PreparedBody& body = **prepared;
    chosen.gzip = !body.gzip.empty() && wantsGzip(request);
    chosen.total = chosen.gzip ? body.gzip.size() : body.identity.size();
    chosen.etag = chosen.gzip ? body.gzipEtag : body.identityEtag;
  } else if (const auto* file = std::get_if<FileBody>(&response.body)) {
    chosen.total = file->size;
    chosen.etag = file->etag;
    chosen.modified = file->modified;
    chosen.ranges = true;
  } else if (const auto* stream = std::get_if<StreamBody>(&response.body)) {
    chosen.total = stream->size;
    chosen.etag = stream->etag;
    chosen.modified = stream->modified;
    chosen.ranges = stream->size.has_value();
  }
  chosen.length = chosen.total;
}

bool isWeak(std::string_view etag) { return etag.starts_with("W/"); }

bool listsEtag(std::string_view list, std::string_view etag, bool weak) {
  if (trim(list) == "*") return true;
  if (etag.empty() || (!weak && isWeak(etag))) return false;
  const auto bare = isWeak(etag) ? etag.substr(2) : etag;
  for (auto element : splitList(list)) {
    if (weak && isWeak(element)) element.remove_prefix(2);
    if (element == bare) return true;
  }
  return false;
}

/// The status that a precondition calls for instead of 200 (RFC 9110 section 13.2.2).
std::optional<int> failedPrecondition(const Request& request, const Selection& chosen) {
  const bool dated = chosen.modified != std::chrono::sys_seconds{};
  if (const auto match = request.header("if-match")) {
    if (!listsEtag(*match, chosen.etag, false)) return 412;
  } else if (const auto since = request.header("if-unmodified-since"); since && dated) {
    const auto time = parseDate(*since);
    if (time && chosen.modified > *time) return 412;
  }
  if (const auto none = request.header("if-none-match")) {
    if (listsEtag(*none, chosen.etag, true)) return 304;
  } else if (const auto since = request.header("if-modified-since"); since && dated) {
    const auto time = parseDate(*since);
    if (time && chosen.modified <= *time) return 304;
  }
  return {};
}

bool rangeStillApplies(const Request& request, const Selection& chosen) {
  const auto condition = request.header("if-range");
  if (!condition) return true;
  if (condition->starts_with("\"") || isWeak(*condition)) {
    return !chosen.etag.empty() && !isWeak(chosen.etag) && *condition == chosen.etag;
  }
  const auto time = parseDate(*condition);
  return time && chosen.modified != std::chrono::sys_seconds{} && *time == chosen.modified;
}

/// Applies "bytes=a-b", "bytes=a-" and "bytes=-n". Anything else, several ranges
/// too, may be answered with the whole (RFC 9110 section 14.2).
void applyRange(std::string_view range, Selection& chosen) {
  const auto equals = range.find('=');
  if (equals == std::string_view::npos || !sameText(range.substr(0, equals), "bytes")) return;
  const auto spec = trim(range.substr(equals + 1));
  const auto dash = spec.find('-');
  if (dash == std::string_view::npos || spec.find(',') != std::string_view::npos) return;
  const std::uint64_t total = *chosen.total;
  const auto first = parseDigits(spec.substr(0, dash));
  const auto last = parseDigits(spec.substr(dash + 1));
  std::uint64_t begin = 0;
  std::uint64_t end = total;
  if (dash == 0 && last) {
    if (total == 0 && *last > 0) return;
    begin = total - std::min(*last, total);
  } else if (first && (last || dash + 1 == spec.size())) {
    if (last && *last < *first) return;
    begin = *first;
    if (last) end = std::min(*last + 1, total);
  } else {
    return;
  }
  chosen.status = begin < total && begin < end ? 206 : 416;
  chosen.offset = chosen.status == 206 ? begin : 0;
  chosen.length = chosen.status == 206 ? end - begin : 0;
}

bool neverHasBody(int status) { return status < 200 || status == 204 || status == 304; }

}  // namespace

Selection select(const Request* request, const Response& response) {
  Selection chosen;
  chosen.status = response.status;
  describe(chosen, request, response);
  const bool head = request != nullptr && request->method == "HEAD";
  const bool get = request != nullptr && request->method == "GET";
  const bool conditional = !std::holds_alternative<std::string>(response.body);
  if (conditional && response.status == 200 && (get || head)) {
    if (const auto status = failedPrecondition(*request, chosen)) {
      chosen.status = *status;
      chosen.length = 0;
    } else if (const auto range = request->header("range"); range && get && chosen.ranges) {
      if (rangeStillApplies(*request, chosen)) applyRange(*range, chosen);
    }
  }
  if (neverHasBody(chosen.status)) chosen.length.reset();
  chosen.withBody = !head && !neverHasBody(chosen.status) && chosen.length != 0U;
  return chosen;
}

}  // namespace larder::http
