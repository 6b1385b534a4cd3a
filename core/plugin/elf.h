#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "larder/sdk/result.h"

namespace larder::plugin {

/// A symbol that a shared library offers to others.
struct ExportedSymbol {
  std::string name;
  std::uint64_t size = 0;
  bool isData = false;
};

/// Reads the dynamic symbol table of a shared library without loading it.
///
/// All that the dynamic linker would map is first checked to lie inside the
/// file: dlopen(3) of a truncated library ends the process with SIGBUS.
///
/// Errors: NotFound and Unavailable (reading the file), Corrupt (no shared
/// library for this machine, or cut short). Texts do not name the file.
sdk::Result<std::vector<ExportedSymbol>> exportedSymbols(const std::string& path);

}  // namespace larder::plugin
