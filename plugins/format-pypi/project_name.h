#pragma once

#include <string>
#include <string_view>

namespace larder::pypi {

/// The longest project name larder accepts. No standard has a limit; this one leaves room for the
/// name and a file name in one record key.
inline constexpr std::size_t kMaxProjectName = 100;

/// Whether `name` may name a project: ASCII letters and digits with '.', '_' and '-' between them
/// (core metadata "Name", PEP 508), at most kMaxProjectName bytes.
bool isProjectName(std::string_view name) noexcept;

/// The form under which projects are compared (PEP 503): lower case, every run of '-', '_' and '.'
/// one '-'. Requires nothing of `name`; normalising twice changes nothing.
std::string normalizeName(std::string_view name);

}  // namespace larder::pypi
