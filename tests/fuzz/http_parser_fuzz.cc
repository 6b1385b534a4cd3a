// What arrives from a socket, cut into pieces at random: head, then body. Built with clang when
// LARDER_FUZZ is on; tests/unit/http/mutations_test.cc runs the same code on fixed seeds.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/unit/message/parse_everything.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  larder::http::test::parseEverything(bytes.substr(1), static_cast<std::size_t>(data[0]) + 1);
  return 0;
}
