#include "core/config/document_builder.h"

#include <algorithm>

#include "core/config/words.h"

namespace larder::config {

namespace {

// Far above any real configuration, far below what hurts.
constexpr std::size_t kMaxNodes = 200'000;
constexpr std::size_t kMaxDepth = 64;

// Whether the quoted text that starts at `start` ends before the file does. yaml-cpp takes the end
// of the file for the missing quote when a newline precedes it.
bool isClosed(std::string_view text, std::size_t start) {
  const char quote = start < text.size() ? text[start] : '\0';
  if (quote != '"' && quote != '\'') return true;
  for (std::size_t i = start + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || text.substr(i + 1, 1) != "'") return true;
      ++i;
    }
  }
  return false;
}

}  // namespace

void DocumentBuilder::abandon(const Position& where, std::string_view why) {
  problems_.add(where, path(), why);
  throw Abandoned();
}

std::string DocumentBuilder::path() const {
  if (open_.empty()) return "";
  const Open& inner = open_.back();
  if (inner.node->kind == Node::Kind::List) {
    return itemPath(inner.path, inner.node->items.size());
  }
  return inner.key ? childPath(inner.path, inner.key->key) : inner.path;
}

bool DocumentBuilder::expectsKey() const {
  return !open_.empty() && open_.back().node->kind == Node::Kind::Map && !open_.back().key;
}

void DocumentBuilder::OnDocumentStart(const YAML::Mark& mark) {
  if (++documents_ > 1) {
    abandon(at(mark), "a second YAML document starts here; keep one document in the file");
  }
}

void DocumentBuilder::takeKey(const YAML::Mark& mark, const std::string& value) {
  Open& map = open_.back();
  const auto [first, isNew] = map.keyLines.emplace(value, mark.line + 1);
  if (!isNew) {
    problems_.add(
        at(mark), childPath(map.path, value),
        "written twice, first in line " + std::to_string(first->second) + "; remove one of them");
  }
  if (value == "<<") {
    problems_.add(at(mark), childPath(map.path, value),
                  "merge keys are not understood; write the settings out, or use an alias for a "
                  "whole value");
  }
  map.key = Node::Entry{value, at(mark), nullptr};
  map.dropValue = !isNew || value == "<<";
}

void DocumentBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (expectsKey()) abandon(at(mark), "a key is missing before ':'; write \"name: value\"");
  auto node = std::make_shared<Node>();
  node->where = at(mark);
  place(std::move(node), anchor);
}

void DocumentBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (expectsKey()) abandon(at(mark), "an alias can't be a key; write the key out");
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) abandon(at(mark), "an alias can't stand inside what it names");
  place(found->second, 0);
}

void DocumentBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag,
                               YAML::anchor_t anchor, const std::string& value) {
  refuseTag(mark, tag);
  if (tag == "!" && !isClosed(text_, static_cast<std::size_t>(mark.pos))) {
    abandon(at(mark), "the quote that starts here is never closed; close it");
  }
  if (expectsKey()) return takeKey(mark, value);
  auto node = std::make_shared<Node>();
  node->kind = Node::Kind::Scalar;
  node->where = at(mark);
  auto text = substitute(value, environment_);
  if (text) {
    node->text = std::move(text).value();
  } else {
    problems_.add(node->where, path(), text.error().message());
    node->faulty = true;
  }
  place(std::move(node), anchor);
}

void DocumentBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                                      YAML::anchor_t anchor, YAML::EmitterStyle::value) {
  start(Node::Kind::List, mark, tag, anchor);
}

void DocumentBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag,
                                 YAML::anchor_t anchor, YAML::EmitterStyle::value) {
  start(Node::Kind::Map, mark, tag, anchor);
}

void DocumentBuilder::start(Node::Kind kind, const YAML::Mark& mark, const std::string& tag,
                            YAML::anchor_t anchor) {
  refuseTag(mark, tag);
  if (expectsKey()) abandon(at(mark), "a key must be a plain text; found a list or a map");
  if (open_.size() >= kMaxDepth) {
    abandon(at(mark), "nested more than " + std::to_string(kMaxDepth) + " deep; nothing is");
  }
  auto node = std::make_shared<Node>();
  node->kind = kind;
  node->where = at(mark);
  std::string where = path();
  open_.push_back({std::move(node), anchor, std::move(where), std::nullopt, {}, false});
}

void DocumentBuilder::close() {
  Open done = std::move(open_.back());
  open_.pop_back();
  place(std::move(done.node), done.anchor);
}

void DocumentBuilder::place(NodePtr node, YAML::anchor_t anchor) {
  if (anchor != 0) anchors_[anchor] = node;
  if (open_.empty()) {
    root_ = std::move(node);
    return;
  }
  Open& inner = open_.back();
  inner.node->weight += node->weight;
  if (inner.node->weight > kMaxNodes) {
    abandon(node->where, "more than " + std::to_string(kMaxNodes) +
                             " values once aliases are unfolded; write fewer aliases of aliases");
  }
  if (inner.node->kind == Node::Kind::List) {
    inner.node->items.push_back(std::move(node));
    return;
  }
  inner.key->value = std::move(node);
  if (!inner.dropValue) inner.node->entries.push_back(*std::move(inner.key));
  inner.key.reset();
}

void DocumentBuilder::refuseTag(const YAML::Mark& mark, const std::string& tag) {
  if (tag.empty() || tag == "?" || tag == "!" || tag == "tag:yaml.org,2002:str") return;
  problems_.add(at(mark), path(), "the tag " + shown(tag) + " has no meaning here; remove it");
}

}  // namespace larder::config
