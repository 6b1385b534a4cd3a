#include "negotiation.h"

#include <algorithm>
#include <array>

namespace larder::pypi {
namespace {

struct Offer {
  std::string_view type;
  Representation representation;
  bool alias = false;  // Another name of an offer: ranges with '*' mean that one.
};

// In the order in which ties are decided.
constexpr std::array kOffers{
    Offer{"text/html", Representation::Html},
    Offer{"application/vnd.pypi.simple.v1+html", Representation::HtmlV1},
    Offer{"application/vnd.pypi.simple.latest+html", Representation::HtmlV1, true},
    Offer{"application/vnd.pypi.simple.v1+json", Representation::Json},
    Offer{"application/vnd.pypi.simple.latest+json", Representation::Json, true},
    Offer{"application/json", Representation::Json, true},
};

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view takeUntil(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto piece = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trim(piece);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool sameText(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

// "0.75" as 750; nothing when it is no qvalue of RFC 9110 §12.4.2.
std::optional<int> parseQuality(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  int value = (text[0] - '0') * 1000;
  text.remove_prefix(1);
  if (text.empty()) return value;
  if (text[0] != '.' || text.size() > 4) return std::nullopt;
  int unit = 100;
  for (const char c : text.substr(1)) {
    if (c < '0' || c > '9') return std::nullopt;
    value += (c - '0') * unit;
    unit /= 10;
  }
  return value <= 1000 ? std::optional(value) : std::nullopt;
}

struct Range {
  std::string_view type;
  int quality = 1000;
};

std::optional<Range> parseRange(std::string_view text) {
  Range range{takeUntil(text, ';')};
  if (range.type.find('/') == std::string_view::npos) return std::nullopt;
  while (!text.empty()) {
    auto value = takeUntil(text, ';');
    const auto name = takeUntil(value, '=');
    if (!sameText(name, "q")) continue;
    const auto quality = parseQuality(value);
    if (!quality) return std::nullopt;
    range.quality = *quality;
  }
  return range;
}

constexpr int kNamed = 3;

// kNamed: the type itself, 2: "text/*", 1: "*/*", 0: something else.
int specificity(std::string_view range, std::string_view type) {
  if (sameText(range, type)) return kNamed;
  if (range == "*/*") return 1;
  if (!range.ends_with("/*")) return 0;
  return sameText(range.substr(0, range.size() - 1), type.substr(0, type.find('/') + 1)) ? 2 : 0;
}

// What the most specific ranges of an Accept header say about a type.
struct Liking {
  int quality = 0;
  int specificity = 0;
};

void weigh(Liking& liking, const Range& range, std::string_view type) {
  const int match = specificity(range.type, type);
  if (match == 0 || match < liking.specificity) return;
  liking.quality =
      match > liking.specificity ? range.quality : std::max(liking.quality, range.quality);
  liking.specificity = match;
}

template <class Each>
void forEachRange(std::optional<std::string_view> accept, Each each) {
  std::string_view rest = accept.value_or("");
  if (trim(rest).empty()) rest = "*/*";
  while (!rest.empty()) {
    if (const auto range = parseRange(takeUntil(rest, ','))) each(*range);
  }
}

}  // namespace

std::string_view contentTypeOf(Representation representation) noexcept {
  switch (representation) {
    case Representation::Json:
      return "application/vnd.pypi.simple.v1+json";
    case Representation::HtmlV1:
      return "application/vnd.pypi.simple.v1+html";
    case Representation::Html:
      break;
  }
  return "text/html; charset=utf-8";
}

int qualityOf(std::string_view type, std::optional<std::string_view> accept) noexcept {
  Liking liking;
  forEachRange(accept, [&](const Range& range) { weigh(liking, range, type); });
  return liking.quality;
}

std::optional<Representation> negotiate(std::optional<std::string_view> accept,
                                        std::optional<std::string_view> format) noexcept {
  if (format && !format->empty()) {
    for (const auto& offer : kOffers) {
      if (sameText(offer.type, *format)) return offer.representation;
    }
    return std::nullopt;
  }
  std::array<Liking, kOffers.size()> likings{};
  forEachRange(accept, [&](const Range& range) {
    for (std::size_t i = 0; i < kOffers.size(); ++i) weigh(likings[i], range, kOffers[i].type);
  });
  std::optional<Representation> chosen;
  int best = 0;
  for (std::size_t i = 0; i < kOffers.size(); ++i) {
    if (likings[i].quality <= best) continue;
    if (kOffers[i].alias && likings[i].specificity < kNamed) continue;
    best = likings[i].quality;
    chosen = kOffers[i].representation;
  }
  return chosen;
}

}  // namespace larder::pypi
