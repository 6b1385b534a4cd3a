#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/document.h"
#include "core/config/section.h"

namespace larder::config {

/// Compares maps of the file with declarations.
class SectionReader {
 public:
  struct Rules {
    std::span<const sdk::SettingSpec> specs;
    /// Keys that are read elsewhere: neither unknown nor part of the section.
    std::span<const sdk::SettingSpec> others;
    std::string owner;           ///< Who declares them, for messages: "storage-s3".
    bool othersUnknown = false;  ///< Keys that nobody declares are for a later reader to judge.
  };

  /// `repositories` is what a setting of type Repository may name; empty: anything.
  SectionReader(std::shared_ptr<Secrets> secrets, Problems& problems,
                std::vector<std::string_view> repositories = {})
      : secrets_(std::move(secrets)), problems_(problems), repositories_(std::move(repositories)) {}

  /// The section at `path`. `node` may be null or no map: `where` is then the place that is named
  /// for what is missing.
  std::unique_ptr<Section> read(const Node* node, const Position& where, const std::string& path,
                                const Rules& rules);

 private:
  using Spec = sdk::SettingSpec;

  void refuseUnknown(const Node& node, const std::string& path, const Rules& rules);
  Section::Value readValue(const Node* map, const Position& mapWhere, const std::string& path,
                           const std::string& owner, const Spec& spec);
  void readNode(Section::Value& value, const Node& node, const std::string& path,
                const std::string& owner);
  void readMaps(Section::Value& value, const Node& node, const std::string& path,
                const std::string& owner);
  void readMapList(Section::Value& value, const Node& node, const std::string& path,
                   const std::string& owner);
  void readLists(Section::Value& value, const Node& node, const std::string& path);
  std::vector<std::string> readList(const Node& node, const std::string& path);
  bool isNamed(const Node::Entry& entry, const std::string& path);
  bool isMap(const Node::Entry& entry, const std::string& path);
  bool isKind(const Node& node, Node::Kind wanted, const Spec& spec, const Position& where,
              const std::string& path);

  // section_values.cc
  void setDefault(Section::Value& value, const std::string& path, const std::string& owner);
  void readText(Section::Value& value, const Node& node, const std::string& path);
  void checkRepository(const Node& node, const std::string& path);
  void readSecretFile(Section::Value& value, const Node::Entry& file, const std::string& path);

  std::shared_ptr<Secrets> secrets_;
  Problems& problems_;
  std::vector<std::string_view> repositories_;
};

/// `found "text"`, or `found ***` for a secret.
std::string foundText(const sdk::SettingSpec& spec, const std::string& text);

}  // namespace larder::config
