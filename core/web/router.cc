#include "core/web/router.h"

#include <algorithm>

namespace larder::web {
namespace {

sdk::Error badPattern(std::string_view text, std::string_view why) {
  return {sdk::Errc::Invalid, "the route pattern " + std::string(text) + " " + std::string(why)};
}

bool beginsWith(const std::vector<std::string>& path, const std::vector<std::string>& prefix) {
  return path.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), path.begin());
}

}  // namespace

sdk::Result<Pattern::Piece> Pattern::parsePiece(std::string_view text) {
  Piece piece;
  const std::size_t open = text.find('{');
  const std::size_t close = text.find('}');
  if (open == std::string_view::npos && close == std::string_view::npos) {
    piece.prefix = text;
    return piece;
  }
  const bool wrong = open == std::string_view::npos || close == std::string_view::npos ||
                     close < open + 2 || text.find('{', open + 1) != std::string_view::npos ||
                     text.find('}', close + 1) != std::string_view::npos;
  if (wrong) return badPattern(text, "has braces that do not match");
  piece.prefix = text.substr(0, open);
  piece.name = text.substr(open + 1, close - open - 1);
  piece.suffix = text.substr(close + 1);
  const bool bare = piece.prefix.empty() && piece.suffix.empty();
  piece.kind = bare ? Piece::Kind::Param : Piece::Kind::Affixed;
  if (piece.name.ends_with("...")) {
    if (!bare) return badPattern(text, "has text beside its rest parameter");
    piece.name.resize(piece.name.size() - 3);
    piece.kind = Piece::Kind::Rest;
  }
  return piece;
}

sdk::Result<Pattern> Pattern::parse(std::string_view text) {
  if (text.empty() || text.front() != '/') return badPattern(text, "does not begin with '/'");
  Pattern pattern;
  pattern.trailingSlash_ = text.size() > 1 && text.back() == '/';
  std::string_view left = text.substr(1);
  while (!left.empty()) {
    const std::size_t slash = std::min(left.find('/'), left.size());
    if (slash == 0) return badPattern(text, "has an empty segment");
    if (pattern.takesRest()) return badPattern(text, "goes on after its rest parameter");
    LARDER_TRY_ASSIGN(Piece piece, parsePiece(left.substr(0, slash)));
    pattern.pieces_.push_back(std::move(piece));
    left.remove_prefix(std::min(slash + 1, left.size()));
  }
  return pattern;
}

bool Pattern::takesRest() const noexcept {
  return !pieces_.empty() && pieces_.back().kind == Piece::Kind::Rest;
}

bool Pattern::match(const Segments& segments, std::size_t skip, Params& params) const {
  const std::size_t count = segments.parts.size() - skip;
  if (takesRest() ? count < pieces_.size() : count != pieces_.size()) return false;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    const std::string_view part = segments.parts[skip + i];
    if (piece.kind == Piece::Kind::Rest) {
      std::string rest;
      for (std::size_t k = skip + i; k < segments.parts.size(); ++k) {
        if (k > skip + i) rest += '/';
        rest += segments.parts[k];
      }
      if (segments.trailingSlash) rest += '/';
      params.emplace_back(piece.name, std::move(rest));
      return true;
    }
    if (piece.kind == Piece::Kind::Literal) {
      if (part != piece.prefix) return false;
      continue;
    }
    const std::size_t fixed = piece.prefix.size() + piece.suffix.size();
    const bool fits =
        part.size() > fixed && part.starts_with(piece.prefix) && part.ends_with(piece.suffix);
    if (!fits) return false;
    params.emplace_back(piece.name, part.substr(piece.prefix.size(), part.size() - fixed));
  }
  return true;
}

std::string Pattern::rank() const {
  std::string rank;
  for (const Piece& piece : pieces_)
    rank.push_back(static_cast<char>('0' + static_cast<int>(piece.kind)));
  return rank;
}

// Careful, not exact: two affixed pieces count as equal to anything but a literal.
bool Pattern::mayEqual(const Piece& a, const Piece& b) {
  using Kind = Piece::Kind;
  if (a.kind == Kind::Literal && b.kind == Kind::Literal) return a.prefix == b.prefix;
  if (b.kind == Kind::Literal) return mayEqual(b, a);
  if (a.kind != Kind::Literal || b.kind != Kind::Affixed) return true;
  return a.prefix.size() > b.prefix.size() + b.suffix.size() && a.prefix.starts_with(b.prefix) &&
         a.prefix.ends_with(b.suffix);
}

