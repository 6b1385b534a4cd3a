#include "specifiers.h"

#include <algorithm>
#include <vector>

#include "ascii.h"
#include "version.h"

namespace larder::pypi {
namespace {

constexpr std::string_view kAnyVersion = ".*";

std::vector<std::string_view> clausesOf(std::string_view text) {
  std::vector<std::string_view> clauses;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    if (const auto clause = trim(text.substr(0, end)); !clause.empty()) clauses.push_back(clause);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return clauses;
}

/// Takes the operator off the front; nothing when there is none.
std::string_view takeOperator(std::string_view& clause) {
  for (const std::string_view known : {"===", "~=", "==", "!=", "<=", ">=", "<", ">"}) {
    if (!clause.starts_with(known)) continue;
    clause = trim(clause.substr(known.size()));
    return known;
  }
  return {};
}

bool isReleaseOnly(const Version& version) {
  return !version.isPrerelease() && !version.isPostrelease() && !version.isLocal();
}

bool hasTwoReleaseNumbers(const Version& version) {
  std::string_view release = version.normalized();
  if (const auto epoch = release.find('!'); epoch != release.npos) release.remove_prefix(epoch + 1);
  release = release.substr(0, release.find_first_not_of("0123456789."));
  const auto dot = release.find('.');
  return dot != release.npos && dot + 1 < release.size();
}

bool isClause(std::string_view clause) {
  const std::string_view op = takeOperator(clause);
  if (op.empty() || clause.empty()) return false;
  if (op == "===") return clause.find_first_of(" \t\n\v\f\r;)") == clause.npos;
  const bool equality = op == "==" || op == "!=";
  const bool prefix = equality && clause.ends_with(kAnyVersion);
  if (prefix) clause.remove_suffix(kAnyVersion.size());
  const auto version = Version::parse(clause);
  // A version reads blanks around it as nothing; here they would stand before ".*".
  if (!version || trim(clause) != clause) return false;
  if (prefix) return isReleaseOnly(*version);
  if (version->isLocal()) return equality;
  return op != "~=" || hasTwoReleaseNumbers(*version);
}

}  // namespace

bool isSpecifierSet(std::string_view text) {
  const auto clauses = clausesOf(text);
  return std::all_of(clauses.begin(), clauses.end(), isClause);
}

std::string comparableSpecifiers(std::string_view text) {
  std::vector<std::string> parts;
  for (const std::string_view clause : clausesOf(text)) {
    std::string& part = parts.emplace_back(clause);
    part.erase(std::remove_if(part.begin(), part.end(), isBlank), part.end());
  }
  std::sort(parts.begin(), parts.end());
  std::string joined;
  for (const auto& part : parts) joined += part + ",";
  return joined;
}

}  // namespace larder::pypi
