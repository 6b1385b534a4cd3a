#include "core/config/environment.h"

#include <algorithm>
#include <cstdlib>

namespace larder::config {

namespace {

bool isVariable(std::string_view name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
    return letter(c) || (c >= '0' && c <= '9');
  });
}

sdk::Error invalid(std::string why) { return {sdk::Errc::Invalid, std::move(why)}; }

// `inner` is what stands between the braces.
sdk::Result<std::string> expand(std::string_view inner, const Environment& environment) {
  const std::size_t separator = inner.find(":-");
  const std::string name(inner.substr(0, separator));
  if (!isVariable(name)) {  // not shown: it may be part of a secret
    return invalid(
        "what stands between ${ and } is no name of an environment variable; write ${NAME}, "
        "${NAME:-default}, or $${ for a literal ${");
  }
  auto value = environment(name);
  if (separator != std::string_view::npos) {
    if (!value || value->empty()) return std::string(inner.substr(separator + 2));
    return *std::move(value);
  }
  if (!value) {
    return invalid("environment variable " + name + " is not set; set it or write ${" + name +
                   ":-default}");
  }
  return *std::move(value);
}

}  // namespace

std::optional<std::string> processEnvironment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

sdk::Result<std::string> substitute(std::string_view text, const Environment& environment) {
  std::string out;
  while (true) {
    const std::size_t start = text.find("${");
    out += text.substr(0, start);
    if (start == std::string_view::npos) return out;
    if (start > 0 && text[start - 1] == '$') {
      out += '{';  // its '$' is in `out` already
      text.remove_prefix(start + 2);
      continue;
    }
    const std::size_t end = text.find('}', start);
    if (end == std::string_view::npos) {
      return invalid("${ without its }; close it, or write $${ for a literal ${");
    }
    LARDER_TRY_ASSIGN(const std::string value,
                      expand(text.substr(start + 2, end - start - 2), environment));
    out += value;
    text.remove_prefix(end + 1);
  }
}

}  // namespace larder::config
