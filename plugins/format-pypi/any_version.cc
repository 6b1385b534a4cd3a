#include "any_version.h"

#include <algorithm>

#include "order_key.h"

namespace larder::pypi {
namespace {

enum Rank { kOther = 0, kKnown = 1 };

constexpr std::string_view kDirty = "-dirty";

/// What `git describe` puts behind the tag.
struct Description {
  std::string_view tag;
  std::string_view commits = "0";
  std::string_view hash;
  bool dirty = false;
};

bool isCommitHash(std::string_view text) {
  if (text.size() < 5 || text.size() > 65 || text.front() != 'g') return false;
  text.remove_prefix(1);
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return isDigit(c) || (c >= 'a' && c <= 'f'); });
}

/// "<tag>-<commits>-g<hash>", "…-dirty" or "<tag>-dirty", in lower case.
std::optional<Description> splitDescription(std::string_view text) {
  Description found;
  if (text.ends_with(kDirty)) {
    found.dirty = true;
    text.remove_suffix(kDirty.size());
  }
  const std::size_t hash = text.rfind('-');
  if (hash != text.npos && hash > 0 && isCommitHash(text.substr(hash + 1))) {
    const std::size_t commits = text.rfind('-', hash - 1);
    if (commits == text.npos) return std::nullopt;
    found.tag = text.substr(0, commits);
    found.commits = text.substr(commits + 1, hash - commits - 1);
    found.hash = text.substr(hash + 1);
    if (!isDigits(found.commits)) return std::nullopt;
    return found;
  }
  if (!found.dirty) return std::nullopt;
  found.tag = text;
  return found;
}

/// Without the differences that do not count, and without bytes that OrderKey uses for itself.
std::string foldedForm(std::string_view text) {
  std::string folded = toLower(text);
  for (char& c : folded) {
    if (c == '_') c = '-';
    if (c >= 0 && c < ' ') c = ' ';
  }
  return folded;
}

}  // namespace

AnyVersion::AnyVersion(std::string_view text)
    : text_(trim(text)), standard_(Version::parse(text_)) {
  if (standard_) {
    key_ = OrderKey().mark(kKnown).key(standard_->orderKey()).mark(0).take();
  } else if (!parseDescription()) {
    useNaturalOrder();
  }
}

bool AnyVersion::parseDescription() {
  const std::string folded = foldedForm(text_);
  const std::optional<Description> described = splitDescription(folded);
  if (!described) return false;
  const std::optional<Version> tag = Version::parse(described->tag);
  if (!tag) return false;
  key_ = OrderKey()
             .mark(kKnown)
             .key(tag->orderKey())
             .mark(1)
             .number(described->commits)
             .text(described->hash)
             .mark(described->dirty ? 1 : 0)
             .take();
  describes_ = true;
  return true;
}

void AnyVersion::useNaturalOrder() {
  const std::string folded = foldedForm(text_);
  OrderKey key;
  key.mark(kOther);
  for (std::size_t i = 0; i < folded.size();) {
    const bool digits = isDigit(folded[i]);
    std::size_t end = i + 1;
    while (end < folded.size() && isDigit(folded[end]) == digits) ++end;
    const std::string_view run = std::string_view(folded).substr(i, end - i);
    digits ? key.mark(1).number(run) : key.mark(2).text(run);
    i = end;
  }
  key_ = key.mark(0).take();
}

bool isStable(std::string_view version) noexcept {
  bool digitBefore = false;
  for (char c : version) {
    if (!isDigit(c) && !(c == '.' && digitBefore)) return false;
    digitBefore = isDigit(c);
  }
  return digitBefore;
}

bool isVersionText(std::string_view version) noexcept {
  if (version.empty() || version.size() > 128 || !isAlnum(version.front())) return false;
  return std::all_of(version.begin(), version.end(), [](char c) {
    return isAlnum(c) || std::string_view("._+!~@=-").find(c) != std::string_view::npos;
  });
}

}  // namespace larder::pypi
