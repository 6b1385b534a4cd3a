#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "larder/sdk/settings.h"

namespace larder::config {

/// `larder config explain`: each setting with its type, default and help, wrapped at `width`
/// columns.
std::string explain(std::string_view title, std::span<const sdk::SettingSpec> specs,
                    std::size_t width = 100);

/// The same as a section of the manual, docs/reference/settings.md: a heading and a table.
std::string explainMarkdown(std::string_view title, std::span<const sdk::SettingSpec> specs);

}  // namespace larder::config
