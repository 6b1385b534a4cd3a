#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/web/target.h"
#include "larder/sdk/format.h"

namespace larder::web {

/// A route's pattern, taken apart: "/graph.{ext}", "/files/{path...}".
class Pattern {
 public:
  /// Errors: Invalid: braces that do not match, a rest parameter that is not last.
  static sdk::Result<Pattern> parse(std::string_view text);

  using Params = std::vector<std::pair<std::string_view, std::string>>;

  /// Whether `segments` from `skip` on fit; parameters are appended to `params`.
  bool match(const Segments& segments, std::size_t skip, Params& params) const;

  bool trailingSlash() const noexcept { return trailingSlash_; }
  bool takesRest() const noexcept;
  /// Orders patterns: what is more specific sorts first.
  std::string rank() const;
  /// Whether some path fits both, each behind its mount.
  static bool overlap(const std::vector<std::string>& mountA, const Pattern& a,
                      const std::vector<std::string>& mountB, const Pattern& b);

 private:
  struct Piece {
    enum class Kind { Literal, Affixed, Param, Rest } kind = Kind::Literal;
    std::string prefix;  // of a Literal: all of it
    std::string name;
    std::string suffix;
  };
  static sdk::Result<Piece> parsePiece(std::string_view text);
  static bool mayEqual(const Piece& a, const Piece& b);
  std::vector<Piece> behind(const std::vector<std::string>& mount) const;

  std::vector<Piece> pieces_;
  bool trailingSlash_ = false;
};

/// Finds the route for a path below a mount. Immutable after build(); any thread.
class Router {
 public:
  struct Target {
    std::size_t site = 0;  ///< Index of the site that added the route.
    const sdk::Route* route = nullptr;
    Pattern::Params params;
    bool otherSlash = false;  ///< The request's trailing slash is not the pattern's.
  };

  /// Adds the routes of a site under `mount` ("/", "/team/"). Errors: Invalid when a
  /// pattern is wrong, or some address would belong to two sites.
  sdk::Result<void> add(std::size_t site, std::string_view mount,
                        const std::vector<sdk::Route>& routes);

  /// The route for a method, or nothing. HEAD is served by GET.
  std::optional<Target> find(std::string_view method, const Segments& path) const;

  /// The methods that the path has, for 405's Allow; empty: the path is unknown.
  std::string allowed(const Segments& path) const;

  /// The site one of whose routes, of any method, has the path.
  std::optional<std::size_t> siteOf(const Segments& path) const;

 private:
  struct Entry {
    std::size_t site;
    std::vector<std::string> mount;
    Pattern pattern;
    const sdk::Route* route;
    std::string rank;
  };
  static bool under(const Entry& entry, const Segments& path);
  const Entry* best(std::string_view method, const Segments& path, Pattern::Params& params) const;

  std::map<std::string, std::vector<Entry>, std::less<>> methods_;
};

}  // namespace larder::web
