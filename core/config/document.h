#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/environment.h"
#include "core/config/problems.h"

namespace larder::config {

struct Node;
using NodePtr = std::shared_ptr<const Node>;

/// A value of the file with the place where it starts.
struct Node {
  enum class Kind { Null, Scalar, List, Map };
  struct Entry {
    std::string key;
    Position where;
    NodePtr value;
  };

  Kind kind = Kind::Null;
  Position where;
  std::string text;            ///< Of a Scalar, variables replaced.
  std::vector<NodePtr> items;  ///< Of a List.
  std::vector<Entry> entries;  ///< Of a Map, in the file's order, each key once.
  bool faulty = false;         ///< A problem has been added for it already; `text` is empty.
  std::size_t weight = 1;      ///< Nodes in all, aliases counted as what they stand for.

  /// The entry of a Map, or null.
  const Entry* find(std::string_view key) const noexcept;
};

/// "a list", "the text", …: for "found …".
std::string_view kindWord(Node::Kind kind) noexcept;

/// "server.log", "access.main.grants[2]": the path of a key or item below `parent`.
std::string childPath(std::string_view parent, std::string_view key);
std::string itemPath(std::string_view parent, std::size_t index);

/// Reads a file of at most 1 MiB of UTF-8 text. Null when that cannot be, with the problem added.
std::unique_ptr<std::string> readFile(const std::string& file, Problems& problems);

/// Parses `text`, replaces environment variables in values, and finds what a YAML reader would let
/// pass: duplicate keys, several documents, merge keys, tags, aliases that multiply. Null when
/// there is nothing to go on with; otherwise problems may have been added as well.
NodePtr parseDocument(const std::string& file, const std::string& text,
                      const Environment& environment, Problems& problems);

}  // namespace larder::config
