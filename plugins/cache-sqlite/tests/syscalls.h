#pragma once

#include <cstddef>

namespace larder::sqlite::test {

/// Kills this process at its `nth` write into a file, before or after it.
void dieAtWrite(std::size_t nth, bool after);

}  // namespace larder::sqlite::test
