#include "core/config/words.h"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <regex>

#include "core/base/utf8.h"

namespace larder::config {

namespace {

constexpr std::size_t kMaxShown = 80;

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// Damerau and Levenshtein's distance (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before;
  std::vector<std::size_t> previous(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  std::iota(previous.begin(), previous.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      current[j] =
          std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (same ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                           lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) current[j] = std::min(current[j], before[j - 2] + 1);
    }
    before = previous;
    std::swap(previous, current);
  }
  return previous[b.size()];
}

std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8SequenceLength(text.substr(i));
    const auto c = static_cast<unsigned char>(text[i]);
    const bool c1 = length == 2 && c == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (length == 0 || c < 0x20 || c == 0x7f || c1) {
      out += '?';
    } else {
      out += text.substr(i, length);
    }
    i += std::max<std::size_t>(length, 1);
  }
  return out;
}

}  // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& choices) {
  constexpr std::size_t kLongest = 64;  // nobody mistypes a novel
  if (word.size() > kLongest) return {};
  std::string_view best;
  std::size_t least = (word.size() < 4 ? 1 : std::max<std::size_t>(2, word.size() / 3)) + 1;
  for (const std::string_view choice : choices) {
    const bool abbreviated = word.size() >= 3 && choice.starts_with(word);
    const std::size_t edits = abbreviated ? 1 : distance(word, choice);
    if (edits < least && edits < choice.size()) {
      least = edits;
      best = choice;
    }
  }
  return best;
}

std::string joined(const std::vector<std::string_view>& words, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += ", ";
    if (i == most) return out += "…";
    out += words[i];
  }
  return out;
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& choices) {
  const std::string_view best = nearest(word, choices);
  return best.empty() ? "" : " (did you mean \"" + std::string(best) + "\"?)";
}

std::string shown(std::string_view text) {
  static const std::regex kUrlPassword("(://[^/@:\\s]*:)[^/@\\s]*@");
  std::string cut(text.substr(0, kMaxShown));
  if (cut.size() < text.size()) {
    const std::size_t invalid = findInvalidUtf8(cut);
    if (invalid != std::string_view::npos && invalid + 4 > cut.size()) cut.resize(invalid);
    cut += "…";
  }
  return '"' + std::regex_replace(printable(cut), kUrlPassword, "$1***@") + '"';
}

std::string shownKey(std::string_view key) { return printable(key.substr(0, kMaxShown)); }

}  // namespace larder::config