std::vector<Pattern::Piece> Pattern::behind(const std::vector<std::string>& mount) const {
  std::vector<Piece> pieces;
  for (const std::string& part : mount) {
    pieces.push_back({.kind = Piece::Kind::Literal, .prefix = part, .name = {}, .suffix = {}});
  }
  pieces.insert(pieces.end(), pieces_.begin(), pieces_.end());
  return pieces;
}

bool Pattern::overlap(const std::vector<std::string>& mountA, const Pattern& a,
                      const std::vector<std::string>& mountB, const Pattern& b) {
  const auto left = a.behind(mountA);
  const auto right = b.behind(mountB);
  for (std::size_t i = 0;; ++i) {
    const bool leftEnds = i == left.size();
    const bool rightEnds = i == right.size();
    if (leftEnds || rightEnds) return leftEnds && rightEnds;
    if (left[i].kind == Piece::Kind::Rest || right[i].kind == Piece::Kind::Rest) return true;
    if (!mayEqual(left[i], right[i])) return false;
  }
}

sdk::Result<void> Router::add(std::size_t site, std::string_view mount,
                              const std::vector<sdk::Route>& routes) {
  const auto prefix = splitPath(mount);
  if (!prefix) return badPattern(mount, "is no mount");
  for (const sdk::Route& route : routes) {
    LARDER_TRY_ASSIGN(Pattern pattern, Pattern::parse(route.pattern));
    auto& entries = methods_[route.method];
    for (const Entry& other : entries) {
      if (other.site == site ||
          !Pattern::overlap(other.mount, other.pattern, prefix->parts, pattern)) {
        continue;
      }
      return sdk::Error(sdk::Errc::Invalid,
                        "the mount " + std::string(mount) + " collides: " + route.method + " " +
                            route.pattern + " below it is also " + other.route->pattern +
                            " of another repository or of the server itself; choose another mount");
    }
    std::string rank = pattern.rank();
    entries.push_back({site, prefix->parts, std::move(pattern), &route, std::move(rank)});
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      if (a.mount.size() != b.mount.size()) return a.mount.size() > b.mount.size();
      return a.rank < b.rank;
    });
  }
  return {};
}

bool Router::under(const Entry& entry, const Segments& path) {
  return beginsWith(path.parts, entry.mount);
}

const Router::Entry* Router::best(std::string_view method, const Segments& path,
                                  Pattern::Params& params) const {
  const auto found = methods_.find(method);
  if (found == methods_.end()) return nullptr;
  for (const Entry& entry : found->second) {
    params.clear();
    if (!under(entry, path) || !entry.pattern.match(path, entry.mount.size(), params)) continue;
    const bool other = !entry.pattern.takesRest() &&
                       path.trailingSlash != entry.pattern.trailingSlash() && !path.parts.empty();
    if (other && entry.route->slash == sdk::Slash::Exact) continue;
    return &entry;
  }
  return nullptr;
}

std::optional<Router::Target> Router::find(std::string_view method, const Segments& path) const {
  Target target;
  const Entry* entry = best(method == "HEAD" ? "GET" : method, path, target.params);
  if (entry == nullptr) return std::nullopt;
  target.site = entry->site;
  target.route = entry->route;
  target.otherSlash = !entry->pattern.takesRest() && !path.parts.empty() &&
                      path.trailingSlash != entry->pattern.trailingSlash();
  return target;
}

std::string Router::allowed(const Segments& path) const {
  std::string methods;
  Pattern::Params params;
  for (const auto& [method, entries] : methods_) {
    if (best(method, path, params) == nullptr) continue;
    if (!methods.empty()) methods += ", ";
    methods += method == "GET" ? "GET, HEAD" : method;
  }
  return methods;
}

std::optional<std::size_t> Router::siteOf(const Segments& path) const {
  Pattern::Params params;
  for (const auto& method : methods_) {
    const Entry* entry = best(method.first, path, params);
    if (entry != nullptr) return entry->site;
  }
  return std::nullopt;
}

}  // namespace larder::web
