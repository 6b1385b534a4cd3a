#include <exception>
#include <iostream>

#include "core/server/commands.h"

int main(int argc, char** argv) {
  try {
    return larder::server::runProgram({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    std::cerr << "larder: " << e.what() << "\n";
    return larder::server::kFailed;
  }
}
