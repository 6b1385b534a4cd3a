#pragma once

#include <string>
#include <string_view>

namespace larder::pypi {

/// Whether installers can read `text` as a set of version specifiers (PEP 440, "Version
/// specifiers"): clauses of an operator and a version, between commas. Blanks anywhere between them
/// and empty clauses do not count, so ">=2.7, !=3.0.*," is one, and so is the empty text. As
/// installers have it, ".*" follows a release after == and != only, a local part those two only,
/// and ~= takes a release of two numbers or more.
bool isSpecifierSet(std::string_view text);

/// The same without blanks and in one order, for comparing. Any text will do.
std::string comparableSpecifiers(std::string_view text);

}  // namespace larder::pypi
