#include "version.h"

#include <initializer_list>
#include <utility>
#include <vector>

#include "order_key.h"

namespace larder::pypi {
namespace {

struct Parts {
  std::string_view epoch = "0";
  std::vector<std::string_view> release;
  std::string_view preLabel;  ///< In normal form; empty: none.
  std::string_view pre;
  std::optional<std::string_view> post;
  std::optional<std::string_view> dev;
  std::vector<std::string_view> local;
};

struct Label {
  std::string_view spelling;
  std::string_view normal;
};

// Where one spelling begins another, the longer one is first.
constexpr Label kPre[] = {{"alpha", "a"}, {"beta", "b"}, {"preview", "rc"}, {"pre", "rc"},
                          {"rc", "rc"},   {"a", "a"},    {"b", "b"},        {"c", "rc"}};
constexpr Label kPost[] = {{"post", "post"}, {"rev", "post"}, {"r", "post"}};
constexpr Label kDev[] = {{"dev", "dev"}};

/// Reads lower-case text from front to back.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool atEnd() const noexcept { return rest_.empty(); }

  bool accept(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view digits() { return takeWhile(isDigit); }
  std::string_view alnums() { return takeWhile(isAlnum); }

  bool acceptSeparator() { return accept('.') || accept('-') || accept('_'); }

  /// "[-_.]?label[-_.]?digits?": the label's normal form and the digits ("0" for none).
  template <std::size_t N>
  std::optional<std::pair<std::string_view, std::string_view>> labelled(const Label (&labels)[N]) {
    const std::string_view start = rest_;
    acceptSeparator();
    for (const Label& label : labels) {
      if (!rest_.starts_with(label.spelling)) continue;
      rest_.remove_prefix(label.spelling.size());
      acceptSeparator();
      const std::string_view number = digits();
      return std::pair{label.normal, number.empty() ? std::string_view("0") : number};
    }
    rest_ = start;
    return std::nullopt;
  }

  /// "-N", the short form of a post release.
  std::optional<std::string_view> dashNumber() {
    const std::string_view start = rest_;
    if (accept('-')) {
      if (const std::string_view number = digits(); !number.empty()) return number;
    }
    rest_ = start;
    return std::nullopt;
  }

 private:
  template <class Predicate>
  std::string_view takeWhile(Predicate predicate) {
    std::size_t n = 0;
    while (n < rest_.size() && predicate(rest_[n])) ++n;
    const std::string_view taken = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return taken;
  }

  std::string_view rest_;
};

/// The epoch, if any, and the release. A dot that no number follows belongs to what comes next.
bool parseRelease(Scanner& scanner, Parts& parts) {
  std::string_view number = scanner.digits();
  if (number.empty()) return false;
  if (scanner.accept('!')) {
    parts.epoch = number;
    number = scanner.digits();
    if (number.empty()) return false;
  }
  parts.release.push_back(number);
  for (Scanner ahead = scanner; ahead.accept('.'); scanner = ahead) {
    number = ahead.digits();
    if (number.empty()) break;
    parts.release.push_back(number);
  }
  return true;
}

bool parseLocal(Scanner& scanner, Parts& parts) {
  if (!scanner.accept('+')) return true;
  do {
    const std::string_view segment = scanner.alnums();
    if (segment.empty()) return false;
    parts.local.push_back(segment);
  } while (scanner.acceptSeparator());
  return true;
}

std::optional<Parts> parseParts(std::string_view lower) {
  Parts parts;
  Scanner scanner(lower);
  scanner.accept('v');
  if (!parseRelease(scanner, parts)) return std::nullopt;
  if (const auto pre = scanner.labelled(kPre)) {
    parts.preLabel = pre->first;
    parts.pre = pre->second;
  }
  parts.post = scanner.dashNumber();
  if (!parts.post) {
    if (const auto post = scanner.labelled(kPost)) parts.post = post->second;
  }
  if (const auto dev = scanner.labelled(kDev)) parts.dev = dev->second;
  if (!parseLocal(scanner, parts) || !scanner.atEnd()) return std::nullopt;
  return parts;
}

std::size_t significantParts(const std::vector<std::string_view>& release) {
  std::size_t n = release.size();
  while (n > 1 && withoutLeadingZeros(release[n - 1]) == "0") --n;
  return n;
}

std::string format(const Parts& parts, std::size_t releaseParts) {
  std::string text;
  if (const auto epoch = withoutLeadingZeros(parts.epoch); epoch != "0") {
    text.append(epoch).append("!");
  }
  for (std::size_t i = 0; i < releaseParts; ++i) {
    if (i > 0) text += '.';
    text += withoutLeadingZeros(parts.release[i]);
  }
  if (!parts.preLabel.empty()) text.append(parts.preLabel).append(withoutLeadingZeros(parts.pre));
  if (parts.post) text.append(".post").append(withoutLeadingZeros(*parts.post));
  if (parts.dev) text.append(".dev").append(withoutLeadingZeros(*parts.dev));
  char separator = '+';
  for (const std::string_view segment : parts.local) {
    text += std::exchange(separator, '.');
    text += isDigits(segment) ? withoutLeadingZeros(segment) : segment;
  }
  return text;
}

/// A development release of the release itself comes before all pre-releases.
int preRank(const Parts& parts) {
  if (parts.preLabel.empty()) return parts.dev && !parts.post ? 0 : 4;
  if (parts.preLabel == "a") return 1;
  return parts.preLabel == "b" ? 2 : 3;
}

std::string orderKeyOf(const Parts& parts) {
  OrderKey key;
  key.number(parts.epoch);
  for (std::size_t i = 0; i < significantParts(parts.release); ++i) {
    key.mark(1).number(parts.release[i]);
  }
  key.mark(0).mark(preRank(parts));
  if (!parts.preLabel.empty()) key.number(parts.pre);
  parts.post ? key.mark(1).number(*parts.post) : key.mark(0);
  parts.dev ? key.mark(0).number(*parts.dev) : key.mark(1);
  for (const std::string_view segment : parts.local) {
    isDigits(segment) ? key.mark(2).number(segment) : key.mark(1).text(segment);
  }
  return key.mark(0).take();
}

}  // namespace

std::optional<Version> Version::parse(std::string_view text) {
  const std::string lower = toLower(trim(text));
  const std::optional<Parts> parts = parseParts(lower);
  if (!parts) return std::nullopt;
  Version version;
  version.normalized_ = format(*parts, parts->release.size());
  version.canonical_ = format(*parts, significantParts(parts->release));
  version.key_ = orderKeyOf(*parts);
  version.pre_ = !parts->preLabel.empty();
  version.dev_ = parts->dev.has_value();
  version.post_ = parts->post.has_value();
  version.local_ = !parts->local.empty();
  return version;
}

}  // namespace larder::pypi
