#pragma once

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <map>
#include <optional>
#include <stdexcept>

#include "core/config/document.h"

namespace larder::config {

/// Thrown out of the parser when going on would help nobody; the problem has been added.
class Abandoned : public std::exception {};

/// Makes a tree of the events of one document. Events rather than yaml-cpp's own nodes, because
/// those drop duplicate keys and unfold aliases without a limit.
class DocumentBuilder final : public YAML::EventHandler {
 public:
  /// `text` is what the parser reads; it and the rest are lent.
  DocumentBuilder(std::string file, std::string_view text, const Environment& environment,
                  Problems& problems)
      : file_(std::move(file)), text_(text), environment_(environment), problems_(problems) {}

  NodePtr root() const { return root_; }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    std::shared_ptr<Node> node;
    YAML::anchor_t anchor;
    std::string path;
    std::optional<Node::Entry> key;       // of a map: read, its value still to come
    std::map<std::string, int> keyLines;  // of a map
    bool dropValue = false;               // of a map: the value to come belongs to a refused key
  };

  Position at(const YAML::Mark& mark) const { return {file_, mark.line + 1, mark.column + 1}; }
  bool expectsKey() const;
  std::string path() const;
  void takeKey(const YAML::Mark& mark, const std::string& value);
  void start(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
             YAML::anchor_t anchor);
  void close();
  void place(NodePtr node, YAML::anchor_t anchor);
  void refuseTag(const YAML::Mark& mark, const std::string& tag);
  [[noreturn]] void abandon(const Position& where, std::string_view why);

  const std::string file_;
  const std::string_view text_;
  const Environment& environment_;
  Problems& problems_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, NodePtr> anchors_;
  int documents_ = 0;
  NodePtr root_;
};

}  // namespace larder::config
