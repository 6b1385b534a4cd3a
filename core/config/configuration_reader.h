#pragma once

#include "core/config/configuration.h"
#include "core/config/section_reader.h"

namespace larder::config {

/// Makes a Configuration of a document: everything that needs no plugin.
class ConfigurationReader {
 public:
  ConfigurationReader(Configuration& configuration, const Node& root, Problems& problems)
      : configuration_(configuration),
        root_(root),
        problems_(problems),
        sections_(configuration.secrets_, problems) {}

  void read(const LoadOptions& options);

 private:
  using Specs = std::span<const sdk::SettingSpec>;

  const Node* top(std::string_view key);
  void refuseUnknown();
  void readServer(const LoadOptions& options);
  void readInstances(std::string_view kind, Specs specs, std::vector<Instance>& instances);
  void readAccesses();
  Instance readInstance(std::string_view kind, const Node::Entry& entry, Specs specs);
  bool usable(std::string_view section, const Node::Entry& entry);
  void checkStorageTimes(const Instance& instance);
  void checkComposed();

  // repositories.cc
  void readRepositories();
  RepositoryConfig readRepository(const Node::Entry& entry);
  void checkReferences(const RepositoryConfig& repository);
  void checkRights(const RepositoryConfig& repository);
  void checkMounts();
  void checkName(const Section& section, std::string_view key, std::string_view kind,
                 const std::vector<std::string_view>& names);

  Configuration& configuration_;
  const Node& root_;
  Problems& problems_;
  SectionReader sections_;
};

/// The names of what is configured, for messages.
template <class Entries>
std::vector<std::string_view> namesOf(const Entries& entries) {
  std::vector<std::string_view> names;
  for (const auto& entry : entries) names.push_back(entry.name);
  return names;
}

}  // namespace larder::config
