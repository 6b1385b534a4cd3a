#include "project_name.h"

#include "ascii.h"

namespace larder::pypi {

bool isProjectName(std::string_view name) noexcept {
  if (name.empty() || name.size() > kMaxProjectName) return false;
  if (!isAlnum(name.front()) || !isAlnum(name.back())) return false;
  for (char c : name) {
    if (!isAlnum(c) && c != '.' && c != '_' && c != '-') return false;
  }
  return true;
}

std::string normalizeName(std::string_view name) {
  std::string normal;
  normal.reserve(name.size());
  for (char c : name) {
    if (c != '-' && c != '_' && c != '.') {
      normal += toLower(c);
    } else if (!normal.ends_with('-')) {
      normal += '-';
    }
  }
  return normal;
}

}  // namespace larder::pypi
